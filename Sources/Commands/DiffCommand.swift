import ArgumentParser
import Basics
import Cluster
import Delivery
import Document
import Kubernetes

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what applying a folder would change in the cluster.",
        discussion: """
            The server's own dry run is compared with the live objects; values of Secrets are masked. Exits with 0 when
            there is no difference, 1 when there is one, 2 when something went wrong.

            Examples:
              martlet diff deploy
              martlet diff deploy --application front-end | less
            """)

    @Argument(help: "The folder of a repository.")
    var path = "."

    @Option(help: ArgumentHelp("Only this application.", valueName: "name"))
    var application: String?

    @Option(help: ArgumentHelp("The name of the application that plain manifests belong to; by default the folder's.", valueName: "name"))
    var name: String?

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        let hasDifference: Bool
        do {
            hasDifference = try await compare()
        } catch {
            Terminal.standardError.line("martlet: \(error)")
            throw ExitCode(2)
        }
        if hasDifference { throw ExitCode(1) }
    }

    private func compare() async throws -> Bool {
        let time = SystemTime()
        let client = try cluster.connect(time: time, random: RandomSource())
        let store = InventoryStore(client: client, namespace: cluster.martletNamespace)
        let tree = FolderTree(root: path)
        let layout = try await scan(tree, root: "", name: name ?? folderName(path))
        if let application, !layout.parts.contains(where: { $0.spec.name == application }) {
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
        problems += layout.problems.values.joined().map(\.description)
        if let first = problems.first {
            for problem in problems.dropFirst() { Terminal.standardError.line("martlet: \(problem)") }
            throw CommandFailure(first)
        }
        return hasDifference
    }
}
