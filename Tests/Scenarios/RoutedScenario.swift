internal import Basics
internal import Cluster
internal import Delivery
internal import DevCluster
internal import Document
internal import Git
internal import Kubernetes
internal import Logging
internal import Rollout
internal import TestKit

/// Each strategy by each router, with users who count every request.
package struct RoutedScenario: Hashable, ReleaseScenario {
    package enum Way: String, CaseIterable, Sendable {
        case canary, mirror
        case blueGreen = "blue-green"
        case abTest = "ab-test"
    }

    package enum Router: String, CaseIterable, Sendable { case httpRoute, virtualService, ingress, none }

    /// Where the operator is killed, and started again with nothing remembered.
    package enum KillPoint: String, CaseIterable, Sendable {
        case planned, starting, stepping, verifying, analysing, fullSize, template, oldSetDown

        /// The point or any after it: some are over in no time.
        func isReached(_ state: RolloutState) -> Bool {
            let order = Self.allCases
            guard let own = order.firstIndex(of: self) else { return true }
            let now: KillPoint =
                switch (state.phase, state.finishing) {
                case (.planned, _): .planned
                case (.starting, _): .starting
                case (.stepping, _): .stepping
                case (.verifying, _): .verifying
                case (.analysing, _), (.gated, _), (.aborting, _), (.rejected, _): .analysing
                case (.promoting, .fullSize?), (.promoting, .trafficToNext?), (.promoting, .unpin?), (.promoting, nil): .fullSize
                case (.promoting, .template?), (.promoting, .resume?): .template
                case (.promoting, _): .oldSetDown
                }
            return (order.firstIndex(of: now) ?? 0) >= own
        }
    }

    var workloadName: String { "web" }
    package var way: Way
    package var router: Router
    package var killedAt: KillPoint?
    /// A person ends it while the new version is being tried.
    package var isAborted: Bool

    package init(_ way: Way, _ router: Router, killedAt: KillPoint? = nil, isAborted: Bool = false) {
        (self.way, self.router, self.killedAt, self.isAborted) = (way, router, killedAt, isAborted)
    }

    /// A sample of what the matrix in memory covers whole.
    package static let crashes = [(Way.canary, Router.httpRoute), (.canary, .none), (.blueGreen, .none)].flatMap { way, router in
        KillPoint.allCases.map { RoutedScenario(way, router, killedAt: $0) }
    }

    /// All that there are: without a route nobody can be chosen by what a request says, and nginx copies no requests.
    package static let all = Way.allCases.flatMap { way in
        Router.allCases.map { RoutedScenario(way, $0) }
    }.filter { scenario in
        switch (scenario.way, scenario.router) {
        case (.mirror, .none), (.abTest, .none), (.mirror, .ingress): false
        default: true
        }
    }

    /// The way back of each.
    package static let aborted = all.map { RoutedScenario($0.way, $0.router, isAborted: true) }

    package var description: String {
        "\(way.rawValue) by \(router.rawValue)" + (killedAt.map { ", killed at \($0.rawValue)" } ?? "") + (isAborted ? ", aborted" : "")
    }

    /// Long enough to look at; where nothing is looked at, shorter.
    private var wait: String { killedAt == nil ? "4s" : "1s" }

    private var annotations: String {
        switch way {
        case .canary: "{martlet.dev/strategy: canary, martlet.dev/steps: \"40% \(wait)\"}"
        case .mirror: "{martlet.dev/strategy: mirror, martlet.dev/steps: \"50% \(wait)\"}"
        case .blueGreen: "{martlet.dev/strategy: blue-green, martlet.dev/steps: \"preview \(wait)\"}"
        case .abTest where router == .ingress:
            "{martlet.dev/strategy: ab-test, martlet.dev/steps: \"match \(wait)\", martlet.dev/match: 'header(x-kind) = \"mobile\"'}"
        case .abTest:
            "{martlet.dev/strategy: ab-test, martlet.dev/steps: \"match \(wait)\", martlet.dev/match: 'header(user-agent) ~ \"(?i)(iphone|android)\"'}"
        }
    }

    private var route: String {
        switch router {
        case .none: ""
        case .httpRoute:
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: web, namespace: shop}
            spec:
              parentRefs: [{name: public}]
              hostnames: [shop.example.com]
              rules:
              - matches: [{path: {type: PathPrefix, value: /}}]
                backendRefs: [{name: web, port: 80}]

            """
        case .virtualService:
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec:
              hosts: [web]
              http:
              - route: [{destination: {host: web}}]

            """
        case .ingress:
            """
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web, namespace: shop}
            spec:
              ingressClassName: nginx
              rules:
              - host: shop.example.com
                http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}

            """
        }
    }

    private func files(version: Int) -> [String: TestRepository.Change] {
        [
            "shop.yaml": .text(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop, annotations: \(annotations)}
                spec:
                  replicas: 3
                  progressDeadlineSeconds: 60
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [{name: web, image: "example/web:\(version)", ports: [{containerPort: 8080}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {app: web}
                  ports: [{name: http, port: 80, targetPort: 8080}]
                \(route)
                """)
        ]
    }
}

extension RoutedScenario {
    /// - Parameter definitions: of the kinds of routes.
    package func run(in world: World, definitions: [String] = RouteDefinitions.all) async throws {
        try await RouteDefinitions.install(definitions, on: world.client)
        let first = try await world.repository.commit("Version 1", files(version: 1))
        let clients = TrafficClient.people.map { client in
            var client = client
            client.headers["x-kind"] = client.name
            return client
        }
        // Nobody asks before there is something to ask.
        var options = TrafficOptions([TrafficStream(namespace: "shop", service: "web", rate: 0, clients: clients)])
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
                let endpoints = try await world.object("v1", "Endpoints", "shop", "web")
                return endpoints?.value["subsets"]?[0]?["addresses"]?.sequence?.count == 3 ? true : nil
            }
            try await world.time.sleep(for: .milliseconds(300))
            traffic.update { options in for index in options.streams.indices { options.streams[index].rate = 100 } }
            try await rollOut(world, traffic)
            await world.operator.kill()
            group.cancelAll()
        }
    }

    private func rollOut(_ world: World, _ traffic: TrafficSimulator) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        if let point = killedAt { return try await survive(point, world, traffic, second) }
        let trying = try await reaches(world, "at its step") { $0.phase == .analysing }
        let before = traffic.report
        try await world.time.sleep(for: .seconds(3))
        let seen = traffic.report.since(before)
        try check(seen, stable: trying.stableHash, next: trying.candidateHash)
        if isAborted { return try await goBack(world, traffic, trying) }
        if way == .blueGreen {
            let switched = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            let before = traffic.report
            try await world.time.sleep(for: .seconds(1))
            let seen = traffic.report.since(before)
            try expect(seen.share(of: switched.candidateHash) == 1, "after the switch \(seen.byHash)")
            try await ask(world, .promote)
        }
        try await world.settled("shop", at: second, within: .seconds(120))
        try expectNoLoss(traffic.report)
        try expect(traffic.report.sent > 300, "only \(traffic.report.sent) requests")
        try await expectSilence(of: trying.stableHash, world, traffic)
        try await isClean(world)
    }

    /// No request was without an answer or at a version that was not meant.
    private func expectNoLoss(_ end: TrafficReport) throws {
        try expect(end.isClean, "\(end.lost) requests lost, \(end.wrongArm) at the wrong version of \(end.sent): \(end.complaints)")
        try expect(end.mirrorsLost == 0, "\(end.mirrorsLost) copies lost")
        // Where the Service's selector is the switch its endpoints follow a moment later; both versions are whole then.
        try expect(end.offPin == 0 || router == .none, "\(end.offPin) requests came past the pin of the user's Service")
    }

    private func expectSilence(of hash: String, _ world: World, _ traffic: TrafficSimulator) async throws {
        // Without a route, pods that go are asked until their endpoints are gone.
        if router == .none { try await world.time.sleep(for: .seconds(3)) }
        let last = traffic.report
        try await world.time.sleep(for: .seconds(1))
        try expect(traffic.report.since(last).byHash[hash] == nil, "the old version still answers")
    }

    private func goBack(_ world: World, _ traffic: TrafficSimulator, _ state: RolloutState) async throws {
        try await ask(world, .abort)
        _ = try await reaches(world, "rejected") { $0.phase == .rejected }
        let last = traffic.report
        try await world.time.sleep(for: .seconds(1))
        let seen = traffic.report.since(last)
        // By the number of pods: the last of them go when the garbage collector has seen to them.
        try expect(seen.byHash.keys.sorted() == [state.stableHash] || router == .none, "after the way back \(seen.byHash)")
        try await world.eventually("the stable version to answer alone") {
            let last = traffic.report
            try await world.time.sleep(for: .milliseconds(300))
            return traffic.report.since(last).byHash.keys.sorted() == [state.stableHash] ? true : nil
        }
        try expectNoLoss(traffic.report)
        try await isClean(world)
    }

    private func survive(_ point: KillPoint, _ world: World, _ traffic: TrafficSimulator, _ commit: ObjectID) async throws {
        if way == .blueGreen, [.fullSize, .template, .oldSetDown].contains(point) {
            // The old version is kept for minutes, which nobody wants to wait for.
            _ = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            try await ask(world, .promote)
        }
        let state = try await reaches(world, point.rawValue) { point.isReached($0) }
        await world.operator.kill()
        try await world.time.sleep(for: .milliseconds(300))
        try await world.operator.start()
        if way == .blueGreen, ![.fullSize, .template, .oldSetDown].contains(point) {
            _ = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            try await ask(world, .promote)
        }
        try await world.settled("shop", at: commit, within: .seconds(120))
        try expectNoLoss(traffic.report)
        try await expectSilence(of: state.stableHash, world, traffic)
        try await isClean(world)
    }

    /// What users see while the step runs.
    private func check(_ seen: TrafficReport, stable: String, next: String) throws {
        let share = seen.share(of: next)
        switch way {
        case .canary where router == .none: try expect((0.1...0.6).contains(share), "\(share) of the requests went to one pod of three")
        case .canary: try expect((0.28...0.52).contains(share), "\(share) of the requests, not 0.4")
        case .mirror:
            try expect(share == 0, "users see the new version")
            try expect((seen.mirrored[next] ?? 0) > 30, "only \(seen.mirrored) copies of \(seen.sent)")
        case .blueGreen: try expect(share == 0, "\(share) of the requests went to the preview")
        case .abTest:
            try expect(seen.byClient["mobile"]?.keys.sorted() == [next], "mobile users saw \(seen.byClient)")
            try expect(seen.byClient["desktop"]?.keys.sorted() == [stable], "desktop users saw \(seen.byClient)")
        }
    }

    private func isClean(_ world: World) async throws {
        let live = try await world.object("apps/v1", "Deployment", "shop", "web")
        try expect(live?.value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try expect(live?.value[path: "spec", "strategy", "rollingUpdate", "maxSurge"] != nil, "its strategy was not given back")
        let sets = try await world.client.list(try await world.resource("apps/v1", "ReplicaSet"), namespace: "shop").items
        try expect(sets.filter { $0.value[path: "spec", "replicas"]?.int != 0 }.count == 1, "pods are of \(sets.map(\.name))")
        let services = try await world.client.list(try await world.resource("v1", "Service"), namespace: "shop").items
        try expect(services.map(\.name) == ["web"], "Services are left: \(services.map(\.name))")
        try expect(services.first?.value[path: "spec", "selector"] == ["app": "web"], "the Service is still pinned")
        for (apiVersion, kind) in [
            ("gateway.networking.k8s.io/v1", "HTTPRoute"), ("networking.istio.io/v1", "VirtualService"), ("networking.k8s.io/v1", "Ingress"),
        ] {
            for object in try await world.client.list(try await world.resource(apiVersion, kind), namespace: "shop").items {
                let text = JSON.text(object.value["spec"] ?? .null)
                try expect(!text.contains("--next") && !text.contains("--stable") && object.name == "web", "\(object.key) is left as \(text)")
            }
        }
    }
}
