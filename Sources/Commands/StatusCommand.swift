import ArgumentParser
import Basics
import Cluster
import Delivery
import Document

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the applications: revision, sync and health.",
        discussion: """
            Reads what the daemon recorded in the cluster. Exits with 0 when every application is synced and healthy, 1 when one
            is not or a source cannot be read, 2 when it could not be found out or there is no such application.

            Examples:
              martlet status
              martlet status front-end -o yaml
            """)

    @Argument(help: "Only these applications.")
    var applications: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var records: RecordOptions

    func run() async throws { try await reporting(look) }

    private func look() async throws {
        let time = SystemTime()
        let client = try cluster.connect(time: time, random: RandomSource())
        let store = InventoryStore(client: client, namespace: records.martletNamespace)
        var statuses: [ApplicationStatus] = []
        for (name, record) in try await store.loadAll() {
            statuses.append(ApplicationStatus(record.status) ?? ApplicationStatus(application: name))
        }
        statuses.sort { $0.application < $1.application }
        for name in applications where !statuses.contains(where: { $0.application == name }) {
            let known = statuses.map(\.application).joined(separator: ", ")
            throw CommandFailure("no application \"\(name)\" in namespace \"\(records.martletNamespace)\", there are: \(known.isEmpty ? "none" : known)")
        }
        if !applications.isEmpty { statuses = statuses.filter { applications.contains($0.application) } }
        let sources = applications.isEmpty ? try await store.sources().sorted { $0.key < $1.key }.map(\.value) : []
        if output.format == .table {
            print(StatusText.text(statuses, sources: sources, namespace: records.martletNamespace, now: time.now))
        } else {
            output.write(["sources": .sequence(sources), "applications": .sequence(statuses.map(\.value))])
        }
        if sources.contains(where: { $0["error"] != nil }) { throw ExitCode(1) }
        if !statuses.allSatisfy({ $0.sync == .synced && $0.health == .healthy }) { throw ExitCode(1) }
    }
}
