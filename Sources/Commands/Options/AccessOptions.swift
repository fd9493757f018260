import ArgumentParser
import Basics
import Cluster
import Server

/// Who may read images and change workloads through the daemon's API.
struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with tokens for the API, in Kubernetes' format for static tokens: token,user,uid,\"group1,group2\". Who has one may do everything.",
            valueName: "file"))
    var apiTokensFile: String?

    @Flag(help: "Also take tokens that the cluster knows (TokenReview), for what its RBAC allows (SubjectAccessReview): get, list and patch on workloads.")
    var apiClusterTokens = false

    /// Nobody has a token that the daemon knows.
    var isEmpty: Bool { apiTokensFile == nil && !apiClusterTokens }

    /// A link is for who started the daemon: where only this machine reaches it, and no tokens say who is who.
    func link(listeningOn host: String) -> PrintedLink { Door.isLoopback(host) && isEmpty ? .repeatable(by: "martlet run") : .none }

    func control(client: ClusterClient, time: any TimeSource, sessions: Sessions, host: String, door: Door) throws -> AccessControl {
        var authorities: [any Authority] = []
        if let file = apiTokensFile {
            do {
                authorities.append(try TokenFile(try text(of: file, "--api-tokens-file"), file: file))
            } catch let error as AccessError {
                throw CommandFailure("--api-tokens-file: \(error)")
            }
        }
        if apiClusterTokens { authorities.append(ClusterAuthority(client: client, time: time)) }
        return AccessControl(authorities, sessions: sessions, door: door, link: link(listeningOn: host), time: time)
    }
}
