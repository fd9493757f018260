import Document
import Kubernetes
import Testing

@testable import Rollout

/// What rollouts make of live routes can be taken back without git.
@Suite struct RouteRestorationTests {
    private static let services = RoutedServices([ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web")])

    /// Weights of backends as shares, and mirrors in one spelling: what a route does, and not how it is written.
    private static func meaning(_ route: Object) -> Value {
        var value = route.value
        for section in ["rules", "http", "tcp", "tls"] {
            guard let rules = value[path: "spec", section]?.sequence else { continue }
            value[path: "spec", section] = .sequence(
                rules.map { rule in
                    var rule = rule
                    for field in ["backendRefs", "route"] {
                        guard let backends = rule[field]?.sequence else { continue }
                        let alone = backends.count == 1
                        let total = max(1, backends.reduce(0) { $0 + ($1["weight"]?.int ?? (field == "route" ? 0 : 1)) })
                        rule[field] = .sequence(
                            backends.map { backend in
                                var backend = backend
                                let weight = backend["weight"]?.int ?? (field == "route" ? 0 : 1)
                                backend["weight"] = alone ? nil : .int(weight * 840 / total)
                                return backend
                            })
                    }
                    if let mirror = rule["mirror"] { (rule["mirror"], rule["mirrors"]) = (nil, [["destination": mirror]]) }
                    return rule
                })
        }
        return value
    }

    private static let several = [
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r}
        spec:
          rules:
          - {name: a, matches: [{path: {value: /a}}], backendRefs: [{name: web, port: 80, weight: 1}, {name: other, port: 80, weight: 3}]}
          - {backendRefs: [{name: web, port: 80}, {name: web, port: 81}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: audit, port: 80}}}]}
        """,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v}
        spec:
          http:
          - {route: [{destination: {host: web.shop.svc.cluster.local}, weight: 25}, {destination: {host: other}, weight: 75}]}
        """,
    ]

    @Test(arguments: RoutingPropertyTests.routes.filter { !$0.contains("kind: Ingress") } + several, RoutingPropertyTests.overlays)
    func isWhatItWas(_ text: String, _ routes: RolloutOverlay.Routes) throws {
        let objects = try Shop.application(text)
        let original = try #require(objects.last)
        guard let overlaid = try? Shop.overlay(routes, on: objects), let live = overlaid.named(original.kind, original.name) else { return }
        let restored = withoutArms(live, of: Self.services) ?? live
        #expect(Self.meaning(restored) == Self.meaning(original), "\(YAML.write(live.value))\n\(YAML.write(restored.value))")
        // What leads nowhere near is left alone.
        #expect(withoutArms(original, of: Self.services) == nil)
        #expect(withoutArms(live, of: RoutedServices([ObjectKey(group: "", kind: "Service", namespace: "back", name: "web")])) == nil)
    }

    /// A rule of the user's that happens to come first is not taken for one of ours.
    @Test func onlyWhatWasAddedGoes() throws {
        let live = try #require(
            try Shop.objects(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r}
                spec:
                  rules:
                  - {matches: [{path: {value: /}, headers: [{name: x-beta, value: "1"}]}], backendRefs: [{name: web--next, port: 80}]}
                  - {matches: [{path: {value: /}}], backendRefs: [{name: web--stable, port: 80}]}
                  - {matches: [{path: {value: /other}}], timeouts: {request: 1s}, backendRefs: [{name: web--next, port: 80}]}
                """
            ).first)
        let rules = withoutArms(live, of: Self.services)?.value[path: "spec", "rules"]?.sequence ?? []
        #expect(rules.map { $0["backendRefs"]?[0]?["name"]?.string } == ["web", "web"])
        #expect(rules.first?["matches"]?[0]?["headers"] == nil && rules.last?["timeouts"] != nil)
    }

    /// Whatever stands in a live route.
    @Test(arguments: [
        "{}", "{rules: 1}", "{rules: [1, null, {backendRefs: x}, {backendRefs: [1, {name: 3}]}]}", "{http: [{route: [{destination: 1}]}, []]}",
        "{rules: [{filters: [{type: RequestMirror}], backendRefs: [{name: web--next, weight: -9223372036854775808}, {name: web--stable, weight: 9223372036854775807}]}]}",
    ]) func hostileRoutes(_ spec: String) throws {
        for head in ["apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute", "apiVersion: networking.istio.io/v1\nkind: VirtualService"] {
            let route = try #require(try Shop.objects("\(head)\nmetadata: {name: r}\nspec: \(spec)").first)
            _ = withoutArms(route, of: Self.services)
        }
    }

    /// A host of another domain only begins like an arm.
    @Test(arguments: ["web--next.shop.example.com", "web--next.shop.svcs.cluster.local", "*.web--next"])
    func hostsThatAreNoService(_ host: String) throws {
        let route = try #require(
            try Shop.objects(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: v, namespace: shop}
                spec: {http: [{route: [{destination: {host: "\(host)"}}], mirror: {host: "\(host)"}}]}
                """
            ).first)
        #expect(withoutArms(route, of: RoutedServices([ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web")])) == nil)
    }
}
