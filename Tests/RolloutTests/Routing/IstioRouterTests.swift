import Document
import Kubernetes
import Testing

@testable import Rollout

/// VirtualService: each kind of overlay on each shape of rule.
@Suite struct IstioRouterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let routes: RolloutOverlay.Routes
        let spec: String
        let wanted: String
        var testDescription: String { name }
    }

    static let beta = RequestMatch(.header, "X-Beta", isRegularExpression: false, "1")
    static let mobile = RequestMatch(.header, "user-agent", isRegularExpression: true, "iphone")

    static let cases: [Case] = [
        Case(
            name: "every spelling of the host", routes: .weight(5),
            spec: """
                hosts: [web.example.com]
                http:
                - route: [{destination: {host: web}}]
                - route: [{destination: {host: web.shop, port: {number: 80}}, weight: 100}]
                - route: [{destination: {host: web.shop.svc}, weight: 0}]
                - route: [{destination: {host: web.shop.svc.cluster.local}, headers: {request: {remove: [x]}}}]
                - route: [{destination: {host: web.other.svc.cluster.local}}]
                - route: [{destination: {host: web.shop.example.com}}]
                """,
            wanted: """
                hosts: [web.example.com]
                http:
                - route: [{destination: {host: web--stable}, weight: 95}, {destination: {host: web--next}, weight: 5}]
                - route:
                  - {destination: {host: web--stable.shop, port: {number: 80}}, weight: 95}
                  - {destination: {host: web--next.shop, port: {number: 80}}, weight: 5}
                - route: [{destination: {host: web--stable.shop.svc}, weight: 95}, {destination: {host: web--next.shop.svc}, weight: 5}]
                - route:
                  - {destination: {host: web--stable.shop.svc.cluster.local}, headers: {request: {remove: [x]}}, weight: 95}
                  - {destination: {host: web--next.shop.svc.cluster.local}, headers: {request: {remove: [x]}}, weight: 5}
                - route: [{destination: {host: web.other.svc.cluster.local}}]
                - route: [{destination: {host: web.shop.example.com}}]
                """),
        Case(
            name: "others keep their share; without a weight they have none", routes: .weight(25),
            spec:
                "http: [{route: [{destination: {host: web}, weight: 80}, {destination: {host: old}, weight: 20}, {destination: {host: idle}}]}]",
            wanted: """
                http:
                - route:
                  - {destination: {host: web--stable}, weight: 60}
                  - {destination: {host: web--next}, weight: 20}
                  - {destination: {host: old}, weight: 20}
                  - {destination: {host: idle}}
                """),
        Case(
            name: "connections are split too", routes: .weight(10),
            spec: """
                tcp: [{match: [{port: 5432}], route: [{destination: {host: web, port: {number: 5432}}}]}]
                tls: [{match: [{sniHosts: [a]}], route: [{destination: {host: web}, weight: 50}, {destination: {host: old}, weight: 50}]}]
                """,
            wanted: """
                tcp:
                - match: [{port: 5432}]
                  route:
                  - {destination: {host: web--stable, port: {number: 5432}}, weight: 90}
                  - {destination: {host: web--next, port: {number: 5432}}, weight: 10}
                tls:
                - match: [{sniHosts: [a]}]
                  route:
                  - {destination: {host: web--stable}, weight: 45}
                  - {destination: {host: web--next}, weight: 5}
                  - {destination: {host: old}, weight: 50}
                """),
        Case(
            name: "redirects, delegates and answers stay", routes: .all(.next),
            spec: """
                http:
                - {match: [{uri: {exact: /old}}], redirect: {uri: /new}}
                - {delegate: {name: web, namespace: shop}}
                - {directResponse: {status: 503}}
                - {name: rest, retries: {attempts: 3}, fault: {abort: {httpStatus: 500, percentage: {value: 0.1}}}, route: [{destination: {host: web}}]}
                """,
            wanted: """
                http:
                - {match: [{uri: {exact: /old}}], redirect: {uri: /new}}
                - {delegate: {name: web, namespace: shop}}
                - {directResponse: {status: 503}}
                - {name: rest, retries: {attempts: 3}, fault: {abort: {httpStatus: 500, percentage: {value: 0.1}}}, route: [{destination: {host: web--next}}]}
                """),
        Case(
            name: "a match right before its source; connections to the stable arm", routes: .matching([beta]),
            spec: """
                http:
                - {name: first, match: [{uri: {prefix: /a}, gateways: [mesh]}, {withoutHeaders: {x: {}}}], route: [{destination: {host: web}}]}
                - {route: [{destination: {host: web}}]}
                tcp: [{route: [{destination: {host: web}}]}]
                """,
            wanted: """
                http:
                - name: first--next
                  match: [{uri: {prefix: /a}, gateways: [mesh], headers: {x-beta: {exact: "1"}}}, {withoutHeaders: {x: {}}, headers: {x-beta: {exact: "1"}}}]
                  route: [{destination: {host: web--next}}]
                - {name: first, match: [{uri: {prefix: /a}, gateways: [mesh]}, {withoutHeaders: {x: {}}}], route: [{destination: {host: web--stable}}]}
                - {match: [{headers: {x-beta: {exact: "1"}}}], route: [{destination: {host: web--next}}]}
                - {route: [{destination: {host: web--stable}}]}
                tcp: [{route: [{destination: {host: web--stable}}]}]
                """),
        Case(
            name: "the same header in the source", routes: .matching([beta]),
            spec: """
                http:
                - {match: [{headers: {x-beta: {exact: "1"}}}, {headers: {x-beta: {exact: "2"}}}, {headers: {x-beta: {}}}, {headers: {x-beta: {prefix: "1"}}}, {headers: {x-beta: {prefix: "2"}}}], route: [{destination: {host: web}}]}
                """,
            wanted: """
                http:
                - {match: [{headers: {x-beta: {exact: "1"}}}, {headers: {x-beta: {exact: "1"}}}, {headers: {x-beta: {exact: "1"}}}], route: [{destination: {host: web--next}}]}
                - {match: [{headers: {x-beta: {exact: "1"}}}, {headers: {x-beta: {exact: "2"}}}, {headers: {x-beta: {}}}, {headers: {x-beta: {prefix: "1"}}}, {headers: {x-beta: {prefix: "2"}}}], route: [{destination: {host: web--stable}}]}
                """),
        Case(
            name: "copies of a part", routes: .mirror(25),
            spec: "http: [{route: [{destination: {host: web, port: {number: 80}}}]}]",
            wanted: """
                http:
                - route: [{destination: {host: web--stable, port: {number: 80}}}]
                  mirror: {host: web--next, port: {number: 80}}
                  mirrorPercentage: {value: 25}
                """),
        Case(
            name: "copies beside git's own", routes: .mirror(100),
            spec: """
                http:
                - {route: [{destination: {host: web}}], mirror: {host: audit}, mirrorPercent: 10}
                - {route: [{destination: {host: web}}], mirrors: [{destination: {host: audit}, percentage: {value: 1.5}}]}
                - {route: [{destination: {host: other}}], mirror: {host: audit}}
                """,
            wanted: """
                http:
                - route: [{destination: {host: web--stable}}]
                  mirrors: [{destination: {host: audit}, percentage: {value: 10}}, {destination: {host: web--next}, percentage: {value: 100}}]
                - route: [{destination: {host: web--stable}}]
                  mirrors: [{destination: {host: audit}, percentage: {value: 1.5}}, {destination: {host: web--next}, percentage: {value: 100}}]
                - {route: [{destination: {host: other}}], mirror: {host: audit}}
                """),
    ]

    private func virtualService(_ spec: String, _ version: String = "v1") throws -> Object {
        try #require(
            Object([
                "apiVersion": "networking.istio.io/\(version)", "kind": "VirtualService", "metadata": ["name": "v", "namespace": "shop"],
                "spec": try YAML.parse(spec),
            ]))
    }

    @Test(arguments: cases) func rulesLeadToTheArms(_ one: Case) throws {
        for version in ["v1", "v1beta1", "v1alpha3"] {
            let result = try Shop.overlay(one.routes, on: try Shop.application() + [virtualService(one.spec, version)])
            try expectSame(result.named("VirtualService", "v")?.value["spec"], one.wanted)
        }
    }

    static let refusals: [(RolloutOverlay.Routes, String, String)] = [
        (.weight(5), "http: [{route: [{destination: {host: web}, weight: -5}]}]", "weight is no number"),
        (.weight(5), "tcp: [{route: [{destination: {host: web}, weight: 99999999999}]}]", "weight is no number"),
        (
            .mirror(5), "http: [{route: [{destination: {host: web}, weight: 1}, {destination: {host: b}, weight: 1}]}]",
            "more than one destination"
        ),
        (
            .matching([mobile]), "http: [{match: [{headers: {user-agent: {regex: a}}}], route: [{destination: {host: web}}]}]",
            "cannot be joined"
        ),
        (
            .matching([RequestMatch(.header, "Method", isRegularExpression: false, "x")]), "http: [{route: [{destination: {host: web}}]}]",
            "cannot match a header named"
        ),
    ]

    @Test(arguments: refusals) func whatCannotBeMergedIsSaid(_ routes: RolloutOverlay.Routes, _ spec: String, _ text: String) throws {
        let objects = try Shop.application() + [virtualService(spec)]
        let error = #expect(throws: RolloutError.self) { try Shop.overlay(routes, on: objects) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }
}
