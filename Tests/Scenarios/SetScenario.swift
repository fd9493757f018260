internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// New versions of StatefulSets and DaemonSets, on every cluster. Each starts from version 1, applied and healthy.
package struct SetScenario: Hashable, CaseIterable, ReleaseScenario {
    package enum Kind: String, Sendable, CaseIterable {
        case statefulSet = "StatefulSet"
        case daemonSet = "DaemonSet"
    }

    package enum Course: String, Sendable, CaseIterable {
        case forward, aborted, neverReady, superseded, strategyTakenAway, gated
    }

    package var kind: Kind
    package var course: Course

    package static let allCases = Kind.allCases.flatMap { kind in Course.allCases.map { SetScenario(kind: kind, course: $0) } }

    package var description: String { "\(kind.rawValue), \(course.rawValue)" }
    var workloadKind: String { kind.rawValue }
    var workloadName: String { "store" }

    package func run(in world: World) async throws {
        try await fromHealthy(world, files(version: 1)) {
            switch course {
            case .forward: try await forward(world)
            case .aborted: try await aborted(world)
            case .neverReady: try await neverReady(world)
            case .superseded: try await superseded(world)
            case .strategyTakenAway: try await strategyTakenAway(world)
            case .gated: try await gated(world)
            }
        }
    }

    private static let quick = "{martlet.dev/strategy: ramped, martlet.dev/steps: \"25% 1s, 50% 1s\"}"
    private static let slow = "{martlet.dev/strategy: ramped, martlet.dev/steps: \"50% 1h\"}"

    private var steps: String {
        switch course {
        case .forward: "{martlet.dev/strategy: ramped, martlet.dev/steps: \"25% 15s, 50% 1s\"}"
        case .neverReady: Self.quick
        case .aborted, .superseded, .strategyTakenAway: Self.slow
        case .gated: "{martlet.dev/strategy: ramped, martlet.dev/steps: \"50% 1s\", martlet.dev/gate: manual}"
        }
    }

    private func files(version: Int, annotations other: String? = nil, pod: String = "") -> [String: TestRepository.Change] {
        let own = kind == .statefulSet ? ["serviceName: store", "replicas: 4"] : ["revisionHistoryLimit: 10", "minReadySeconds: 0"]
        return [
            "shop.yaml": .text(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: store, namespace: shop}
                spec: {clusterIP: None, selector: {app: store}, ports: [{port: 80, targetPort: 8080}]}
                ---
                apiVersion: apps/v1
                kind: \(kind.rawValue)
                metadata:
                  name: store
                  namespace: shop
                  annotations: \(other ?? steps)
                spec:
                  \(own[0])
                  \(own[1])
                  selector: {matchLabels: {app: store}}
                  template:
                    metadata:
                      labels: {app: store}
                      annotations: {\(pod)}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: store
                        image: example/store:\(version)
                        env: [{name: ONLY_IN_\(version), value: "1"}]

                """)
        ]
    }
}

extension SetScenario {
    /// How many pods a complete workload has: a DaemonSet's one for each node.
    private func size(_ world: World) async throws -> Int {
        guard kind == .daemonSet else { return 4 }
        return try await workload(world).value[path: "status", "desiredNumberScheduled"]?.int.flatMap { Int(exactly: $0) } ?? 0
    }

    /// Everything is as git says, and nothing of the rollout is left.
    private func isClean(_ world: World, version: Int) async throws {
        let live = try await workload(world)
        let strategy = live.value[path: "spec", "updateStrategy"]
        try expect(strategy?["type"] == "RollingUpdate", "its updateStrategy was not given back")
        if kind == .statefulSet {
            try expect(strategy?[path: "rollingUpdate", "partition"]?.int ?? 0 == 0, "its partition was not given back")
        } else {
            try expect(strategy?[path: "rollingUpdate", "maxUnavailable"] == 1, "its maxUnavailable was not given back")
        }
        let container = live.value[path: "spec", "template", "spec", "containers"]?[0]
        try expect(container?["image"]?.string == "example/store:\(version)", "it states another version")
        let names = (container?["env"]?.sequence ?? []).compactMap { $0["name"]?.string }
        try expect(names == ["ONLY_IN_\(version)"], "its template has \(names)")
        let size = try await size(world)
        let ready = try await pods(world, version: version).filter { pod in
            (pod.value[path: "status", "conditions"]?.sequence ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
        }
        try expect(size > 1 && ready.count == size, "\(ready.count) of \(size) pods are of version \(version) and ready")
    }

    private func forward(_ world: World) async throws {
        let old = Set(try await pods(world, version: 1).map(\.uid))
        let second = try await commit(world, "Version 2", files(version: 2))
        let step = try await reaches(world, "at its first step") { $0.phase == .analysing && $0.step == 0 }
        let size = try await size(world)
        let share = max(1, (size * 25 + 50) / 100)
        let new = try await pods(world, version: 2)
        try expect(new.count == share, "\(new.count) pods are of version 2 at 25 % of \(size)")
        try expect(old.isSuperset(of: try await pods(world, version: 1).map(\.uid)), "pods of version 1 were replaced by such")
        if kind == .statefulSet {
            try expect(new.map(\.name) == ["store-3"], "\(new.map(\.name)) were the first")
            try expect(new.first?.label("controller-revision-hash") == step.candidateHash, "the state names \(step.candidateHash)")
        }
        try await world.settled("shop", at: second, within: .seconds(120))
        try expect(try await self.state(world) == nil, "its state is left")
        let left = Set(try await pods(world, version: 2).map(\.uid))
        try expect(left.isSuperset(of: new.map(\.uid)), "pods that were tried were replaced")
        try await isClean(world, version: 2)
        // The next version takes away what only this one had.
        let third = try await commit(world, "Version 3", files(version: 3, annotations: "{martlet.dev/strategy: ramped, martlet.dev/steps: \"50% 1s\"}"))
        try await world.settled("shop", at: third, within: .seconds(120))
        try await isClean(world, version: 3)
    }

    private func aborted(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let size = try await size(world)
        let kept = Set(try await pods(world, version: 1).map(\.uid))
        try expect(kept.count == size - max(1, (size * 50 + 50) / 100), "\(kept.count) pods of \(size) are of version 1 at 50 %")
        try await ask(world, .abort)
        let state = try await reaches(world, "rejected") { $0.phase == .rejected }
        try expect(state.cause == .aborted && state.handledRequest == "abort", "\(state.value)")
        try await isClean(world, version: 1)
        try expect(kept.isSubset(of: Set(try await pods(world, version: 1).map(\.uid))), "pods of the stable version were replaced")
        try await rejects(world)
        try await ask(world, .retry)
    }

    private func neverReady(_ world: World) async throws {
        let second = try await commit(world, "Version 2", files(version: 2, pod: "sim.martlet.dev/never-ready: \"true\""))
        let end = try await reaches(world, "rejected") { $0.phase == .rejected }
        try expect(end.reason.contains("not ready"), "its reason is \"\(end.reason)\"")
        try await rejects(world, second)
        try await isClean(world, version: 1)
        // A new commit is tried again, and what only the rejected one had is gone.
        let third = try await commit(world, "Version 3", files(version: 3))
        try await world.settled("shop", at: third, within: .seconds(120))
        try await isClean(world, version: 3)
    }

    private func gated(_ world: World) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "gated") { $0.phase == .gated }
        let size = try await size(world)
        try await world.time.sleep(for: .seconds(2))
        try expect(try await state(world)?.phase == .gated, "it did not wait")
        let new = try await pods(world, version: 2)
        try expect(new.count == max(1, (size * 50 + 50) / 100), "\(new.count) pods are of version 2 at 50 % of \(size)")
        try await ask(world, .promote)
        try await world.settled("shop", at: second, within: .seconds(120))
        try await isClean(world, version: 2)
    }

    private func rejects(_ world: World, _ commit: ObjectID? = nil) async throws {
        let status = try await world.eventually("the status to tell") { () -> ApplicationStatus? in
            guard let status = try await world.statuses()["shop"], status.sync == .outOfSync else { return nil }
            return commit.map { status.revision.hasSuffix("@\($0.short)") } ?? true ? status : nil
        }
        try expect(status.message.contains("rejected"), "the status says \"\(status.message)\"")
    }

    private func superseded(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        let second = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let third = try await commit(world, "Version 3", files(version: 3, annotations: Self.quick))
        _ = try await reaches(world, "one of version 3") { $0.id != second.id }
        try expect(try await pods(world, version: 2).isEmpty, "pods of version 2 are left when version 3 begins")
        try await world.settled("shop", at: third, within: .seconds(120))
        try await isClean(world, version: 3)
    }

    private func strategyTakenAway(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let plain = try await commit(world, "No strategy", files(version: 2, annotations: "{}"))
        try await world.settled("shop", at: plain, within: .seconds(120))
        try await isClean(world, version: 2)
    }
}
