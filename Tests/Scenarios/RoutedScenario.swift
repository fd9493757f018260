internal import Basics
internal import Cluster
internal import Delivery
internal import DevCluster
internal import Document
internal import Git
internal import Kubernetes
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

    var workloadName: String { "web" }
    package var way: Way
    package var router: Router
    /// A person ends it while the new version is being tried.
    package var isAborted: Bool

    package init(_ way: Way, _ router: Router, isAborted: Bool = false) {
        (self.way, self.router, self.isAborted) = (way, router, isAborted)
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
        "\(way.rawValue) by \(router.rawValue)" + (isAborted ? ", aborted" : "")
    }

    private var annotations: String {
        switch way {
        case .canary: "{martlet.dev/strategy: canary, martlet.dev/steps: \"40% 60s\"}"
        case .mirror: "{martlet.dev/strategy: mirror, martlet.dev/steps: \"50% 60s\"}"
        case .blueGreen: "{martlet.dev/strategy: blue-green, martlet.dev/steps: \"preview 60s\"}"
        case .abTest where router == .ingress:
            "{martlet.dev/strategy: ab-test, martlet.dev/steps: \"match 60s\", martlet.dev/match: 'header(x-kind) = \"mobile\"'}"
        case .abTest:
            "{martlet.dev/strategy: ab-test, martlet.dev/steps: \"match 60s\", martlet.dev/match: 'header(user-agent) ~ \"(?i)(iphone|android)\"'}"
        }
    }

    private var route: String {
        switch router {
        case .none: ""
        case .httpRoute: WebShop.httpRoute
        case .virtualService: WebShop.virtualService
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
        ["shop.yaml": WebShop.manifests(version: version, annotations: annotations, route: route)]
    }
}

extension RoutedScenario {
    /// - Parameter definitions: of the kinds of routes.
    package func run(in world: World, definitions: [String] = RouteDefinitions.all) async throws {
        try await withUsers(world, definitions: definitions, first: files(version: 1)) { try await rollOut(world, $0) }
    }

    private func rollOut(_ world: World, _ traffic: TrafficSimulator) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        let trying = try await reaches(world, "at its step") { $0.phase == .analysing }
        let before = traffic.report
        try await world.time.sleep(for: .seconds(3))
        let seen = traffic.report.since(before)
        try check(seen, stable: trying.stableHash, next: trying.candidateHash)
        if isAborted { return try await goBack(world, traffic, trying) }
        // The step is long, for slow machines, and need not be waited for. A second request of the same id would be taken for this one.
        try await ask(world, .promote, id: "on")
        if way == .blueGreen {
            let switched = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            let before = traffic.report
            try await world.time.sleep(for: .seconds(1))
            let seen = traffic.report.since(before)
            try expect(seen.share(of: switched.candidateHash) == 1, "after the switch \(seen.byHash)")
            try await ask(world, .promote)
        }
        try await world.settled("shop", at: second, within: .seconds(120))
        try expectNoLoss(traffic.report, switchesBySelector: router == .none)
        try expect(traffic.report.sent > 300, "only \(traffic.report.sent) requests")
        try await expectSilence(of: trying.stableHash, world, traffic, hasRoutes: router != .none)
        try await nothingIsLeft(world)
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
        try expectNoLoss(traffic.report, switchesBySelector: router == .none)
        try await nothingIsLeft(world)
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
}
