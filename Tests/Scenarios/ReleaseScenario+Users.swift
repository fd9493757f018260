internal import Basics
internal import Cluster
internal import DevCluster
internal import Document
internal import Git
internal import Kubernetes
internal import Logging
internal import TestKit

extension ReleaseScenario {
    /// Version 1, applied and healthy with its three pods, and users who ask for it a hundred times a second.
    func withUsers(
        _ world: World, definitions: [String], first files: [String: TestRepository.Change], _ body: (TrafficSimulator) async throws -> Void
    ) async throws {
        try await RouteDefinitions.install(definitions, on: world.client)
        let first = try await world.repository.commit("Version 1", files)
        let clients = TrafficClient.people.map { client in
            var client = client
            client.headers["x-kind"] = client.name
            return client
        }
        // Nobody asks before there is something to ask.
        var options = TrafficOptions([TrafficStream(namespace: "shop", service: workloadName, rate: 0, clients: clients)])
        // Proxies hear a little later what their controller has accepted.
        options.lag = .milliseconds(100)
        let traffic = TrafficSimulator(
            client: world.client, options: options, time: world.time, random: RandomSource(seed: 7),
            logger: Logger(label: "traffic") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await traffic.run() }
            try await traffic.ready()
            try await world.operator.start()
            try await world.settled("shop", at: first)
            try await world.eventually("endpoints") {
                let endpoints = try await world.object("v1", "Endpoints", "shop", workloadName)
                return endpoints?.value["subsets"]?[0]?["addresses"]?.sequence?.count == 3 ? true : nil
            }
            try await world.time.sleep(for: .milliseconds(300))
            traffic.update { options in for index in options.streams.indices { options.streams[index].rate = 100 } }
            try await body(traffic)
            await world.operator.kill()
            group.cancelAll()
        }
    }

    /// No request was without an answer or at a version that was not meant.
    func expectNoLoss(_ end: TrafficReport, switchesBySelector: Bool) throws {
        try expect(end.isClean, "\(end.lost) requests lost, \(end.wrongArm) at the wrong version of \(end.sent): \(end.complaints)")
        try expect(end.mirrorsLost == 0, "\(end.mirrorsLost) copies lost")
        // Where the Service's selector is the switch its endpoints follow a moment later; both versions are whole then.
        try expect(end.offPin == 0 || switchesBySelector, "\(end.offPin) requests came past the pin of the user's Service")
    }

    func expectSilence(of hash: String, _ world: World, _ traffic: TrafficSimulator, hasRoutes: Bool) async throws {
        // Without a route, pods that go are asked until their endpoints are gone.
        if !hasRoutes { try await world.time.sleep(for: .seconds(3)) }
        let last = traffic.report
        try await world.time.sleep(for: .seconds(1))
        try expect(traffic.report.since(last).byHash[hash] == nil, "the version \(hash) still answers")
    }

    /// Everything is as git says, and nothing of the rollout is left.
    func nothingIsLeft(_ world: World) async throws {
        let live = try await world.object("apps/v1", "Deployment", "shop", workloadName)
        try expect(live?.value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try expect(live?.value[path: "spec", "strategy", "rollingUpdate", "maxSurge"] != nil, "its strategy was not given back")
        let sets = try await world.client.list(try await world.resource("apps/v1", "ReplicaSet"), namespace: "shop").items
        try expect(sets.filter { $0.value[path: "spec", "replicas"]?.int != 0 }.count == 1, "pods are of \(sets.map(\.name))")
        let services = try await world.client.list(try await world.resource("v1", "Service"), namespace: "shop").items
        try expect(services.map(\.name) == [workloadName], "Services are left: \(services.map(\.name))")
        try expect(services.first?.value[path: "spec", "selector"] == ["app": .string(workloadName)], "the Service is still pinned")
        for (apiVersion, kind) in [
            ("gateway.networking.k8s.io/v1", "HTTPRoute"), ("networking.istio.io/v1", "VirtualService"), ("networking.k8s.io/v1", "Ingress"),
        ] {
            for object in try await world.client.list(try await world.resource(apiVersion, kind), namespace: "shop").items {
                let text = JSON.text(object.value["spec"] ?? .null)
                try expect(!text.contains("--next") && !text.contains("--stable") && object.name == workloadName, "\(object.key) is left as \(text)")
            }
        }
    }
}
