import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// Routes are read as their controllers read them.
@Suite struct TrafficRouteTests {
    private func objects(_ yaml: String) throws -> [Object] { try YAML.documents(Array(yaml.utf8), file: "test").compactMap { Object($0.value) } }

    private func ending(_ choice: RouteChoice?) -> String {
        guard let choice else { return "none" }
        switch choice.ending {
        case .backend(let backend): return backend.service.name
        case .answered(let status): return "\(status)"
        case .lost(let loss): return loss.rawValue
        }
    }

    private static let gateway = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: shop, namespace: shop, creationTimestamp: "2026-01-02T00:00:00Z"}
        spec:
          hostnames: [shop.example.com, "*.shop.example.com"]
          rules:
          - backendRefs: [{name: all, port: 80}]
          - matches: [{path: {type: PathPrefix, value: /cart}}]
            backendRefs: [{name: cart, port: 80}]
          - matches: [{path: {type: PathPrefix, value: /cart/old/}}]
            backendRefs: [{name: old, port: 80}]
          - matches: [{path: {type: Exact, value: /cart/old}}]
            backendRefs: [{name: exact, port: 80}]
          - matches:
            - headers: [{name: User-Agent, type: RegularExpression, value: ".*Mobile.*"}]
            - queryParams: [{name: beta, value: "1"}]
            backendRefs: [{name: mobile, port: 80}]
          - matches: [{headers: [{name: user-agent, type: RegularExpression, value: ".*Mobile.*"}, {name: x-team, value: blue}]}]
            backendRefs: [{name: team, port: 80}]
          - matches: [{method: POST}]
            backendRefs: [{name: post, port: 80}]
          - matches: [{path: {type: PathPrefix, value: /moved}}]
            filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301}}]
          - matches: [{path: {type: PathPrefix, value: /nobody}}]
            backendRefs: [{name: nobody, port: 80, weight: 0}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: older, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
        spec:
          hostnames: [shop.example.com]
          rules:
          - matches: [{path: {type: PathPrefix, value: /cart}}]
            backendRefs: [{name: older-cart, port: 80}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: narrow, namespace: shop}
        spec:
          hostnames: [eu.shop.example.com]
          rules: [{matches: [{path: {type: PathPrefix, value: /eu}}], backendRefs: [{name: eu, port: 80}]}]
        """

    private static let gatewayCases: [(SimulatedRequest, String)] = [
        (SimulatedRequest(host: "shop.example.com"), "all"),
        // Equal rules: the older route's.
        (SimulatedRequest(host: "shop.example.com", path: "/cart/7"), "older-cart"),
        (SimulatedRequest(host: "de.shop.example.com", path: "/cart"), "cart"),
        (SimulatedRequest(host: "shop.example.com", path: "/cartoon"), "all"),
        // The longest prefix, but exact before any.
        (SimulatedRequest(host: "shop.example.com", path: "/cart/old/1"), "old"),
        (SimulatedRequest(host: "shop.example.com", path: "/cart/old"), "exact"),
        (SimulatedRequest(host: "shop.example.com", headers: ["User-Agent": "iPhone Mobile/1"]), "mobile"),
        (SimulatedRequest(host: "shop.example.com", headers: ["user-agent": "iPhone"]), "all"),
        // Expressions are for the whole value.
        (SimulatedRequest(host: "shop.example.com", path: "/?a=b&beta=1"), "mobile"),
        (SimulatedRequest(host: "shop.example.com", path: "/?beta=12"), "all"),
        // More headers before fewer; a method before headers; a path before all.
        (SimulatedRequest(host: "shop.example.com", headers: ["user-agent": "Mobile", "x-team": "blue"]), "team"),
        (SimulatedRequest("POST", host: "shop.example.com", headers: ["user-agent": "Mobile", "x-team": "blue"]), "post"),
        (SimulatedRequest("POST", host: "shop.example.com", path: "/cart"), "older-cart"),
        (SimulatedRequest(host: "shop.example.com", path: "/moved/away"), "301"),
        (SimulatedRequest(host: "shop.example.com", path: "/nobody"), "noBackend"),
        // The most specific host alone decides.
        (SimulatedRequest(host: "eu.shop.example.com", path: "/eu"), "eu"),
        (SimulatedRequest(host: "eu.shop.example.com", path: "/cart"), "noRule"),
        (SimulatedRequest(host: "example.com"), "none"),
    ]

    @Test(arguments: gatewayCases)
    func theMostSpecificRuleOfAGatewayTakesIt(request: SimulatedRequest, expected: String) throws {
        let routes = GatewayRoutes(try objects(Self.gateway))
        var random = SplitMix64(state: 1)
        #expect(ending(routes.route(request, &random)) == expected)
    }

    private static let istio = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web, namespace: shop}
        spec:
          hosts: [web, shop.example.com]
          http:
          - match: [{uri: {prefix: /old}}]
            redirect: {uri: /new}
          - match:
            - {headers: {user-agent: {regex: ".*Mobile.*"}, x-team: {exact: blue}}}
            - {queryParams: {beta: {exact: "1"}}}
            route: [{destination: {host: mobile}}]
          - match: [{headers: {user-agent: {regex: Mobile}}}]
            route: [{destination: {host: never}}]
          - match: [{withoutHeaders: {x-user: {}}, uri: {exact: /ME}, ignoreUriCase: true}]
            route: [{destination: {host: stranger.elsewhere.svc.cluster.local}}]
          - match: [{method: {exact: POST}}]
            route: [{destination: {host: post, subset: v2}}]
          - route: [{destination: {host: all}}]
          - match: [{uri: {exact: /late}}]
            route: [{destination: {host: late}}]
        """

    private static let istioCases: [(SimulatedRequest, String)] = [
        (SimulatedRequest(host: "web"), "all"), (SimulatedRequest(host: "shop.example.com"), "all"),
        (SimulatedRequest(host: "web.shop.svc.cluster.local"), "all"), (SimulatedRequest(host: "web.shop.svc"), "all"),
        (SimulatedRequest(host: "other"), "none"),
        (SimulatedRequest(host: "web", path: "/old/1"), "301"), (SimulatedRequest(host: "web", path: "/older"), "301"),
        (SimulatedRequest(host: "web", headers: ["User-Agent": "a Mobile b", "X-Team": "blue"]), "mobile"),
        (SimulatedRequest(host: "web", headers: ["User-Agent": "a Mobile b"]), "all"),
        (SimulatedRequest(host: "web", path: "/x?beta=1"), "mobile"),
        (SimulatedRequest(host: "web", path: "/me"), "stranger"), (SimulatedRequest(host: "web", path: "/me", headers: ["x-user": "7"]), "all"),
        (SimulatedRequest("POST", host: "web"), "post"),
        // The first that matches, not the best.
        (SimulatedRequest(host: "web", path: "/late"), "all"),
    ]

    @Test(arguments: istioCases)
    func theFirstRuleOfAVirtualServiceTakesIt(request: SimulatedRequest, expected: String) throws {
        let services = VirtualServices(try objects(Self.istio))
        var random = SplitMix64(state: 1)
        #expect(ending(services.route(request, from: "shop", &random)) == expected)
    }

    private static let ingress = """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web, namespace: shop}
        spec:
          rules:
          - host: shop.example.com
            http:
              paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
              - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {name: http}}}}
              - {path: /cart, pathType: Exact, backend: {service: {name: exact, port: {number: 80}}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web--next
          namespace: shop
          annotations:
            nginx.ingress.kubernetes.io/canary: "true"
            CANARY
        spec:
          rules:
          - host: shop.example.com
            http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: next, port: {number: 80}}}}]}
        """

    private static let ingressCases: [([String: String], SimulatedRequest, String)] = [
        (["weight": "0"], SimulatedRequest(host: "shop.example.com"), "web"),
        (["weight": "100"], SimulatedRequest(host: "shop.example.com"), "next"),
        (["weight": "50", "weight-total": "50"], SimulatedRequest(host: "shop.example.com"), "next"),
        // A canary stands behind its own path alone.
        (["weight": "100"], SimulatedRequest(host: "shop.example.com", path: "/cart/1"), "cart"),
        (["weight": "100"], SimulatedRequest(host: "shop.example.com", path: "/cart"), "exact"),
        (["weight": "100"], SimulatedRequest(host: "example.com"), "none"),
        (["by-header": "X-Next", "weight": "100"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "never"]), "web"),
        (["by-header": "X-Next"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "always"]), "next"),
        (["by-header": "X-Next"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "yes"]), "web"),
        (["by-header": "X-Next", "by-header-value": "yes"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "yes"]), "next"),
        (["by-header": "X-Next", "by-header-value": "yes"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "always"]), "web"),
        (["by-header": "User-Agent", "by-header-pattern": "Mobile|Phone"], SimulatedRequest(host: "shop.example.com", headers: ["user-agent": "a Phone"]), "next"),
        (["by-cookie": "next", "weight": "0"], SimulatedRequest(host: "shop.example.com", headers: ["cookie": "a=b; next=always"]), "next"),
        (["by-cookie": "next", "weight": "100"], SimulatedRequest(host: "shop.example.com", headers: ["cookie": "next=never"]), "web"),
        (["by-cookie": "next", "weight": "100"], SimulatedRequest(host: "shop.example.com", headers: ["cookie": "next=perhaps"]), "next"),
        // The header before the cookie.
        (["by-header": "X-Next", "by-cookie": "next"], SimulatedRequest(host: "shop.example.com", headers: ["x-next": "never", "cookie": "next=always"]), "web"),
    ]

    @Test(arguments: ingressCases)
    func aCanaryIngressHasItsOrder(annotations: [String: String], request: SimulatedRequest, expected: String) throws {
        let lines = annotations.map { "nginx.ingress.kubernetes.io/canary-\($0): \"\($1)\"" }.joined(separator: "\n    ")
        let ingresses = Ingresses(try objects(Self.ingress.replacing("CANARY", with: lines)))
        var random = SplitMix64(state: 1)
        #expect(ending(ingresses.route(request, &random)) == expected)
    }

    /// Ten thousand requests: within four standard deviations of what the weights say.
    @Test(arguments: [
        ("{weight: 9}", "{weight: 1}", 0.1), ("{weight: 1}", "{weight: 0}", 0), ("{}", "{}", 0.5), ("{weight: 70}", "{weight: 30}", 0.3),
    ])
    func weightsAreShares(first: String, second: String, expected: Double) throws {
        func with(_ name: String, _ weight: String) -> String { weight == "{}" ? "{name: \(name), port: 80}" : "{name: \(name), port: 80, \(weight.dropFirst())" }
        let routes = GatewayRoutes(
            try objects(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: web, namespace: shop}
                spec:
                  rules:
                  - filters: [{type: RequestMirror, requestMirror: {backendRef: {name: copy, port: 80}, percent: 20}}]
                    backendRefs: [\(with("one", first)), \(with("two", second))]
                """))
        var random = SplitMix64(state: 7)
        var two = 0, copies = 0
        for _ in 0..<10_000 {
            let choice = routes.route(SimulatedRequest(host: "any"), &random)
            if ending(choice) == "two" { two += 1 }
            copies += choice?.mirrors.count ?? 0
        }
        #expect(abs(Double(two) / 10_000 - expected) <= 0.02 && (expected > 0 || two == 0))
        #expect(abs(Double(copies) / 10_000 - 0.2) < 0.016)
    }
}
