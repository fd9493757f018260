import ArgumentParser
import Basics
import Cluster
import Delivery
import Document

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the applications: revision, sync and health.",
        discussion: """
            Reads what the daemon recorded in the cluster; exits with 1 when an application is not synced and healthy.

            Examples:
              martlet status
              martlet status front-end -o yaml
            """)

    @Argument(help: "Only these applications.")
    var applications: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        let time = SystemTime()
        let client = try cluster.connect(time: time, random: RandomSource())
        let store = InventoryStore(client: client, namespace: cluster.martletNamespace)
        var statuses: [ApplicationStatus] = []
        for (name, record) in try await store.loadAll() {
            statuses.append(ApplicationStatus(record.status) ?? ApplicationStatus(application: name))
        }
        statuses.sort { $0.application < $1.application }
        for name in applications where !statuses.contains(where: { $0.application == name }) {
            let known = statuses.map(\.application).joined(separator: ", ")
            throw CommandFailure("no application \"\(name)\" in namespace \"\(cluster.martletNamespace)\", there are: \(known.isEmpty ? "none" : known)")
        }
        if !applications.isEmpty { statuses = statuses.filter { applications.contains($0.application) } }
        let sources = applications.isEmpty ? try await store.sources() : [:]
        if output.format == .table {
            for (_, source) in sources.sorted(by: { $0.key < $1.key }) {
                let url = source["url"]?.string ?? ""
                if let error = source["error"]?.string { Swift.print("source \(url): \(error)\n") }
            }
            print(statuses, now: time.now)
        } else {
            output.write(["sources": .sequence(sources.sorted { $0.key < $1.key }.map(\.value)), "applications": .sequence(statuses.map(\.value))])
        }
        if sources.values.contains(where: { $0["error"] != nil }) { throw ExitCode(1) }
        if !statuses.allSatisfy({ $0.sync == .synced && $0.health == .healthy }) { throw ExitCode(1) }
    }

    private func print(_ statuses: [ApplicationStatus], now: Timestamp) {
        guard !statuses.isEmpty else {
            Swift.print("no applications in namespace \"\(cluster.martletNamespace)\": is the daemon running? (martlet run --help)")
            return
        }
        var table = Table("APPLICATION", "REVISION", "SYNC", "HEALTH", "OBJECTS", "SINCE", "MESSAGE")
        for status in statuses {
            let since = status.changedAt.map { durationText(now.duration(since: $0)) } ?? ""
            table.add(
                status.application, status.revision, status.sync.rawValue, status.health.rawValue, String(status.objects), since,
                String(status.message.prefix(120)))
        }
        Swift.print(table.text)
        for status in statuses where !status.problems.isEmpty {
            Swift.print("\n\(status.application):")
            for problem in status.problems {
                let head = [problem.place, problem.object].filter { !$0.isEmpty }.joined(separator: " ")
                Swift.print("  \(head.isEmpty ? "" : head + ": ")\(problem.message)")
            }
            for deletion in status.heldDeletions { Swift.print("  waits to be deleted: \(deletion)") }
        }
    }
}
