import ArgumentParser
import Automation
import Basics
import Cluster
import Document
import History
import Kubernetes

struct BlameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blame", abstract: "For every field of a workload, show the commit and author that set it.",
        discussion: """
            The object is what git's files render to, charts and their values included; each field is followed back through
            merges, reverts, moves and renames. What git does not say is told of the field's manager in the cluster: a daemon
            knows it, --live asks the cluster of the kubeconfig.

            Examples:
              martlet blame deployment/front-end -n shop
              martlet blame front-end --field image
              martlet blame front-end --git-url https://git.example.com/shop.git --live
              martlet blame front-end -o json | jq '.fields[] | select(.path | endswith("image"))'
            """)

    @Argument(help: workloadHelp)
    var words: [String]

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("The workload's namespace; by default any that has one of the name.", valueName: "namespace"))
    var namespace: String?

    @Option(help: ArgumentHelp("Only fields whose path has this text.", valueName: "text"))
    var field: String?

    @Option(help: ArgumentHelp("Without a daemon: as of this revision or time.", valueName: "revision"))
    var at: String?

    @Flag(help: "Without a daemon: also ask the cluster of the kubeconfig.")
    var live = false

    @OptionGroup var who: PastOptions
    @OptionGroup(title: "The cluster for --live") var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !words.isEmpty else { throw ValidationError("which workload? Name it like deployment/front-end") }
        do throws(AutomationError) {
            _ = try WorkloadName(words, namespace: namespace)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        try await reporting {
            var value = try await answer()
            if let field {
                value["fields"] = .sequence((value["fields"]?.sequence ?? []).filter { $0["path"]?.string?.contains(field) ?? false })
            }
            if output.format == .table { print(BlameText.table(value)) } else { output.write(value) }
            for note in value["notes"]?.sequence ?? [] where output.format == .table {
                Terminal.standardError.line("martlet: \(printableLines(note.string ?? ""))")
            }
        }
    }

    func answer() async throws -> Value {
        let name: WorkloadName
        do throws(AutomationError) {
            name = try WorkloadName(words, namespace: namespace)
        } catch {
            throw WorkloadFailure(error)
        }
        switch try await who.source(fetching: at.map { [$0] } ?? []) {
        case .daemon(let agent):
            if live || at != nil { throw CommandFailure("--live and --at are for a repository: a daemon tells of its own cluster now") }
            return try await agent.ask("GET", try await agent.path(of: name) + "/blame")
        case .repository(let past):
            let moment = try at.map { try Moment(argument: $0) }
            let objects = try await past.objects(application: nil, at: moment ?? .revision("HEAD"))
            let key: ObjectKey
            do throws(AutomationError) {
                key = try name.resolve(among: objects.objects.map(\.object.key))
            } catch {
                throw WorkloadFailure(error)
            }
            return try await past.blame(key, at: moment, live: live ? try await liveObject(key) : nil).value
        }
    }

    private func liveObject(_ key: ObjectKey) async throws -> Object {
        let client = try cluster.connect(time: SystemTime(), random: RandomSource())
        return try await client.get(try await client.resource(for: key.groupKind), namespace: key.namespace, name: key.name)
    }
}
