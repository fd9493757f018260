import Basics
import Cluster
import Delivery
import Document
import Git
import Kubernetes
import Logging
import Scenarios
import TestKit
import Testing

@testable import History

/// The loop on the embedded cluster, and what its looks become.
@Suite struct SightTests {
    private static let password = "hunter2-and-more"

    private static func secret(_ password: String) -> TestRepository.Change {
        .text("apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: shop}\nstringData: {password: \(password)}\n")
    }

    private static func frontEnd(_ version: String) -> TestRepository.Change {
        .text(Shop.deployment("front-end", image: "example/front-end:\(version)") + "---\n" + Shop.service("front-end"))
    }

    @Test(.timeLimit(.minutes(10))) func whatTheLoopDoesBecomesEvents() async throws {
        try await EmbeddedWorld.run { embedded in
            let store = EventStore(try HistoryDatabase(path: nil))
            let folder = try TemporaryFolder("sights")
            let mirror = SharedMirror(
                path: folder.file("commits.git"),
                remote: GitRemote(url: "file://\(embedded.repository.path)", credentials: .none, allowedSchemes: ["file"]))
            let logger = Logger(label: "recorder") { SwiftLogNoOpLogHandler($0) }
            let recorder = Recorder(store: store, mirror: mirror, time: SystemTime(), random: RandomSource(), logger: logger)
            let sights = Locked<[ApplicationSight]>([])
            let loop = InProcessOperator(client: embedded.client, following: embedded.repository, in: folder, pollInterval: .seconds(60)) {
                $0.progress = Progress { event in
                    recorder.note(event)
                    if case .observed(let sight) = event { sights.withLock { $0.append(sight) } }
                }
            }
            let world = World(client: embedded.client, repository: embedded.repository, operator: loop)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await recorder.run() }
                try await follow(world, store, mirror, sights)
                await loop.kill()
                group.cancelAll()
            }
        }
    }

    private func follow(_ world: World, _ store: EventStore, _ mirror: SharedMirror, _ sights: Locked<[ApplicationSight]>) async throws {
        func ended(_ name: String?, _ count: Int) async throws -> [DeployEvent] {
            try await world.eventually("\(count) events of \(name ?? "no workload")") {
                let all = try await store.events(EventQuery(application: "shop", limit: 100)).filter { $0.workload?.name == name }
                return all.count == count && all.allSatisfy { $0.endedAt != nil } ? all : nil
            }
        }
        var files = Shop.files
        files["login.yaml"] = Self.secret(Self.password)
        let first = try await world.repository.commit("The shop", files)
        try await world.operator.start()
        try await world.settled("shop", at: first)
        let created = try #require(try await ended("front-end", 1).first)
        #expect(created.images == [.init(container: "front-end", from: nil, to: "example/front-end:1.0.0")])
        #expect(created.outcome == .succeeded)
        #expect(created.strategy == "RollingUpdate")

        // Two commits at once: only the one that touched the application is its.
        _ = try await mirror.open().fetch(.branch("main"))
        let second = try await world.repository.commit("Front-end 1.1.0", ["front-end.yaml": Self.frontEnd("1.1.0")], author: "Grace Hopper", email: "grace@example.org")
        _ = try await mirror.open().fetch(.branch("main"))
        try await world.operator.notify()
        try await world.settled("shop", at: second)
        let changed = try #require(try await ended("front-end", 2).first)
        #expect(changed.images == [.init(container: "front-end", from: "example/front-end:1.0.0", to: "example/front-end:1.1.0")])
        #expect(changed.cause == .init(.commit, by: "Grace Hopper <grace@example.org>"))
        #expect(changed.commits.map(\.subject) == ["Front-end 1.1.0"])
        #expect(changed.previousCommit == "\(first)")
        let whole = try #require(try await store.event(id: changed.id))
        #expect(whole.changes.map(\.key.name) == ["front-end"])
        #expect(whole.changes.first?.fields.map(\.path) == ["spec.template.spec.containers[0].image"])

        // By hand.
        let deployments = try await world.resource("apps/v1", "Deployment")
        _ = try await world.client.patch(
            deployments, namespace: "shop", name: "front-end", ["spec": ["replicas": 5]], type: .merge, fieldManager: "kubectl-edit")
        let drift = try #require(try await ended("front-end", 3).first)
        #expect(drift.cause == .init(.drift, by: "kubectl-edit"))
        let back = try #require(try await store.event(id: drift.id)?.changes.first?.fields.first { $0.path == "spec.replicas" })
        #expect(back.to == "2")

        // No workload, and a value that nobody may see.
        let third = try await world.repository.commit("Another password", ["login.yaml": Self.secret("other-\(Self.password)")])
        _ = try await mirror.open().fetch(.branch("main"))
        try await world.operator.notify()
        try await world.settled("shop", at: third)
        let sync = try #require(try await ended(nil, 1).first)
        let fields = try #require(try await store.event(id: sync.id)?.changes.first?.fields)
        #expect(fields == [.init(path: "data.password", from: "***", to: "***")])
        #expect(try await ended("front-end", 3).count == 3)
        let told = sights.withLock { "\($0)" }
        #expect(!told.contains(Self.password))

        let fourth = try await world.repository.commit("No carts", ["carts.yaml": .delete])
        _ = try await mirror.open().fetch(.branch("main"))
        try await world.operator.notify()
        try await world.settled("shop", at: fourth)
        let deleted = try #require(try await ended("carts", 2).first)
        #expect(deleted.images == [.init(container: "carts", from: "example/carts:1.0.0", to: nil)])
        let moment = try await store.moment(Timestamp(milliseconds: .max))
        func names(_ moment: PastMoment) -> [String] {
            moment.applications.first { $0.application == "shop" }?.workloads.map(\.sight.key.name) ?? []
        }
        #expect(names(moment) == ["front-end"])
        let then = try await store.moment(created.endedAt ?? created.startedAt)
        #expect(names(then) == ["carts", "front-end"])
    }
}
