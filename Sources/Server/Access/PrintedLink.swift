/// The way in where nobody has a token: a link that signs in once, if the daemon prints one.
package enum PrintedLink: Sendable, Hashable {
    /// The port is open to others, and who reaches it is not who started the daemon.
    case none
    /// By this command; another takes another start.
    case once(by: String)
    /// And another at each SIGUSR1.
    case repeatable(by: String)

    /// What to do for whoever wants to sign in.
    var advice: String {
        switch self {
        case .none:
            "start the daemon with --api-tokens-file or --api-cluster-tokens; one that listens on a loopback address alone prints a link that signs in"
        case .once(let command): "open the link that \"\(command)\" printed; it works once, and another takes another start"
        case .repeatable(let command):
            "open the link that \"\(command)\" printed; it works once, and \"kill -USR1\" with its process id makes it print another"
        }
    }
}
