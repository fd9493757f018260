import Basics
import Cluster
import Delivery
import DevCluster
import Document
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

private let quiet = Logger(label: "test") { SwiftLogNoOpLogHandler($0) }

/// What `kubectl describe` and `kubectl get events` say of deploys.
@Suite(.timeLimit(.minutes(5))) struct KubernetesEventsTests {
    private let cluster = EmbeddedCluster(logger: quiet)
    private let client: ClusterClient
    private let inventories: InventoryStore
    private let time = VirtualTime()

    init() {
        client = cluster.client()
        inventories = InventoryStore(client: client, namespace: "martlet-system")
    }

    /// With `count` Deployments `web-0`… in `shop`, and the records of the applications and of the source.
    private func telling(_ count: Int, _ body: (AsyncStream<DeployEvent>.Continuation) async throws -> Void) async throws {
        let (updates, told) = AsyncStream.makeStream(of: DeployEvent.self)
        let events = KubernetesEvents(client: client, inventories: inventories, source: "shop", time: time, random: RandomSource(seed: 1), logger: quiet)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            for namespace in ["shop", "martlet-system"] { try await inventories.ensureNamespace(namespace) }
            for number in 0..<count { try await apply(deployment(number)) }
            try await inventories.note(source: "shop", ["url": "https://git.example.com/shop.git"])
            group.addTask { await events.run(updates) }
            try await body(told)
            group.cancelAll()
        }
    }

    private func deployment(_ number: Int) -> Value {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string("web-\(number)"), "namespace": "shop"],
            "spec": [
                "replicas": 0, "selector": ["matchLabels": ["app": .string("web-\(number)")]],
                "template": [
                    "metadata": ["labels": ["app": .string("web-\(number)")]], "spec": ["containers": [["name": "web", "image": "web:1"]]],
                ],
            ],
        ]
    }

    private func apply(_ value: Value) async throws {
        let object = try #require(Object(value))
        _ = try await client.apply(client.resource(for: object.gvk), object)
    }

    private func event(_ number: Int, _ outcome: DeployEvent.Outcome = .running, application: String = "shop", reason: String = "") -> DeployEvent {
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web-\(number)")
        let start = time.now
        var event = DeployEvent(
            id: "01HZX00000000000000000\(1000 + number)", application: application, workload: key, startedAt: start,
            revision: SourceRevision(reference: "main", commit: String(repeating: "1a2b", count: 10)), previousCommit: "", cause: .init(.commit, by: "Ada <ada@x.org>"))
        event.commits = [.init(id: event.revision.commit, author: "Ada <ada@x.org>", subject: "Make the till faster", time: start)]
        event.images = [.init(container: "web", from: "web:1", to: "web:2")]
        (event.outcome, event.reason) = (outcome, reason)
        if outcome != .running { event.endedAt = start.adding(.seconds(72)) }
        return event
    }

    /// Martlet's Events by reason, once there are so many.
    private func events(_ count: Int, where isMeant: (Object) -> Bool = { _ in true }) async throws -> [String: [Object]] {
        let resource = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Event"))
        var found: [Object] = []
        for _ in 0..<3000 {
            found = try await client.list(resource).items.filter { $0.value[path: "source", "component"] == "martlet" && isMeant($0) }
            if found.count >= count { break }
            await time.advance(by: .seconds(1))
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(found.count == count)
        return Dictionary(grouping: found) { $0.value["reason"]?.string ?? "" }
    }

    @Test func startAndEnd() async throws {
        try await telling(2) { told in
            told.yield(event(0))
            var started = try await events(1)
            let start = try #require(started["DeployStarted"]?.first)
            #expect(start.value["type"] == "Normal")
            #expect(start.value["message"] == "main@1a2b1a2 is being deployed; 1a2b1a2 Make the till faster (Ada); web: web:1 → web:2")
            let deployments = try await client.resource(for: GroupKind(group: "apps", kind: "Deployment"))
            let live = try await client.get(deployments, namespace: "shop", name: "web-0")
            #expect(start.value["involvedObject"] == ["apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web-0", "uid": .string(live.uid)])
            // Steps are no news here.
            var step = event(0)
            step.steps = [.init(at: step.startedAt, phase: "analysing", step: 1, weight: 20, message: "")]
            told.yield(step)
            told.yield(event(0, .failed, reason: "ImagePullBackOff"))
            told.yield(event(1, .succeeded))
            started = try await events(3)
            let failed = try #require(started["DeployFailed"]?.first)
            #expect(failed.value["type"] == "Warning")
            #expect(
                failed.value["message"]
                    == "main@1a2b1a2 failed; 1a2b1a2 Make the till faster (Ada); web: web:1 → web:2; took 1m12s; ImagePullBackOff")
            #expect(started["Deployed"]?.first?.value["type"] == "Normal")
        }
    }

    static let ends: [(DeployEvent.Outcome, DeployEvent.Cause.Kind, String, String)] = [
        (.succeeded, .commit, "Deployed", "Normal"), (.failed, .commit, "DeployFailed", "Warning"), (.rolledBack, .commit, "DeployRolledBack", "Warning"),
        (.superseded, .commit, "DeploySuperseded", "Normal"), (.succeeded, .drift, "DriftCorrected", "Normal"),
    ]

    @Test(arguments: ends) func reasons(_ outcome: DeployEvent.Outcome, _ cause: DeployEvent.Cause.Kind, _ reason: String, _ type: String) throws {
        var event = event(0, outcome)
        event.cause.kind = cause
        let word = DeployText.word(event, on: .init(apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web-0"))
        #expect(word.reason == reason)
        #expect(word.object?.value["type"] == .string(type))
        #expect(word.object?.name == "web-0.01hzx000000000000000001000.end")
    }

    /// As long as the server takes no Events, they wait.
    @Test func whatIsLostIsToldAgain() async throws {
        try await telling(1) { told in
            let tries = Locked(0)
            cluster.server.inject { site in
                guard site.method == "POST", site.path.hasSuffix("/namespaces/shop/events"), site.userAgent.hasPrefix("martlet") else { return nil }
                return tries.withLock { tries in
                    tries += 1
                    return tries < 3 ? .answer(status: 500, reason: "InternalError", message: "etcd is away") : nil
                }
            }
            told.yield(event(0))
            told.yield(event(0, .succeeded))
            let all = try await events(2)
            #expect(Set(all.keys) == ["DeployStarted", "Deployed"])
            #expect(tries.withLock { $0 } >= 4)
        }
    }

    /// Above the limit nobody is told one by one, and the one Event says how it goes.
    @Test func aStormIsOneEvent() async throws {
        try await telling(0) { told in
            for number in 0..<30 { told.yield(event(number)) }
            let all = try await events(1)
            let storm = try #require(all["ManyDeploys"]?.first)
            #expect(storm.value["message"]?.string?.hasPrefix("30 workloads changed by 1a2b1a2 Make the till faster (Ada): 30 running") == true)
            #expect(storm.namespace == "martlet-system")
            #expect(storm.value[path: "involvedObject", "kind"] == "Secret")
            #expect(storm.value[path: "involvedObject", "name"] == "martlet-inventory-shop")
            for number in 0..<30 { told.yield(event(number, number == 7 ? .failed : .succeeded, reason: number == 7 ? "it crashes" : "")) }
            // What comes soon after belongs to it.
            told.yield(event(30, .succeeded))
            let changed = try await events(1) { $0.value["message"]?.string?.contains("running") == false }
            let message = try #require(changed["ManyDeploys"]?.first?.value["message"]?.string)
            #expect(message.hasPrefix("31 workloads changed by"))
            #expect(message.contains(": 30 succeeded, 1 failed; deployment/web-7 in shop failed: it crashes; "))
            #expect(changed["ManyDeploys"]?.first?.value["type"] == "Warning")
            _ = try await events(1)
        }
    }

    /// One commit that changes a workload of each of many applications is a storm of the source.
    @Test func aStormOfManyApplications() async throws {
        try await telling(0) { told in
            for number in 0..<25 { told.yield(event(number, .succeeded, application: "shop-\(number)")) }
            let all = try await events(1)
            let storm = try #require(all["ManyDeploys"]?.first)
            #expect(storm.value[path: "involvedObject", "kind"] == "ConfigMap")
            #expect(storm.value[path: "involvedObject", "name"] == "martlet-source-shop")
            #expect(storm.value[path: "involvedObject", "uid"]?.string?.isEmpty == false)
        }
    }
}
