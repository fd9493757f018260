import ArgumentParser
import Basics
import Cluster
import Delivery
import Document
import History
import Kubernetes

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what applying a folder would change in the cluster, or how two revisions differ.",
        discussion: """
            Of a folder, the server's own dry run is compared with the live objects. Of two revisions or times, what git's files
            render to is compared: of the repository that is named, or whose work tree this is, or by a daemon. Of a time that
            is the revision that was live, where the history knows it, else the newest commit from before. Values of Secrets
            are masked. Exits with 0 when there is no difference, 1 when there is one, 2 when something went wrong.

            Examples:
              martlet diff deploy
              martlet diff deploy --application front-end | less
              martlet diff v1.2.0 main --git-path deploy
              martlet diff "yesterday 14:00" now --server https://martlet.example.com
            """)

    @Argument(help: ArgumentHelp("The folder of a repository, or two revisions or times.", valueName: "folder | rev1 rev2"))
    var words: [String] = []

    @Option(help: ArgumentHelp("Only this application.", valueName: "name"))
    var application: String?

    @OptionGroup(title: "The cluster, for a folder") var cluster: ClusterOptions
    @OptionGroup(title: "The cluster, for a folder") var records: RecordOptions
    @OptionGroup var past: PastOptions
    @OptionGroup var output: OutputOptions

    private var path: String { words.first ?? "." }
    private var name: String? { past.git.name }

    mutating func validate() throws {
        guard words.count <= 2 else {
            throw ValidationError("\(words.count) words: name one folder or two revisions, and put times with spaces in quotes")
        }
        if words.count < 2, output.format != .table { throw ValidationError("-o is for two revisions: of a folder a unified diff is printed") }
    }

    func run() async throws {
        let hasDifference: Bool
        do {
            hasDifference = try await words.count == 2 ? compareRevisions() : compare()
        } catch {
            Terminal.standardError.line("martlet: \(printableLines("\(error)"))")
            throw ExitCode(2)
        }
        if hasDifference { throw ExitCode(1) }
    }

    private func compareRevisions() async throws -> Bool {
        let value = try await comparison(words.map { try Moment(argument: $0) })
        for note in value["notes"]?.sequence ?? [] { Terminal.standardError.line("martlet: \(printableLines(note.string ?? ""))") }
        let objects = value["objects"]?.sequence ?? []
        if output.format == .table {
            for object in objects { print(object["diff"]?.string ?? "", terminator: "") }
        } else {
            output.write(value)
        }
        let problems = (value["problems"]?.sequence ?? []).compactMap(\.string)
        if let first = problems.first {
            for problem in problems.dropFirst() { Terminal.standardError.line("martlet: \(printableLines(problem))") }
            throw CommandFailure(first)
        }
        return !objects.isEmpty
    }

    private func comparison(_ moments: [Moment]) async throws -> Value {
        guard let from = moments.first, let to = moments.last else { return .null }
        let revisions = moments.compactMap { moment -> String? in if case .revision(let text) = moment { text } else { nil } }
        switch try await past.source(fetching: revisions) {
        case .daemon(let agent):
            return try await agent.ask(
                "GET", "/api/v1/diff" + queryText([("from", from.parameter), ("to", to.parameter), ("application", application)]))
        case .repository(let past): return try await past.compare(from: from, to: to, application: application).value
        }
    }

    private func compare() async throws -> Bool {
        let time = SystemTime()
        let client = try cluster.connect(time: time, random: RandomSource())
        let store = InventoryStore(client: client, namespace: records.martletNamespace)
        let tree = FolderTree(root: path)
        let layout = try await scan(tree, root: "", name: name ?? folderName(path))
        if let application, !layout.parts.contains(where: { $0.spec.name == application }), layout.problems[application] == nil {
            let names = layout.parts.map(\.spec.name).joined(separator: ", ")
            throw CommandFailure("no application \"\(application)\" in \"\(path)\", there are: \(names)")
        }
        let differ = Differ(client: client, store: store, time: time)
        var hasDifference = false
        var problems: [String] = []
        for part in layout.parts where application == nil || part.spec.name == application {
            let report = try await differ.report(part, tree: tree)
            for text in report.texts {
                hasDifference = true
                print(text, terminator: "")
            }
            problems += report.problems
        }
        problems += layout.faults(of: application)
        if let first = problems.first {
            for problem in problems.dropFirst() { Terminal.standardError.line("martlet: \(printableLines(problem))") }
            throw CommandFailure(first)
        }
        return hasDifference
    }
}

extension Layout {
    /// What is wrong with how the tree is divided, always in the same order.
    ///
    /// - Parameter application: only with this one; nil: with all.
    func faults(of application: String?) -> [String] {
        problems.filter { application == nil || $0.key == application }.sorted { $0.key < $1.key }.flatMap { $0.value.map(\.description) }
    }
}
