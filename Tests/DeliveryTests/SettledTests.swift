import Basics
import Cluster
import Delivery
import DevCluster
import Document
import Kubernetes
import Logging
import Testing

/// When one pass is over: `martlet sync` ends then, and what an earlier one left in the cluster must not end it.
@Suite struct SettledTests {
    private static let revision = SourceRevision(reference: "folder", commit: "")

    private static func withCluster(_ body: @Sendable @escaping (ClusterClient) async throws -> Void) async throws {
        let cluster = EmbeddedCluster(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            try await body(cluster.client())
            group.cancelAll()
        }
    }

    /// One process: brings the cluster to the texts, and tells how everything is when it is settled.
    private static func pass(_ texts: [String: String], _ client: ClusterClient) async throws -> [ApplicationStatus] {
        let (time, random, logger) = (SystemTime(), RandomSource(), Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let environment = WorkEnvironment(
            client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger),
            store: InventoryStore(client: client, namespace: "martlet-system"), time: time, random: random, logger: logger, progress: Progress { _ in })
        let work = Applications(settings: Applications.Settings(source: "test", root: "", name: "shop"), environment: environment)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await work.run() }
            let tree = TextTree(texts: texts, revision: revision)
            try await work.deliver(tree)
            let start = time.elapsed
            while time.elapsed - start < .seconds(60), !work.isSettled(at: revision.description) { try await time.sleep(for: .milliseconds(2)) }
            let statuses = work.statuses
            group.cancelAll()
            return statuses
        }
    }

    @Test(.timeLimit(.minutes(10))) func aFolderThatChangedIsAppliedAgain() async throws {
        try await Self.withCluster { client in
            let configMaps = try await client.resource(for: .init(apiVersion: "v1", kind: "ConfigMap"))
            for color in ["green", "blue"] {
                let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint, namespace: default}\ndata: {color: \(color)}\n"
                let statuses = try await Self.pass(["a.yaml": text], client)
                #expect(statuses.map(\.sync) == [.synced])
                let live = try await client.get(configMaps, namespace: "default", name: "paint")
                #expect(live.value[path: "data", "color"]?.string == color)
            }
            // And a mistake is told anew, and is no mistake any more when it is mended.
            #expect(try await Self.pass(["a.yaml": "a: b\n"], client).map(\.sync) == [.failed])
            let mended = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint, namespace: default}\ndata: {color: red}\n"
            #expect(try await Self.pass(["a.yaml": mended], client).map(\.sync) == [.synced])
        }
    }

    @Test(.timeLimit(.minutes(10))) func whoWaitsForAnotherIsWaitedFor() async throws {
        @Sendable func application(_ name: String, _ rest: String = "") -> [String: String] {
            [
                "\(name)/martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\nspec: {\(rest)}\n",
                "\(name)/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name), namespace: default}\ndata: {a: b}\n",
            ]
        }
        try await Self.withCluster { client in
            let texts = application("a", "dependsOn: [b]").merging(application("b", "dependsOn: [c]")) { $1 }.merging(application("c")) { $1 }
            let statuses = try await Self.pass(texts, client)
            #expect(statuses.map(\.sync) == [.synced, .synced, .synced], "\(statuses.map(\.message))")
        }
        // One that can never be well is the end, too.
        try await Self.withCluster { client in
            let texts = application("a", "dependsOn: [b]").merging(application("b")) { $1 }.merging(["b/a.yaml": "a: b\n"]) { $1 }
            let statuses = try await Self.pass(texts, client)
            #expect(statuses.map(\.sync) == [.outOfSync, .failed], "\(statuses.map(\.message))")
        }
    }
}
