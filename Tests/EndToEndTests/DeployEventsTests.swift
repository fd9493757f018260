import Basics
import Cluster
import Delivery
import Document
import History
import Kubernetes
import Logging
import TestKit
import Testing

/// Kubernetes' own API server takes the Events that deploys are told by, and changes those of storms.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct DeployEventsTests {
    private func event(_ number: Int, _ outcome: DeployEvent.Outcome = .running) -> DeployEvent {
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web-\(number)")
        let start = SystemTime().now
        var event = DeployEvent(
            id: "01HZX00000000000000000\(1000 + number)", application: "shop", workload: key, startedAt: start,
            revision: SourceRevision(reference: "main", commit: String(repeating: "1a2b", count: 10)), previousCommit: "", cause: .init(.commit, by: "Ada <ada@x.org>"))
        event.commits = [.init(id: event.revision.commit, author: "Ada <ada@x.org>", subject: "Make the till faster", time: start)]
        event.outcome = outcome
        if outcome != .running { event.endedAt = start.adding(.seconds(72)) }
        return event
    }

    @Test(.timeLimit(.minutes(3))) func startEndAndStorm() async throws {
        try await withControlPlane { _, client in
            let inventories = InventoryStore(client: client, namespace: "martlet-system")
            for namespace in ["shop", "martlet-system"] { try await inventories.ensureNamespace(namespace) }
            let web = try #require(
                Object([
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web-0", "namespace": "shop"],
                    "spec": [
                        "replicas": 0, "selector": ["matchLabels": ["app": "web"]],
                        "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "web:1"]]]],
                    ],
                ]))
            let live = try await client.apply(client.resource(for: web.gvk), web).object
            let logger = Logger(label: "test") { SwiftLogNoOpLogHandler($0) }
            let events = KubernetesEvents(
                client: client, inventories: inventories, source: "shop", time: SystemTime(), random: RandomSource(), logger: logger)
            let (updates, told) = AsyncStream.makeStream(of: DeployEvent.self)
            let kind = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Event"))
            func own(_ namespace: String, of uid: String? = nil) async throws -> [Object] {
                // As `kubectl describe` asks.
                try await client.list(kind, namespace: namespace, fieldSelector: uid.map { "involvedObject.name=web-0,involvedObject.uid=\($0)" }).items
                    .filter { $0.value[path: "source", "component"] == "martlet" }
            }
            func until(_ what: String, _ condition: () async throws -> Bool) async throws {
                for _ in 0..<300 {
                    if try await condition() { return }
                    try await Task.sleep(for: .milliseconds(100))
                }
                Issue.record("not in time: \(what)")
            }
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await events.run(updates) }
                told.yield(event(0))
                told.yield(event(0, .failed))
                try await until("start and end") {
                    try await Set(own("shop", of: live.uid).compactMap { $0.value["reason"]?.string }) == ["DeployStarted", "DeployFailed"]
                }
                for number in 1...30 { told.yield(event(number)) }
                try await until("a storm") { try await own("martlet-system").first?.value["message"]?.string?.contains(": 30 running") == true }
                for number in 1...30 { told.yield(event(number, number == 3 ? .rolledBack : .succeeded)) }
                try await until("its end") { try await own("martlet-system").first?.value["message"]?.string?.contains(": 29 succeeded, 1 rolled-back") == true }
                let types = try await own("martlet-system").map { $0.value["type"] }
                #expect(types == ["Warning"])
                group.cancelAll()
            }
        }
    }
}
