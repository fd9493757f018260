import ArgumentParser
import HTTP

/// A running daemon and how it knows us.
struct DaemonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon's address; by default MARTLET_SERVER.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("A file with the token for the daemon; by default what MARTLET_TOKEN holds.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("A file with the certificates to trust for the daemon.", valueName: "file"))
    var serverCAFile: String?

    func client(_ server: String, environment: [String: String]) throws -> DaemonAgent {
        guard let address = Address(server), ["https", "http"].contains(address.scheme) else {
            let shown = server.contains("://") ? withoutCredentials(server) : String(server.split(separator: "@").last ?? "")
            throw CommandFailure("the daemon's address is \"\(shown)\", expected http:// or https:// and a host")
        }
        // It would stand in messages, and the daemon takes tokens only.
        guard address.user == nil, address.password == nil else {
            throw CommandFailure("the daemon's address \"\(address)\" has a name or a password: leave them out, and give a token with --token-file")
        }
        var tls = TLSOptions()
        if let file = serverCAFile { tls.caPEM = try bytes(of: file, "--server-ca-file") }
        let token = try tokenFile.map { try text(of: $0, "--token-file").trimmingNewlines } ?? environment["MARTLET_TOKEN"]
        return DaemonAgent(
            server: server, token: token, transport: CurlTransport(tls: tls, userAgent: "martlet/\(MartletVersion.current)"))
    }
}
