import Basics
import Document
import Kubernetes
import Testing

@testable import Rollout

/// What must hold for every route and every overlay.
@Suite struct RoutingPropertyTests {
    static let overlays: [RolloutOverlay.Routes] =
        [.unchanged, .all(.stable), .all(.next), .mirror(1), .mirror(100)] + [0, 1, 5, 33, 50, 99, 100].map { .weight($0) }
        + [
            .matching([RequestMatch(.header, "x-beta", isRegularExpression: false, "1")]),
            .matching([RequestMatch(.header, "user-agent", isRegularExpression: true, "(?i)mobile")]),
            .matching([RequestMatch(.cookie, "beta", isRegularExpression: true, "^a")]),
        ]

    static let routes = [
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r, generation: 3, labels: {a: b}}
        spec:
          parentRefs: [{name: gw, sectionName: https}]
          hostnames: [shop.example.com]
          rules:
          - {name: a, matches: [{path: {type: PathPrefix, value: /}, headers: [{name: h, value: v}]}], backendRefs: [{name: web, port: 80, weight: 3}]}
          - {filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}
          - {timeouts: {request: 1s}, backendRefs: [{name: web, port: 80}]}
        status: {parents: []}
        """,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v}
        spec:
          hosts: [shop.example.com]
          gateways: [mesh, gw]
          http:
          - {name: a, match: [{uri: {prefix: /a}, headers: {h: {exact: v}}}], retries: {attempts: 2}, mirror: {host: audit}, route: [{destination: {host: web, port: {number: 80}}, weight: 7}]}
          - {redirect: {uri: /x}}
          - {route: [{destination: {host: web.shop}}]}
          tcp: [{match: [{port: 1}], route: [{destination: {host: web}, weight: 30}, {destination: {host: db}, weight: 70}]}]
        """,
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: i, annotations: {nginx.ingress.kubernetes.io/affinity: cookie}}
        spec:
          ingressClassName: nginx
          rules: [{host: a, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
        """,
    ]

    private func whole(_ routes: RolloutOverlay.Routes, _ objects: [Object]) throws(RolloutError) -> [Object] {
        let traffic = RolloutTraffic(
            mode: .routes, services: objects.filter { $0.kind == "Service" }.map(\.key),
            routes: objects.filter { router(of: $0.groupKind) != nil }.map(\.key))
        return try overlaid(objects, RolloutOverlay(pin: "old", arms: Shop.arms, routes: routes), traffic: traffic, workload: Shop.workload)
    }

    @Test func noOverlayChangesNothing() throws {
        let objects = try Shop.objects(([Shop.deployment, Shop.service] + Self.routes).joined(separator: "\n---\n"))
        let traffic = try Shop.search(Shop.spec(.canary, [.weight(5)]), objects)
        #expect(traffic.routes.count == 3)
        let result = try overlaid(objects, .none, traffic: traffic, workload: Shop.workload)
        #expect(result.map { JSON.write($0.value) } == objects.map { JSON.write($0.value) })
    }

    /// Recomputed from git it is the same every time, and the other fields keep even their order.
    @Test(arguments: routes, overlays) func onlyWhatMustChangeChanges(_ text: String, _ routes: RolloutOverlay.Routes) throws {
        if text.contains("kind: Ingress") {
            if case .mirror = routes { return }
            if case .matching(let matches) = routes, matches.first?.source == .cookie { return }
        }
        let objects = try Shop.objects([Shop.deployment, Shop.service, text].joined(separator: "\n---\n"))
        let result = try whole(routes, objects)
        #expect(try whole(routes, objects).map { JSON.write($0.value) } == result.map { JSON.write($0.value) })
        #expect(Set(result.map(\.key)).count == result.count)
        #expect(result.prefix(objects.count).map(\.key) == objects.map(\.key))
        #expect(
            result.dropFirst(objects.count).allSatisfy {
                $0.label(armLabel) == "web" && $0.namespace == "shop" && $0.name.hasSuffix("--stable") || $0.name.hasSuffix("--next")
            })
        func rest(_ object: Object) -> [UInt8] {
            var value = object.value
            for section in ["rules", "http", "tcp"] where object.kind != "Ingress" {
                value[path: "spec", section] = value[path: "spec", section].map { _ in [] }
            }
            if object.kind == "Service" { value[path: "spec", "selector"] = [:] }
            return JSON.write(value)
        }
        #expect(result.prefix(objects.count).map(rest) == objects.map(rest))
        // Every rule of git's is there, in its order, up to its backends.
        for section in ["rules", "http", "tcp"] {
            func rules(_ object: Object?) -> [[UInt8]] {
                (object?.value[path: "spec", section]?.sequence ?? []).map { rule in
                    var rule = rule
                    for field in ["backendRefs", "route"] { rule[field] = nil }
                    if case .mirror = routes { for field in ["filters", "mirror", "mirrors", "mirrorPercentage"] { rule[field] = nil } }
                    return JSON.write(rule)
                }
            }
            let (old, new) = (rules(objects.last), rules(result.dropFirst(2).first))
            if objects.last?.kind != "Ingress" { #expect(old.allSatisfy { new.contains($0) }) }
        }
    }

    /// A commit to the same route in the middle of a rollout: the arms and the edit are both there.
    @Test func anEditInMidRolloutIsMerged() throws {
        let before = try Shop.objects([Shop.deployment, Shop.service, Self.routes.first ?? ""].joined(separator: "\n---\n"))
        var after = before
        let route = try #require(after.indices.last)
        let edited = try YAML.parse(
            """
            - {filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}
            - {timeouts: {request: 9s}, backendRefs: [{name: web, port: 80, weight: 1}, {name: search, port: 80, weight: 1}]}
            - {matches: [{path: {value: /new}}], backendRefs: [{name: web, port: 81}]}
            """)
        after[route].value[path: "spec", "rules"] = edited
        after[route].value[path: "spec", "hostnames"] = ["new.example.com"]
        #expect(try whole(.weight(20), before).count == 5)
        let result = try whole(.weight(20), after)
        try expectSame(
            result.dropFirst(2).first?.value["spec"],
            """
            parentRefs: [{name: gw, sectionName: https}]
            hostnames: [new.example.com]
            rules:
            - {filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}
            - {timeouts: {request: 9s}, backendRefs: [{name: web--stable, port: 80, weight: 4}, {name: web--next, port: 80, weight: 1}, {name: search, port: 80, weight: 5}]}
            - {matches: [{path: {value: /new}}], backendRefs: [{name: web--stable, port: 81, weight: 80}, {name: web--next, port: 81, weight: 20}]}
            """)
    }

    @Test func weightsKeepEveryShareExactly() {
        var random = SplitMix64(state: 7)
        for _ in 0..<5000 {
            let count = 1 + Int(random.next() % 5)
            let weights = (0..<count).map { _ in (weight: Int64(random.next() % 300), isSplit: random.next() % 2 == 0) }
            let percent = Int64(random.next() % 101)
            let parts = WeightSplit.of(weights, percent: Int(percent))
            #expect(parts.count == weights.count)
            let sums = parts.map { part -> Int64 in
                switch part {
                case .whole(let weight): weight
                case .split(let stable, let next): stable + next
                }
            }
            let (old, new) = (weights.reduce(0) { $0 + $1.weight }, sums.reduce(0, +))
            #expect(old == 0 ? new == 0 : new % old == 0)
            for (index, part) in parts.enumerated() {
                #expect(sums[index] * old == weights[index].weight * new)
                if case .split(let stable, let next) = part { #expect(next * 100 == (stable + next) * percent && stable >= 0 && next >= 0) }
                #expect(weights[index].isSplit == (part != .whole(sums[index])))
            }
        }
    }

    @Test func hugeWeightsAreRounded() {
        #expect(
            WeightSplit.of([(999_999, true), (1_000_000, false)], percent: 33) == [
                .split(stable: 669_999, next: 330_000), .whole(1_000_000),
            ])
        let most = Int64(Int32.max)
        #expect(
            WeightSplit.of([(most, true), (most, true)], percent: 1)
                == [WeightSplit](repeating: .split(stable: most - 21_474_836, next: 21_474_836), count: 2))
    }

    /// A document with any of its parts replaced by anything is refused or left alone; nothing ends the process.
    @Test(arguments: routes) func hostileDocuments(_ text: String) throws {
        let poisons: [Value] = [
            nil, true, 0, -1, .int(.max), .int(.min), .double(.infinity), .double(.nan), "", "web", "web--next", "\u{0}", "a..b", [], [nil],
            [[:]], [:], ["name": "web"], ["": ["": []]],
            .sequence([Value](repeating: ["backendRefs": [["name": "web"]], "route": [["destination": ["host": "web"]]]], count: 40)),
        ]
        let objects = try Shop.objects([Shop.deployment, Shop.service, text].joined(separator: "\n---\n"))
        let services = [ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web")]
        var turn = 0
        for (index, object) in objects.enumerated() {
            for place in places(object.value) {
                for poison in poisons {
                    guard let changed = Object(replacing(object.value, at: place[...], by: poison)) else { continue }
                    var all = objects
                    all[index] = changed
                    turn += 1
                    let traffic = RolloutTraffic(mode: .routes, services: services, routes: [objects[2].key])
                    let overlay = RolloutOverlay(pin: "old", arms: Shop.arms, routes: Self.overlays[turn % Self.overlays.count])
                    _ = try? overlaid(all, overlay, traffic: traffic, workload: Shop.workload)
                    _ = missing(overlay, on: changed, traffic: traffic)
                    _ = isAccepted(changed)
                    if turn % 4 == 0 { _ = try? Shop.search(Shop.spec(.abTest, [.matching], matches: [TrafficSearchTests.header]), all) }
                }
            }
        }
    }

    private func places(_ value: Value) -> [[Place]] {
        let inner: [[Place]] =
            switch value {
            case .mapping(let mapping): mapping.entries.flatMap { entry in places(entry.value).map { [.key(entry.key)] + $0 } }
            case .sequence(let items): items.enumerated().flatMap { item in places(item.element).map { [.index(item.offset)] + $0 } }
            default: []
            }
        return [[]] + inner
    }

    private enum Place { case key(String), index(Int) }

    private func replacing(_ value: Value, at place: ArraySlice<Place>, by poison: Value) -> Value {
        guard let first = place.first else { return poison }
        switch (first, value) {
        case (.key(let key), .mapping(var mapping)):
            mapping[key] = mapping[key].map { replacing($0, at: place.dropFirst(), by: poison) }
            return .mapping(mapping)
        case (.index(let index), .sequence(var items)):
            items[index] = replacing(items[index], at: place.dropFirst(), by: poison)
            return .sequence(items)
        default: return value
        }
    }
}
