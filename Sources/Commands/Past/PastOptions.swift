import ArgumentParser
import Automation
import Basics
import Cluster
import Delivery
import Document
import FoundationEssentials
import Git
import History
import Kubernetes

/// Who is asked about the past: a running daemon, or a repository and the file that a daemon keeps.
struct PastOptions: ParsableArguments {
    @OptionGroup(title: "By a running daemon") var daemon: DaemonOptions
    @OptionGroup(title: "Without a daemon, straight on the repository") var git: GitOptions
    @OptionGroup var history: HistoryFileOptions

    @Option(help: ArgumentHelp("Without a daemon: the Kubernetes version that charts see.", valueName: "version"))
    var kubeVersion: String?

    /// Who answers.
    enum Source: Sendable {
        case daemon(DaemonAgent)
        case repository(Past)
    }

    /// The daemon or the repository that is named, else the repository that this folder is in the work tree of.
    func source(fetching revisions: [String] = [], environment: [String: String] = processEnvironment()) async throws -> Source {
        let here = FileManager.default.currentDirectoryPath
        let isWorkTree = FileManager.default.fileExists(atPath: "\(here)/.git")
        let named = daemon.server ?? (git.gitURL == nil && history.historyFile == nil ? environment["MARTLET_SERVER"] : nil)
        if let server = named {
            guard git.gitURL == nil, history.historyFile == nil else { throw CommandFailure("--server, and --git-url or --history-file: choose one") }
            return .daemon(try daemon.client(server, environment: environment))
        }
        guard let url = git.gitURL ?? (isWorkTree ? "file://\(here)" : nil) else {
            throw CommandFailure("whose past? Name a daemon with --server (or MARTLET_SERVER), or a repository with --git-url")
        }
        var remote = try git.remote(url)
        // One's own folder proves itself.
        if git.gitURL == nil { remote.allowedSchemes.insert("file") }
        let mirror = SharedMirror(path: try git.mirrorPath(url), remote: remote)
        let opened = try await mirror.open()
        _ = try await opened.fetch(git.reference)
        for text in revisions where (try? await opened.resolve(text)) == nil {
            let name = String(text.prefix { $0 != "~" && $0 != "^" })
            if (try? await opened.fetch(.tag(name))) == nil { _ = try? await opened.fetch(.branch(name)) }
        }
        let past = Past(
            mirror: mirror,
            settings: .init(reference: git.reference, root: git.gitPath, name: git.applicationName(url)), store: try history.store(),
            target: { [kubeVersion] in RenderTarget(kubeVersion: kubeVersion) })
        return .repository(past)
    }
}

/// The file that a daemon keeps history in, read without it, and left as it is.
struct HistoryFileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The history's file, read without a daemon; nothing is written to it.", valueName: "file"))
    var historyFile: String?

    func store() throws -> EventStore? {
        guard let historyFile else { return nil }
        guard isFile(historyFile) else { throw CommandFailure("--history-file: there is no file \"\(historyFile)\"") }
        return EventStore(try HistoryDatabase(reading: historyFile))
    }
}

/// A query of the API from names and what they are, those without left out.
func queryText(_ items: [(String, String?)]) -> String {
    let pairs = items.compactMap { name, value in value.map { "\(name)=\(percentEncoded($0))" } }
    return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
}

extension Moment {
    /// From the command line.
    ///
    /// - Throws: what it says is neither a time nor a revision, or has not come yet.
    init(argument text: String, now: Timestamp = SystemTime().now) throws(HistoryError) {
        self = try Moment(text, now: now)
        // Clocks differ a little.
        if case .time(let time) = self, time > now.adding(.seconds(60)) {
            throw HistoryError(.invalid, "\(time) has not come yet: it is \(now)", advice: "times without a zone are UTC; add one, as in 14:00+02:00")
        }
    }

    /// As the API takes it.
    var parameter: String {
        switch self {
        case .time(let time): time.description
        case .revision(let text): text
        }
    }

    /// As the API takes it where it asks for one of both.
    var field: (String, String?) {
        switch self {
        case .time(let time): ("time", time.inMilliseconds)
        case .revision(let text): ("revision", text)
        }
    }
}
