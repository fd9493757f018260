import ArgumentParser
import Automation
import Basics
import Cluster
import Delivery
import Document
import History
import Kubernetes

struct BlameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blame", abstract: "For every field of a workload, show the commit and author that set it.",
        discussion: """
            The object is what git's files render to, charts and their values included; each field is followed back through
            merges, reverts, moves and renames. What git does not say is told of the field's manager in the cluster: a daemon
            knows it, --live asks the cluster of the kubeconfig. --at looks back from the revision that was live at a time,
            where the history knows it, or from another revision; what was set in the cluster then is not kept.

            Examples:
              martlet blame deployment/front-end -n shop
              martlet blame front-end --field image
              martlet blame front-end --at "yesterday 14:00"
              martlet blame front-end --git-url https://git.example.com/shop.git --live
              martlet blame front-end -o json | jq '.fields[] | select(.path | endswith("image"))'
            """)

    @Argument(help: workloadHelp)
    var words: [String]

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("The workload's namespace; by default any that has one of the name.", valueName: "namespace"))
    var namespace: String?

    @Option(help: ArgumentHelp("Only fields whose path has this text.", valueName: "text"))
    var field: String?

    @Option(help: ArgumentHelp("As of this time or revision.", valueName: "time"))
    var at: String?

    @Flag(help: "Without a daemon: also ask the cluster of the kubeconfig.")
    var live = false

    @OptionGroup var who: PastOptions
    @OptionGroup(title: "The cluster for --live") var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !words.isEmpty else { throw ValidationError("which workload? Name it like deployment/front-end") }
        if let at {
            do throws(HistoryError) {
                _ = try Moment(argument: at)
            } catch {
                throw ValidationError("--at: \(error)")
            }
        }
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
        let moment = try at.map { try Moment(argument: $0) }
        var revisions: [String] = []
        if case .revision(let text)? = moment { revisions = [text] }
        switch try await who.source(fetching: revisions) {
        case .daemon(let agent):
            if live { throw CommandFailure("--live is for a repository: a daemon tells of its own cluster") }
            guard let moment else {
                let path = try await agent.path(of: name) {
                    // Also where image automation, which has a list of its own, is off.
                    let overview = try await agent.ask("GET", "/api/v1/overview")
                    return (overview["applications"]?.sequence ?? []).flatMap { $0["workloads"]?.sequence ?? [] }
                }
                return try await agent.ask("GET", path + "/blame")
            }
            let path = try await agent.path(of: name) {
                // It may be gone since.
                let then = try await agent.ask("GET", "/api/v1/objects" + queryText([moment.field, ("only", "workloads")]))
                return (then["objects"]?.sequence ?? []).compactMap { $0["object"] }
            }
            return try await agent.ask("GET", path + "/blame" + queryText([moment.field]))
        case .repository(let past):
            let objects = try await past.objects(application: nil, at: moment ?? .revision("HEAD"))
            let key: ObjectKey
            do throws(AutomationError) {
                // Without a kind it is a workload that is meant, not the Service of the same name.
                let candidates = objects.objects.map(\.object).filter { !name.resource.isEmpty || containerImages(of: $0) != nil }
                key = try name.resolve(among: candidates.map(\.key))
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
