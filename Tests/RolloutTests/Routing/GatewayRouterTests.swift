import Document
import Kubernetes
import Testing

@testable import Rollout

/// HTTPRoute and GRPCRoute: each kind of overlay on each shape of rule.
@Suite struct GatewayRouterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let routes: RolloutOverlay.Routes
        let rules: String
        let wanted: String
        var testDescription: String { name }
    }

    static let beta = RequestMatch(.header, "x-beta", isRegularExpression: false, "1")
    static let mobile = RequestMatch(.header, "user-agent", isRegularExpression: true, "(?i)(iphone|android)")

    static let cases: [Case] = [
        Case(
            name: "one backend, a weight", routes: .weight(5),
            rules: "[{backendRefs: [{name: web, port: 80}]}]",
            wanted: "[{backendRefs: [{name: web--stable, port: 80, weight: 95}, {name: web--next, port: 80, weight: 5}]}]"),
        Case(
            name: "nothing for the next arm keeps both", routes: .weight(0),
            rules: "[{backendRefs: [{name: web, port: 80}]}]",
            wanted: "[{backendRefs: [{name: web--stable, port: 80, weight: 100}, {name: web--next, port: 80, weight: 0}]}]"),
        Case(
            name: "everything for the next arm keeps both", routes: .weight(100),
            rules: "[{backendRefs: [{name: web, port: 80, weight: 7}]}]",
            wanted: "[{backendRefs: [{name: web--stable, port: 80, weight: 0}, {name: web--next, port: 80, weight: 7}]}]"),
        Case(
            name: "others keep their share, the sum stays", routes: .weight(25),
            rules: "[{backendRefs: [{name: web, port: 80, weight: 80}, {name: legacy, port: 80, weight: 20}]}]",
            wanted:
                "[{backendRefs: [{name: web--stable, port: 80, weight: 60}, {name: web--next, port: 80, weight: 20}, {name: legacy, port: 80, weight: 20}]}]"
        ),
        Case(
            name: "others keep their share where the sum cannot stay", routes: .weight(25),
            rules: "[{backendRefs: [{name: legacy, port: 80}, {name: web, port: 80, weight: 3}]}]",
            wanted:
                "[{backendRefs: [{name: legacy, port: 80, weight: 4}, {name: web--stable, port: 80, weight: 9}, {name: web--next, port: 80, weight: 3}]}]"
        ),
        Case(
            name: "two ports in one rule, filters go along", routes: .weight(50),
            rules: """
                - backendRefs:
                  - {name: web, port: 80, weight: 2, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [x]}}]}
                  - {name: web, port: 81, weight: 2}
                """,
            wanted: """
                - backendRefs:
                  - {name: web--stable, port: 80, weight: 1, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [x]}}]}
                  - {name: web--next, port: 80, weight: 1, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [x]}}]}
                  - {name: web--stable, port: 81, weight: 1}
                  - {name: web--next, port: 81, weight: 1}
                """),
        Case(
            name: "only what leads to the Service", routes: .weight(10),
            rules: """
                - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
                - backendRefs: [{name: other, port: 80}]
                - backendRefs: [{name: web, namespace: elsewhere, port: 80}]
                - backendRefs: [{name: web, kind: ServiceImport, group: multicluster.x-k8s.io, port: 80}]
                - backendRefs: [{name: web, namespace: shop, group: "", kind: Service, port: 80}]
                """,
            wanted: """
                - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
                - backendRefs: [{name: other, port: 80}]
                - backendRefs: [{name: web, namespace: elsewhere, port: 80}]
                - backendRefs: [{name: web, kind: ServiceImport, group: multicluster.x-k8s.io, port: 80}]
                - backendRefs:
                  - {name: web--stable, namespace: shop, group: "", kind: Service, port: 80, weight: 90}
                  - {name: web--next, namespace: shop, group: "", kind: Service, port: 80, weight: 10}
                """),
        Case(
            name: "all to one arm changes the name alone", routes: .all(.next),
            rules: "[{name: main, timeouts: {request: 3s}, backendRefs: [{name: web, port: 80}, {name: other, port: 1, weight: 4}]}]",
            wanted: "[{name: main, timeouts: {request: 3s}, backendRefs: [{name: web--next, port: 80}, {name: other, port: 1, weight: 4}]}]"
        ),
        Case(
            name: "a match stands before its source", routes: .matching([beta]),
            rules: "[{backendRefs: [{name: web, port: 80}]}]",
            wanted: """
                - matches: [{headers: [{name: x-beta, value: "1"}]}]
                  backendRefs: [{name: web--next, port: 80}]
                - backendRefs: [{name: web--stable, port: 80}]
                """),
        Case(
            name: "all of the source's matches are narrowed, names differ", routes: .matching([mobile]),
            rules: """
                - name: main
                  matches:
                  - {path: {type: PathPrefix, value: /a}, method: GET}
                  - {path: {type: Exact, value: /b}, headers: [{name: x-tenant, value: t}]}
                  filters: [{type: URLRewrite, urlRewrite: {hostname: h}}]
                  backendRefs: [{name: web, port: 80}, {name: other, port: 80}]
                - backendRefs: [{name: other, port: 80}]
                """,
            wanted: """
                - name: main--next
                  matches:
                  - path: {type: PathPrefix, value: /a}
                    method: GET
                    headers: [{name: user-agent, type: RegularExpression, value: ".*(?:(?i)(iphone|android)).*"}]
                  - path: {type: Exact, value: /b}
                    headers: [{name: x-tenant, value: t}, {name: user-agent, type: RegularExpression, value: ".*(?:(?i)(iphone|android)).*"}]
                  filters: [{type: URLRewrite, urlRewrite: {hostname: h}}]
                  backendRefs: [{name: web--next, port: 80}, {name: other, port: 80}]
                - name: main
                  matches:
                  - {path: {type: PathPrefix, value: /a}, method: GET}
                  - {path: {type: Exact, value: /b}, headers: [{name: x-tenant, value: t}]}
                  filters: [{type: URLRewrite, urlRewrite: {hostname: h}}]
                  backendRefs: [{name: web--stable, port: 80}, {name: other, port: 80}]
                - backendRefs: [{name: other, port: 80}]
                """),
        Case(
            name: "the same header in the source: kept where it holds, dropped where it cannot", routes: .matching([beta]),
            rules: """
                - matches: [{headers: [{name: X-Beta, value: "1"}]}, {headers: [{name: x-beta, value: "2"}]}]
                  backendRefs: [{name: web, port: 80}]
                - matches: [{headers: [{name: x-beta, value: "2"}]}]
                  backendRefs: [{name: web, port: 80}]
                """,
            wanted: """
                - matches: [{headers: [{name: X-Beta, value: "1"}]}]
                  backendRefs: [{name: web--next, port: 80}]
                - matches: [{headers: [{name: X-Beta, value: "1"}]}, {headers: [{name: x-beta, value: "2"}]}]
                  backendRefs: [{name: web--stable, port: 80}]
                - matches: [{headers: [{name: x-beta, value: "2"}]}]
                  backendRefs: [{name: web--stable, port: 80}]
                """),
        Case(
            name: "copies of a part", routes: .mirror(25),
            rules:
                "[{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x]}}], backendRefs: [{name: web, port: 80, weight: 3}]}]",
            wanted: """
                - filters:
                  - {type: RequestHeaderModifier, requestHeaderModifier: {remove: [x]}}
                  - {type: RequestMirror, requestMirror: {backendRef: {name: web--next, port: 80}, percent: 25}}
                  backendRefs: [{name: web--stable, port: 80, weight: 3}]
                """),
        Case(
            name: "copies of all need no percentage", routes: .mirror(100),
            rules: "[{backendRefs: [{name: web, port: 80}, {name: idle, port: 80, weight: 0}]}]",
            wanted: """
                - filters: [{type: RequestMirror, requestMirror: {backendRef: {name: web--next, port: 80}}}]
                  backendRefs: [{name: web--stable, port: 80}, {name: idle, port: 80, weight: 0}]
                """),
        Case(
            name: "as git says", routes: .unchanged, rules: "[{backendRefs: [{name: web, port: 80}]}]",
            wanted: "[{backendRefs: [{name: web, port: 80}]}]"),
    ]

    @Test(arguments: cases) func rulesLeadToTheArms(_ one: Case) throws {
        for version in ["v1", "v1beta1"] {
            var route = try #require(
                Object([
                    "apiVersion": "gateway.networking.k8s.io/\(version)", "kind": "HTTPRoute",
                    "metadata": ["name": "r", "namespace": "shop"],
                ]))
            route.value[path: "spec", "rules"] = try YAML.parse(one.rules)
            let result = try Shop.overlay(one.routes, on: try Shop.application() + [route])
            let found = try #require(result.named("HTTPRoute", "r"))
            try expectSame(found.value[path: "spec", "rules"], one.wanted)
            var rest = found
            rest.value[path: "spec", "rules"] = route.value[path: "spec", "rules"]
            #expect(rest == route)
        }
    }

    static let refusals: [(RolloutOverlay.Routes, String, String)] = [
        (.weight(5), "[{backendRefs: [{name: web, port: 80, weight: -1}]}]", "weight is no number"),
        (.weight(5), "[{backendRefs: [{name: web, port: 80, weight: 9223372036854775807}]}]", "weight is no number"),
        (.weight(5), "[{backendRefs: [{name: web, port: 80, weight: many}]}]", "weight is no number"),
        (.mirror(5), "[{backendRefs: [{name: web, port: 80}, {name: other, port: 80}]}]", "more than one backend"),
        (
            .matching([mobile]),
            "[{matches: [{headers: [{name: User-Agent, type: RegularExpression, value: curl}]}], backendRefs: [{name: web, port: 80}]}]",
            "cannot be joined"
        ),
        (
            .matching([beta]), "[" + [String](repeating: "{backendRefs: [{name: web, port: 80}]}", count: 9).joined(separator: ", ") + "]",
            "more than 16 rules"
        ),
        (
            .weight(5), "[{backendRefs: [" + [String](repeating: "{name: web, port: 80}", count: 9).joined(separator: ", ") + "]}]",
            "more than 16 backends"
        ),
    ]

    @Test(arguments: refusals) func whatCannotBeMergedIsSaid(_ routes: RolloutOverlay.Routes, _ rules: String, _ text: String) throws {
        var route = try #require(
            Object(["apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": ["name": "r", "namespace": "shop"]]))
        route.value[path: "spec", "rules"] = try YAML.parse(rules)
        let objects = try Shop.application() + [route]
        let error = #expect(throws: RolloutError.self) { try Shop.overlay(routes, on: objects) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("HTTPRoute \"r\": ") == true)
    }

    @Test func aRouteOfAnotherNamespaceAndOneForGRPC() throws {
        let result = try Shop.overlay(
            .weight(50),
            on: try Shop.application(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: far, namespace: edge}
                spec: {rules: [{backendRefs: [{name: web, namespace: shop, port: 80}, {name: web, port: 80}]}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: rpc}
                spec: {rules: [{matches: [{method: {service: s}}], backendRefs: [{name: web, port: 80}]}]}
                """))
        try expectSame(
            result.named("HTTPRoute", "far")?.value["spec"],
            """
            rules:
            - backendRefs:
              - {name: web--stable, namespace: shop, port: 80, weight: 1}
              - {name: web--next, namespace: shop, port: 80, weight: 1}
              - {name: web, port: 80, weight: 2}
            """)
        try expectSame(
            result.named("GRPCRoute", "rpc")?.value["spec"],
            """
            rules:
            - matches: [{method: {service: s}}]
              backendRefs: [{name: web--stable, port: 80, weight: 50}, {name: web--next, port: 80, weight: 50}]
            """)
    }
}
