import ArgumentParser
import Basics
import FoundationEssentials
import History
import HTTP
import Kubernetes

/// What is kept of deploys, who is told of them, and the page.
struct HistoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file that deploys and what was observed are kept in, between restarts; by default beside the mirror of the repository.",
            valueName: "file"))
    var historyFile: String?

    @Option(help: ArgumentHelp("How long history is kept.", valueName: "duration"))
    var historyAge = "400d"

    @Option(help: ArgumentHelp("The size of the file past which the oldest history goes.", valueName: "bytes"))
    var historySize = "2Gi"

    @Flag(
        inversion: .prefixedNo,
        help: "Keep each deploy as a git note beside its commit too (refs/notes/martlet), where a branch is followed, so that a lost file can be had again.")
    var historyNotes = true

    @Option(
        help: ArgumentHelp(
            "The address by which people reach this daemon, for links in messages and where something stands before it; with https the page's cookie is for TLS only.",
            valueName: "url"))
    var externalURL: String?

    @Option(help: ArgumentHelp("What the cluster is called in messages about deploys.", valueName: "name"))
    var clusterName = ""

    @Option(help: ArgumentHelp("The folder that the page's libraries are in (dygraphs of libjs-dygraphs).", valueName: "folder"))
    var pageLibraries = "/usr/share/javascript"

    mutating func validate() throws {
        guard let age = parseDuration(historyAge), age >= .seconds(3600) else {
            throw ValidationError("--history-age is \"\(historyAge)\", expected a duration of at least one hour such as \"400d\"")
        }
        guard let size = Quantity(historySize)?.whole, size >= 1 << 20 else {
            throw ValidationError("--history-size is \"\(historySize)\", expected at least \"1Mi\"")
        }
        if let externalURL {
            guard let address = Address(externalURL), ["http", "https"].contains(address.scheme), address.query == nil, address.user == nil,
                ["", "/"].contains(address.path)
            else { throw ValidationError("--external-url is \"\(withoutCredentials(externalURL))\", expected http:// or https:// and a host, without a path") }
        }
    }

    var retention: Recorder.Retention {
        Recorder.Retention(age: parseDuration(historyAge) ?? .seconds(400 * 86_400), bytes: Quantity(historySize)?.whole ?? 2 << 30)
    }

    /// Without a slash at its end.
    var external: Address? { externalURL.flatMap { Address($0) } }

    /// Where a person reads about an event; nil where nobody said how the daemon is reached.
    var links: @Sendable (DeployEvent) -> String? {
        guard let external else { return { _ in nil } }
        let base = "\(external.scheme)://\(external.authority)"
        return { "\(base)/history/\($0.id)" }
    }
}
