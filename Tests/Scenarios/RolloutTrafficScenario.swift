internal import DevCluster
internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import HTTP
package import Kubernetes
internal import Logging
internal import Rollout
internal import TestKit

/// A new version on its way to users who never stop asking: each strategy with each router, forward and back.
///
/// No request may be without an answer or end at the wrong version, and in the end everything is as git says.
package struct RolloutTrafficScenario: Sendable, Hashable, CustomStringConvertible {
    package enum Route: String, Sendable, CaseIterable { case none, httpRoute, virtualService, ingress }
    package enum End: String, Sendable, CaseIterable { case forward, abort }

    package var strategy: Strategy
    package var route: Route
    package var end: End

    package init(_ strategy: Strategy, _ route: Route, _ end: End) { (self.strategy, self.route, self.end) = (strategy, route, end) }

    package var description: String { "\(strategy.rawValue) by \(route.rawValue), \(end.rawValue)" }

    /// What can be together.
    package static let all: [RolloutTrafficScenario] = [Strategy.ramped, .canary, .blueGreen, .abTest, .mirror].flatMap { strategy in
        Route.allCases.filter { route in
            switch strategy {
            case .recreate, .ramped: route == .none
            case .canary, .blueGreen: true
            case .abTest: route != .none
            case .mirror: route == .httpRoute || route == .virtualService
            }
        }.flatMap { route in End.allCases.map { RolloutTrafficScenario(strategy, route, $0) } }
    }

    /// - Parameters:
    ///   - definitions: of HTTPRoute and VirtualService.
    ///   - rate: requests per second.
    package func run(in world: World, definitions: [String] = RouteDefinitions.all, rate: Double = 100) async throws {
        try await RouteDefinitions.install(definitions, on: world.client)
        // Nobody asks before there is something to ask.
        var options = TrafficOptions([
            TrafficStream(namespace: "shop", service: "front-end", host: route == .none ? nil : "shop.example.com", rate: 0, clients: TrafficClient.people)
        ])
        // A proxy hears a little later what its controller has accepted.
        options.lag = .milliseconds(100)
        options.tick = .milliseconds(20)
        let traffic = TrafficSimulator(
            client: world.client, options: options, time: world.time, random: RandomSource(),
            logger: Logger(label: "traffic") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await traffic.run() }
            try await traffic.ready()
            let first = try await world.repository.commit("Version 1", ["shop.yaml": .text(manifests(version: 1))])
            try await world.operator.start()
            try await world.settled("shop", at: first)
            try await world.eventually("endpoints") {
                let endpoints = try await world.object("v1", "Endpoints", "shop", "front-end")
                return (endpoints?.value["subsets"]?[0]?["addresses"]?.sequence ?? []).count == 4 ? true : nil
            }
            try await world.time.sleep(for: .milliseconds(300))
            traffic.update { options in options.streams = options.streams.map { stream in
                var stream = stream
                stream.rate = rate
                return stream
            } }
            do {
                try await release(world, traffic)
            } catch {
                throw ScenarioFailure("\(self): \(error)\n\(traffic.report)")
            }
            group.cancelAll()
        }
        await world.operator.kill()
        let report = traffic.report
        // Without a route the pin of the Service is the switch, and endpoints follow a moment later.
        let isOff = report.offPin > 0 && route != .none
        if !report.isClean || isOff || report.mirrorsLost > 0 || report.sent < 100 { throw ScenarioFailure("\(self): \(report)") }
    }

    private var annotations: String {
        let strategy = "martlet.dev/strategy: \(strategy.rawValue)"
        switch self.strategy {
        case .ramped, .canary: return "\(strategy), martlet.dev/steps: \"50% 3s\""
        case .mirror: return "\(strategy), martlet.dev/steps: \"50% 3s\""
        case .abTest: return "\(strategy), martlet.dev/steps: \"match 3s\", martlet.dev/match: 'header(user-agent) ~ \"Mobile\"'"
        case .blueGreen: return "\(strategy), martlet.dev/steps: \"preview 1s\", martlet.dev/gate: manual 60s reject"
        case .recreate: return strategy
        }
    }

    private func manifests(version: Int) -> String {
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: front-end
          namespace: shop
          annotations: {\(annotations)}
        spec:
          replicas: 4
          selector: {matchLabels: {app: front-end}}
          template:
            metadata: {labels: {app: front-end}}
            spec: {containers: [{name: front-end, image: "example/front-end:\(version)", ports: [{name: http, containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: front-end, namespace: shop}
        spec: {selector: {app: front-end}, ports: [{name: http, port: 80, targetPort: http}]}
        \(routeManifest)
        """
    }

    private var routeManifest: String {
        switch route {
        case .none: ""
        case .httpRoute:
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: front-end, namespace: shop}
            spec:
              parentRefs: [{name: public}]
              hostnames: [shop.example.com]
              rules:
              - matches: [{path: {type: PathPrefix, value: /}}]
                backendRefs: [{name: front-end, port: 80}]

            """
        case .virtualService:
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: front-end, namespace: shop}
            spec:
              hosts: [shop.example.com]
              gateways: [public]
              http:
              - route: [{destination: {host: front-end, port: {number: 80}}}]

            """
        case .ingress:
            """
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: front-end, namespace: shop}
            spec:
              ingressClassName: nginx
              rules:
              - host: shop.example.com
                http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: front-end, port: {number: 80}}}}]}

            """
        }
    }
}

extension RolloutTrafficScenario {
    private func deployment(_ world: World) async throws -> Object {
        guard let object = try await world.object("apps/v1", "Deployment", "shop", "front-end") else { throw ScenarioFailure("the Deployment is gone") }
        return object
    }

    private func state(_ world: World) async throws -> RolloutState? {
        try await deployment(world).annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
    }

    private func reaches(_ world: World, _ what: String, _ condition: (RolloutState) -> Bool) async throws -> RolloutState {
        var last: RolloutState?
        do {
            return try await world.eventually("the rollout to be \(what)", within: .seconds(60)) {
                last = try await state(world)
                guard let state = last, condition(state) else { return nil }
                return state
            }
        } catch {
            throw ScenarioFailure("\(error), it is \(last.map { "\($0.phase) \($0.step): \($0.message)" } ?? "over")")
        }
    }

    private func ask(_ world: World, _ verb: RolloutRequest.Verb, id: String) async throws {
        _ = try await world.client.patch(
            try await world.resource("apps/v1", "Deployment"), namespace: "shop", name: "front-end",
            ["metadata": ["annotations": [RolloutRequest.annotation: .string(RolloutRequest(id: id, verb: verb).text)]]])
    }

    /// What comes from now on, at least so many requests.
    private func more(_ count: Int, _ world: World, _ traffic: TrafficSimulator) async throws -> TrafficReport {
        let before = traffic.report
        return try await world.eventually("\(count) requests") {
            let since = traffic.report.since(before)
            return since.sent >= count ? since : nil
        }
    }

    /// What a route says holds as soon as the rollout goes by it; pods and endpoints come and go a moment later.
    private func becomes(
        _ world: World, _ traffic: TrafficSimulator, _ what: String, count: Int = 80, _ condition: (TrafficReport) -> Bool
    ) async throws {
        for round in 0..<20 {
            try await world.time.sleep(for: .milliseconds(250))
            let seen = try await more(count, world, traffic)
            if condition(seen) { return }
            if route != .none || round == 19 { throw ScenarioFailure("requests are not \(what): \(seen.byHash)") }
        }
    }

    private func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw ScenarioFailure(what()) }
    }

    fileprivate func release(_ world: World, _ traffic: TrafficSimulator) async throws {
        let before = try await more(50, world, traffic)
        let second = try await world.repository.commit("Version 2", ["shop.yaml": .text(manifests(version: 2))])
        try await world.operator.notify()
        // Blue-green waits for a person with the preview.
        let state = try await reaches(world, "at its first step") { $0.phase == (strategy == .blueGreen ? .gated : .analysing) }
        let (stable, next) = (state.stableHash, state.candidateHash)
        try expect(before.byHash.keys.sorted() == [stable], "before it, requests went to \(before.byHash)")
        // The last look of the proxies at what was.
        try await world.time.sleep(for: .milliseconds(250))
        let seen = try await more(120, world, traffic)
        switch strategy {
        case .recreate: break
        case .ramped, .canary:
            // Binomial, four standard deviations of 120 requests.
            try await becomes(world, traffic, "half and half", count: 120) { abs($0.share(of: next) - 0.5) < 0.19 }
        case .blueGreen:
            try expect(seen.byHash.keys.sorted() == [stable], "the preview is seen by users: \(seen.byHash)")
            let preview = try await world.object("v1", "Service", "shop", armServiceName("front-end", .next))
            try expect(preview?.value[path: "spec", "selector", templateHashLabel]?.string == next, "there is no preview Service")
            try await ask(world, .promote, id: "switch")
            _ = try await reaches(world, "switched") { $0.step == 1 && $0.phase == .analysing }
            try await becomes(world, traffic, "at the new version alone") { $0.byHash.keys.sorted() == [next] }
        case .abTest:
            try expect(seen.byClient["mobile"]?.keys.sorted() == [next], "mobile users see \(seen.byClient)")
            try expect(seen.byClient["desktop"]?.keys.sorted() == [stable], "others see \(seen.byClient)")
        case .mirror:
            try expect(seen.byHash.keys.sorted() == [stable], "users see \(seen.byHash)")
            try expect(seen.mirrored[next] ?? 0 > 20, "copies went to \(seen.mirrored)")
        }
        switch end {
        case .forward:
            if strategy == .blueGreen { try await ask(world, .promote, id: "finish") }
            try await world.settled("shop", at: second, within: .seconds(60))
            try await becomes(world, traffic, "at the new version alone") { $0.byHash.keys.sorted() == [next] }
            try await isClean(world, hash: next)
        case .abort:
            try await ask(world, .abort, id: "abort")
            _ = try await reaches(world, "rejected") { $0.phase == .rejected }
            try await becomes(world, traffic, "at the old version alone") { $0.byHash.keys.sorted() == [stable] }
            try await isClean(world, hash: stable)
        }
    }

    /// Everything is as git says, and nothing of the rollout is left.
    private func isClean(_ world: World, hash: String) async throws {
        let live = try await deployment(world)
        try expect(live.value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try expect(live.value[path: "spec", "strategy", "rollingUpdate", "maxSurge"] != nil, "its strategy was not given back")
        let sets = try await world.client.list(try await world.resource("apps/v1", "ReplicaSet"), namespace: "shop").items
        let running = sets.filter { $0.value[path: "spec", "replicas"]?.int != 0 }
        try expect(running.map { $0.label(templateHashLabel) } == [hash], "pods are of \(running.map(\.name))")
        let services = try await world.client.list(try await world.resource("v1", "Service"), namespace: "shop").items
        try expect(services.map(\.name) == ["front-end"], "Services are left: \(services.map(\.name))")
        try expect(services.first?.value[path: "spec", "selector"] == ["app": "front-end"], "the Service is still pinned")
        guard let written = Object(try YAML.parse(routeManifest)) else { return }
        let resource = try await world.client.resource(for: written.gvk)
        let routes = try await world.client.list(resource, namespace: "shop").items
        try expect(routes.map(\.name) == ["front-end"], "routes are left: \(routes.map(\.name))")
        let text = JSON.text(routes.first?.value["spec"] ?? .null)
        try expect(!text.contains("front-end--"), "the route still leads to an arm: \(text)")
    }
}
