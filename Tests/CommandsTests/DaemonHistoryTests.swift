import ArgumentParser
import Basics
import Cluster
import Delivery
import DevCluster
import Document
import History
import Kubernetes
import Logging
import Server
import TestKit
import Testing

@testable import Commands

private let quiet = Logger(label: "test") { SwiftLogNoOpLogHandler($0) }

/// The daemon's own parts, put together: what the loop sees becomes events, series of `/metrics` and Kubernetes Events.
@Suite(.timeLimit(.minutes(5))) struct DaemonHistoryTests {
    private let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    private func sight(_ commit: String, isWritten: Bool) -> ApplicationSight {
        let images = ["web": "web:\(commit)"]
        return ApplicationSight(
            application: "shop", revision: SourceRevision(reference: "main", commit: String(repeating: commit, count: 40)), previousCommit: "",
            status: ApplicationStatus(application: "shop"), workloads: [WorkloadSight(key: key, images: images, liveImages: images, health: .healthy)],
            changes: isWritten ? [ObjectChange(key: key, action: .changed)] : [])
    }

    /// A daemon's history at work, and what `/metrics` says.
    private func running(_ file: String, _ cluster: EmbeddedCluster, _ body: (DaemonHistory, MetricRegistry) async throws -> Void) async throws {
        let registry = MetricRegistry(help: MetricHelp.texts)
        let parts = DaemonHistory.Parts(
            mirror: nil, notes: nil, namespace: "martlet-system", source: "shop", client: cluster.client(), time: SystemTime(), random: RandomSource(seed: 1),
            logger: quiet, metrics: registry)
        let history = try DaemonHistory(file: file, options: HistoryOptions.parse([]), parts: parts)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await history.run() }
            try await body(history, registry)
            group.cancelAll()
        }
    }

    private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<3000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("not in time: \(what)")
    }

    @Test func whatTheLoopSeesIsTold() async throws {
        let folder = try TemporaryFolder("daemon-history")
        let cluster = EmbeddedCluster(logger: quiet)
        let labels = #"application="shop",workload="web",namespace="shop",kind="Deployment""#
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let client = cluster.client()
            try await InventoryStore(client: client, namespace: "shop").ensureNamespace("shop")
            try await running(folder.file("history.sqlite"), cluster) { history, registry in
                history.note(.observed(sight("1", isWritten: false)))
                #expect(registry.exposition().contains("martlet_deploys_total{\(labels),outcome=\"failed\"} 0\n"))
                history.note(.observed(sight("2", isWritten: true)))
                try await until("counted") { registry.exposition().contains("martlet_deploys_total{\(labels),outcome=\"succeeded\"} 1\n") }
                let text = registry.exposition()
                #expect(text.contains("martlet_deploy_info{\(labels),revision=\"main@2222222\",image=\"web:2\"} 1\n"), "\(text)")
                #expect(text.contains("martlet_deploy_timestamp_seconds{\(labels)} "))
                for line in text.split(separator: "\n") where line.hasPrefix("# TYPE") {
                    #expect(text.contains("# HELP \(line.split(separator: " ")[2]) "), "\(line)")
                }
                let events = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Event"))
                try await until("an Event") {
                    try await client.list(events, namespace: "shop").items.contains { $0.value["reason"] == "Deployed" && $0.value[path: "involvedObject", "name"] == "web" }
                }
            }
            // The next one knows what was deployed, and counts nothing of it.
            try await running(folder.file("history.sqlite"), cluster) { _, registry in
                try await until("known again") { registry.exposition().contains("martlet_deploy_info{\(labels),revision=\"main@2222222\",image=\"web:2\"} 1\n") }
                #expect(registry.exposition().contains("martlet_deploys_total{\(labels),outcome=\"succeeded\"} 0\n"))
            }
            group.cancelAll()
        }
    }
}
