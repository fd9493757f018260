internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// What else happens while a rollout holds its workload. Each starts from version 1, applied and healthy.
package enum HeldScenario: String, CaseIterable, ReleaseScenario {
    package var description: String { rawValue }
    var workloadName: String { "front-end" }

    case suspended
    case replicasInGit
    case armsTakenAwayUnderWarn
    case portsMoved
    case diffSaysWhatSyncWouldDo

    package func run(in world: World) async throws {
        try await fromHealthy(world, files(version: 1)) {
            switch self {
            case .suspended: try await suspended(world)
            case .replicasInGit: try await replicasInGit(world)
            case .armsTakenAwayUnderWarn: try await armsTakenAway(world)
            case .portsMoved: try await portsMoved(world)
            case .diffSaysWhatSyncWouldDo: try await diff(world)
            }
        }
    }

    private var annotations: String {
        switch self {
        case .suspended, .replicasInGit, .portsMoved: "{martlet.dev/strategy: canary, martlet.dev/steps: \"25% 1h\"}"
        case .armsTakenAwayUnderWarn, .diffSaysWhatSyncWouldDo: "{martlet.dev/strategy: blue-green, martlet.dev/steps: \"preview 1h\"}"
        }
    }

    private func manifests(version: Int, replicas: Int, port: String, color: String) -> String {
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
          annotations: \(annotations)
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: front-end}}
          template:
            metadata: {labels: {app: front-end}}
            spec:
              containers:
              - name: front-end
                image: example/front-end:\(version)
                ports: [{name: http, containerPort: 8080}]
                envFrom: [{configMapRef: {name: settings}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: front-end, namespace: shop}
        spec:
          selector: {app: front-end}
          ports:
          - port: 80
            targetPort: \(port)

        """
    }

    private func files(
        version: Int, replicas: Int = 4, port: String = "8080", isSuspended: Bool = false, color: String = "green"
    ) -> [String: TestRepository.Change] {
        [
            "shop/all.yaml": .text(manifests(version: version, replicas: replicas, port: port, color: color)),
            "martlet.yaml": .text(
                """
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata: {name: shop}
                spec:
                  path: shop
                  drift: \(self == .armsTakenAwayUnderWarn ? "warn" : "correct")
                  suspend: \(isSuspended)

                """),
        ]
    }
}

extension HeldScenario {
    private func isClean(_ world: World, version: Int, replicas: Int = 4) async throws {
        let live = try await workload(world)
        try expect(live.value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try expect(live.value[path: "spec", "replicas"]?.int == Int64(replicas), "it has other replicas")
        let services = try await world.client.list(try await world.resource("v1", "Service"), namespace: "shop").items
        try expect(services.map(\.name).filter { $0 != "kubernetes" } == ["front-end"], "Services are left: \(services.map(\.name))")
        try expect(services.first { $0.name == "front-end" }?.value[path: "spec", "selector"] == ["app": "front-end"], "the Service is still pinned")
        try expect(try await pods(world, version: version).count == replicas, "version \(version) has other than \(replicas) pods")
    }

    private func isAtRest(_ world: World) async throws {
        try await world.eventually("\(self): the rollout to be over") { try await state(world) == nil ? true : nil }
    }

    /// No new commit is taken, and what is on its way to users goes on.
    private func suspended(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        let second = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let third = try await commit(world, "Version 3, suspended", files(version: 3, isSuspended: true))
        let status = try await world.settled("shop", at: third, what: "suspended") { $0.sync == .suspended }
        try expect(status.message.contains("its rollout goes on"), "its status is \"\(status.message)\"")
        try expect(try await state(world)?.id == second.id, "another rollout runs")
        try await ask(world, .promote)
        try await isAtRest(world)
        try await world.eventually("version 2 on all pods") { try await pods(world, version: 1).isEmpty ? true : nil }
        try await isClean(world, version: 2)
        try await world.settled("shop", at: third, what: "suspended") { $0.sync == .suspended && !$0.message.contains("rollout") }
        try expect(try await pods(world, version: 3).isEmpty, "version 3 has come all the same")
        _ = try await commit(world, "Not suspended", files(version: 3))
        _ = try await reaches(world, "one of version 3") { $0.id != second.id && $0.phase == .analysing }
    }

    private func replicasInGit(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        let before = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let larger = try await commit(world, "Eight of them", files(version: 2, replicas: 8))
        try await world.eventually("the pods to be spread over both versions") {
            let counts = (try await pods(world, version: 1).count, try await pods(world, version: 2).count)
            return counts == (6, 2) ? true : nil
        }
        try expect(try await state(world)?.id == before.id, "another rollout runs")
        try await ask(world, .promote)
        try await world.settled("shop", at: larger, within: .seconds(90))
        try await isClean(world, version: 2, replicas: 8)
    }

    /// Drift is only told of. But a Service that a rollout has made is no drift: requests go through it.
    private func armsTakenAway(_ world: World) async throws {
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let services = try await world.resource("v1", "Service")
        _ = try await world.client.delete(services, namespace: "shop", name: "front-end--next")
        try await world.eventually("the arm to come again") { try await world.object("v1", "Service", "shop", "front-end--next") }
        _ = try await world.client.patch(services, namespace: "shop", name: "front-end", ["spec": ["selector": [templateHashLabel: .null]]])
        try await world.eventually("the Service to be pinned again") {
            try await world.object("v1", "Service", "shop", "front-end")?.value[path: "spec", "selector", templateHashLabel]?.string
        }
        try await ask(world, .abort)
        _ = try await reaches(world, "rejected") { $0.phase == .rejected }
        try await isClean(world, version: 1)
    }

    /// The version that runs would not be reached by what git says of the Service: refused before anything is applied.
    private func portsMoved(_ world: World) async throws {
        let moved = try await commit(world, "Version 2 on 9090", files(version: 2, port: "9090"))
        let status = try await world.settled("shop", at: moved, what: "refused") { $0.sync == .failed }
        try expect(status.message.contains("shop/all.yaml:35: "), "the message is \"\(status.message)\"")
        try expect(status.message.contains("instead of 8080"), "the message is \"\(status.message)\"")
        try expect(try await state(world) == nil, "a rollout has begun")
        try expect(try await world.object("v1", "Service", "shop", "front-end")?.value[path: "spec", "ports"]?[0]?["targetPort"]?.int == 8080, "the Service was changed")
        // The same port by its name is the same port.
        _ = try await commit(world, "Version 2 by name", files(version: 2, port: "http"))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        // In mid-rollout too; the rollout goes on by the commit before.
        let again = try await commit(world, "On 9090 after all", files(version: 2, port: "9090"))
        try await world.settled("shop", at: again, what: "refused") { $0.message.contains("instead of \"http\"") }
        try expect(try await state(world)?.phase == .analysing, "the rollout did not go on")
        try await ask(world, .promote)
        try await isAtRest(world)
        // Alone it is the user's own affair.
        try await world.settled("shop", at: again, within: .seconds(90))
        try await isClean(world, version: 2)
    }

    private func diff(_ world: World) async throws {
        func texts(version: Int, color: String = "green") async throws -> [String] {
            let tree = Texts(texts: ["all.yaml": manifests(version: version, replicas: 4, port: "8080", color: color)])
            let differ = Differ(client: world.client, store: InventoryStore(client: world.client, namespace: World.namespace), time: world.time)
            let layout = try await scan(tree, root: "", name: "shop")
            guard let part = layout.parts.first else { throw ScenarioFailure("no application") }
            let report = try await differ.report(part, tree: tree)
            try expect(report.problems.isEmpty, "\(report.problems)")
            return report.texts
        }
        let same = try await texts(version: 1)
        try expect(same.isEmpty, "it differs from what was just applied: \(same)")
        let blue = try await texts(version: 1, color: "blue")
        try expect(blue.count == 2 && blue[1].contains("+        \(MartletAnnotations.configuration):"), "another configuration is a release: \(blue)")
        _ = try await commit(world, "Version 2", files(version: 2))
        _ = try await reaches(world, "at its first step") { $0.phase == .analysing }
        let running = try await texts(version: 2)
        try expect(running.isEmpty, "the rollout's own doings are no difference: \(running)")
        let newer = try await texts(version: 3)
        try expect(newer.count == 1 && newer.joined().contains("example/front-end:3"), "\(newer)")
        try expect(!newer.joined().contains("paused") && !newer.joined().contains("Recreate"), "\(newer)")
    }
}

/// A commit's files that nobody has committed.
private struct Texts: SourceTree {
    var texts: [String: String]
    var revision = SourceRevision(reference: "main", commit: "1234567890123456789012345678901234567890")

    func files() async throws(SourceError) -> [SourceFile] { texts.map { SourceFile(path: $0.key, digest: $0.value) }.sorted { $0.path < $1.path } }

    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for file in files { all[file.path] = texts[file.path].map { Array($0.utf8) } }
        return all
    }
}
