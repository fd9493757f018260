internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// New versions on their way to users, on every cluster. Each scenario starts from version 1, applied and healthy.
package enum RolloutScenario: String, CaseIterable, ReleaseScenario {
    package var description: String { rawValue }
    var workloadName: String { "front-end" }

    case rampedByPods
    case canaryWithoutRoutes
    case blueGreenBySelector
    case supersededByANewVersion
    case takenBackByACommit
    case neverReady
    case abortedByAPerson
    case gateWaitsForAPerson
    case configurationIsARelease
    case strategyTakenAway
    case stateTakenAway

    package func run(in world: World) async throws {
        try await fromHealthy(world, files(version: 1)) {
            switch self {
            case .rampedByPods, .canaryWithoutRoutes, .blueGreenBySelector: try await forward(world)
            case .supersededByANewVersion: try await superseded(world)
            case .takenBackByACommit: try await takenBack(world)
            case .neverReady: try await neverReady(world)
            case .abortedByAPerson: try await aborted(world)
            case .gateWaitsForAPerson: try await gated(world)
            case .configurationIsARelease: try await configuration(world)
            case .strategyTakenAway: try await strategyTakenAway(world)
            case .stateTakenAway: try await stateTakenAway(world)
            }
        }
    }

    private var annotations: String {
        switch self {
        case .rampedByPods: "{martlet.dev/strategy: ramped, martlet.dev/steps: \"25% 1s, 50% 1s\"}"
        case .canaryWithoutRoutes, .configurationIsARelease: "{martlet.dev/strategy: canary, martlet.dev/steps: \"25% 1s, 50% 1s\"}"
        case .blueGreenBySelector: "{martlet.dev/strategy: blue-green, martlet.dev/steps: \"preview 1s\", martlet.dev/gate: manual 2s promote}"
        case .supersededByANewVersion, .takenBackByACommit, .abortedByAPerson, .strategyTakenAway, .stateTakenAway:
            "{martlet.dev/strategy: canary, martlet.dev/steps: \"25% 1h\"}"
        case .neverReady: "{martlet.dev/strategy: canary, martlet.dev/steps: \"25% 1s\"}"
        case .gateWaitsForAPerson: "{martlet.dev/strategy: canary, martlet.dev/steps: \"50% 1s\", martlet.dev/gate: manual}"
        }
    }

    private func files(
        version: Int, annotations other: String? = nil, pod: String = "", color: String = "green"
    ) -> [String: TestRepository.Change] {
        [
            "shop.yaml": .text(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings, namespace: shop}
                data: {color: \(color)}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: front-end
                  namespace: shop
                  annotations: \(other ?? annotations)
                spec:
                  replicas: 4
                  progressDeadlineSeconds: 15
                  selector: {matchLabels: {app: front-end}}
                  template:
                    metadata:
                      labels: {app: front-end}
                      annotations: {\(pod)}
                    spec:
                      containers:
                      - name: front-end
                        image: example/front-end:\(version)
                        envFrom: [{configMapRef: {name: settings}}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: front-end, namespace: shop}
                spec:
                  selector: {app: front-end}
                  ports: [{port: 80, targetPort: 8080}]

                """)
        ]
    }
}

extension RolloutScenario {
    /// Everything is as git says, and nothing of the rollout is left.
    private func isClean(_ world: World, version: Int) async throws {
        let live = try await workload(world)
        try expect(live.value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try expect(live.value[path: "spec", "strategy", "type"]?.string == "RollingUpdate", "its strategy was not given back")
        try expect(live.value[path: "spec", "strategy", "rollingUpdate", "maxSurge"] != nil, "its strategy has lost a part")
        let services = try await world.client.list(try await world.resource("v1", "Service"), namespace: "shop").items
        try expect(services.map(\.name).filter { $0 != "kubernetes" } == ["front-end"], "Services are left: \(services.map(\.name))")
        try expect(services.first { $0.name == "front-end" }?.value[path: "spec", "selector"] == ["app": "front-end"], "the Service is still pinned")
        let sets = try await world.client.list(try await world.resource("apps/v1", "ReplicaSet"), namespace: "shop").items
        let running = sets.filter { $0.value[path: "spec", "replicas"]?.int != 0 }
        try expect(running.count == 1, "\(running.count) sets have pods")
        try expect(try await pods(world, version: version).count == 4, "version \(version) has other than 4 pods")
    }

    private func forward(_ world: World) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        let state = try await reaches(world, "begun") { $0.phase != .planned && $0.phase != .starting }
        let tried = try await world.eventually("pods of version 2") {
            let pods = try await pods(world, version: 2)
            return pods.isEmpty ? nil : Set(pods.map(\.uid))
        }
        if self == .blueGreenBySelector {
            let switched = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            let service = try await world.object("v1", "Service", "shop", "front-end")
            try expect(
                service?.value[path: "spec", "selector", templateHashLabel]?.string == switched.candidateHash, "the Service does not lead to version 2")
            try expect(try await pods(world, version: 1).count == 4, "the old version was not kept")
            try await ask(world, .promote)
        }
        try await world.settled("shop", at: second, within: .seconds(90))
        try expect(try await self.state(world) == nil, "its state is left")
        let left = Set(try await pods(world, version: 2).map(\.uid))
        try expect(tried.isSubset(of: left), "pods that were tried were replaced: of \(tried.count), \(tried.intersection(left).count) stayed (\(state.candidateHash))")
        try await isClean(world, version: 2)
    }

    private func superseded(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        let second = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let third = try await commit(world, "Version 3", files(version: 3, annotations: "{martlet.dev/strategy: canary, martlet.dev/steps: \"25% 1s\"}"))
        _ = try await reaches(world, "one of version 3") { $0.id != second.id }
        try await world.settled("shop", at: third, within: .seconds(90))
        try await isClean(world, version: 3)
    }

    private func takenBack(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let before = try await world.eventually("one pod of four to make room") {
            let pods = try await pods(world, version: 1)
            return pods.count == 3 ? Set(pods.map(\.uid)) : nil
        }
        let back = try await commit(world, "Version 1 again", files(version: 1))
        try await world.settled("shop", at: back, within: .seconds(90))
        try expect(before.isSubset(of: Set(try await pods(world, version: 1).map(\.uid))), "the stable version's pods were replaced")
        try await isClean(world, version: 1)
    }

    private func neverReady(_ world: World) async throws {
        let second = try await commit(world, "Version 2", files(version: 2, pod: "sim.martlet.dev/never-ready: \"true\""))
        let end = try await reaches(world, "rejected", within: .seconds(120)) { $0.phase == .rejected }
        try expect(end.reason.contains("not ready"), "its reason is \"\(end.reason)\"")
        let status = try await world.eventually("the status to tell") { () -> ApplicationStatus? in
            guard let status = try await world.statuses()["shop"], status.sync == .outOfSync, status.revision.hasSuffix("@\(second.short)") else { return nil }
            return status
        }
        try expect(status.message.contains("rejected"), "the status says \"\(status.message)\"")
        try await isClean(world, version: 1)
        // A new commit is tried again.
        let third = try await commit(world, "Version 3", files(version: 3))
        try await world.settled("shop", at: third, within: .seconds(90))
        try await isClean(world, version: 3)
    }

    private func aborted(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        try await ask(world, .abort)
        let state = try await reaches(world, "rejected") { $0.phase == .rejected }
        try expect(state.cause == .aborted && state.handledRequest == "abort", "\(state.value)")
        try await isClean(world, version: 1)
    }

    private func gated(_ world: World) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "gated") { $0.phase == .gated }
        try await world.time.sleep(for: .seconds(2))
        try expect(try await state(world)?.phase == .gated, "it did not wait")
        try await ask(world, .promote)
        try await world.settled("shop", at: second, within: .seconds(90))
        try await isClean(world, version: 2)
    }

    private func configuration(_ world: World) async throws {
        let second = try await commit(world, "Blue", files(version: 1, color: "blue"))
        _ = try await reaches(world, "begun") { _ in true }
        try await world.settled("shop", at: second, within: .seconds(90))
        try await isClean(world, version: 1)
    }

    /// The annotation is gone and git is back at what runs: nobody would remember that the Deployment is paused.
    private func stateTakenAway(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        await world.operator.kill()
        _ = try await world.client.patch(
            try await world.resource("apps/v1", "Deployment"), namespace: "shop", name: "front-end",
            ["metadata": ["annotations": [MartletAnnotations.rollout: .null]]])
        let back = try await commit(world, "Version 1 again", files(version: 1))
        try await world.operator.start()
        try await world.settled("shop", at: back, within: .seconds(90))
        try await world.eventually("the Deployment to be its own controller's") {
            let live = try await workload(world)
            let isFree = live.value[path: "spec", "paused"]?.bool != true
            let left = try await pods(world, version: 2)
            return isFree && left.isEmpty ? true : nil
        }
        try await isClean(world, version: 1)
    }

    private func strategyTakenAway(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let plain = try await commit(world, "No strategy", files(version: 2, annotations: "{}"))
        try await world.settled("shop", at: plain, within: .seconds(90))
        try await isClean(world, version: 2)
    }
}
