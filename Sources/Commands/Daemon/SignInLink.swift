import FoundationEssentials
import Server

/// The way in for whoever runs the daemon on a machine of their own, where nobody has given it tokens: a link that
/// works once, printed when the daemon listens and again at each SIGUSR1, which only they can send.
struct SignInLink: Sendable {
    let sessions: Sessions
    /// Where the page is, without a slash at the end.
    let base: String
    /// Another one is printed at SIGUSR1.
    let isRepeatable: Bool

    init(sessions: Sessions, base: String, isRepeatable: Bool) {
        (self.sessions, self.isRepeatable) = (sessions, isRepeatable)
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    /// Nil where the port is open to others, or tokens say who is who.
    init?(_ access: AccessOptions, sessions: Sessions, host: String, port: Int, external: String?) {
        guard access.link(listeningOn: host) != .none else { return nil }
        self.init(sessions: sessions, base: external ?? "http://\(host.contains(":") ? "[\(host)]" : host):\(port)", isRepeatable: true)
    }

    func print() {
        let owner = processEnvironment()["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? "owner"
        let link = base + sessions.link(owner: Caller(name: owner))
        Terminal.standardError.line("The page: \(link)")
        let again = isRepeatable ? "; kill -USR1 \(ProcessInfo.processInfo.processIdentifier) prints another" : ""
        Terminal.standardError.line("(works once, within ten minutes\(again))")
    }
}
