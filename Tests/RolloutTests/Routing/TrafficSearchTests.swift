import Document
import Kubernetes
import Testing

@testable import Rollout

/// What is found, how requests will be split, and what is refused with which words.
@Suite struct TrafficSearchTests {
    static let httpRoute = """
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: front}, spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}
        """
    static let farRoute = """
        {apiVersion: gateway.networking.k8s.io/v1beta1, kind: HTTPRoute, metadata: {name: far, namespace: edge}, spec: {rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}}
        """
    static let virtualService = """
        {apiVersion: networking.istio.io/v1beta1, kind: VirtualService, metadata: {name: mesh, namespace: edge}, spec: {http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}}
        """
    static let connections = """
        {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: wire}, spec: {tcp: [{route: [{destination: {host: web}}]}]}}
        """
    static let ingress = """
        {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: door}, spec: {ingressClassName: nginx, rules: [{host: a, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}}
        """
    static let foreignIngress = """
        {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: gate}, spec: {ingressClassName: alb, rules: [{host: a, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}}
        """
    static let sharing = """
        {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: cache}, spec: {template: {metadata: {labels: {app: web}}}}}
        """
    static let header = RequestMatch(.header, "x-beta", isRegularExpression: false, "1")

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let spec: RolloutSpec
        let objects: [String]
        let mode: RolloutTraffic.Mode
        let routes: [String]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "nothing", spec: Shop.spec(.canary, [.weight(5)]), objects: [], mode: .replicas, routes: []),
        Case(name: "a route", spec: Shop.spec(.canary, [.weight(5)]), objects: [httpRoute], mode: .routes, routes: ["front"]),
        Case(
            name: "all kinds at once", spec: Shop.spec(.canary, [.weight(5)]),
            objects: [httpRoute, farRoute, virtualService, connections, ingress], mode: .routes,
            routes: ["far", "front", "mesh", "wire", "door"]),
        Case(
            name: "what the Ingress cannot do is left to the route", spec: Shop.spec(.mirror, [.mirror(5)]),
            objects: [httpRoute, ingress, connections],
            mode: .routes, routes: ["front", "wire"]),
        Case(
            name: "what the Ingress can do it does", spec: Shop.spec(.abTest, [.matching], matches: [header]),
            objects: [httpRoute, ingress], mode: .routes,
            routes: ["front", "door"]),
        Case(
            name: "another class of Ingress", spec: Shop.spec(.canary, [.weight(5)]), objects: [foreignIngress], mode: .replicas, routes: []
        ),
        Case(name: "none", spec: Shop.spec(.canary, [.weight(5)], traffic: .none), objects: [httpRoute], mode: .replicas, routes: []),
        Case(
            name: "one by name", spec: Shop.spec(.canary, [.weight(5)], traffic: .httpRoute("front")),
            objects: [httpRoute, virtualService], mode: .routes, routes: ["front"]),
        Case(
            name: "one by name elsewhere", spec: Shop.spec(.canary, traffic: .virtualService("mesh")),
            objects: [httpRoute, virtualService], mode: .routes, routes: ["mesh"]),
        Case(
            name: "an Ingress by name", spec: Shop.spec(.canary, traffic: .ingress("door")), objects: [ingress, httpRoute], mode: .routes,
            routes: ["door"]),
        Case(
            name: "blue-green by a route", spec: Shop.spec(.blueGreen, [.preview, .weight(100)]), objects: [httpRoute], mode: .routes,
            routes: ["front"]),
        Case(
            name: "blue-green by the selector", spec: Shop.spec(.blueGreen, [.preview, .weight(100)]), objects: [foreignIngress],
            mode: .selector, routes: []),
        Case(
            name: "ramped goes by pods", spec: Shop.spec(.ramped, [.weight(5)]), objects: [httpRoute, sharing], mode: .replicas, routes: []),
        Case(name: "recreate has no traffic", spec: Shop.spec(.recreate), objects: [httpRoute], mode: .replicas, routes: []),
        Case(
            name: "a canary by pods may share its Service", spec: Shop.spec(.canary, [.weight(5)]), objects: [sharing], mode: .replicas,
            routes: []),
        Case(
            name: "what Martlet leaves alone is not used", spec: Shop.spec(.canary, [.weight(5)]),
            objects: [
                "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: front, annotations: {martlet.dev/ignore: 'true'}}, spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}"
            ], mode: .replicas, routes: []),
    ]

    @Test(arguments: cases) func whatIsFound(_ one: Case) throws {
        let objects = try Shop.objects(([Shop.deployment, Shop.service] + one.objects).joined(separator: "\n---\n"))
        let found = try Shop.search(one.spec, objects)
        #expect(found.mode == one.mode)
        #expect(found.services.map(\.name) == ["web"])
        #expect(found.routes.map(\.name) == one.routes)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let spec: RolloutSpec
        let objects: [String]
        let text: String
        var hasService = true
        var testDescription: String { text }
    }

    static let refusals: [Refusal] = [
        Refusal(
            spec: Shop.spec(.canary, traffic: .httpRoute("frnt")), objects: [httpRoute, farRoute],
            text: "no HTTPRoute \"frnt\", did you mean \"httproute/front\"?"),
        Refusal(
            spec: Shop.spec(.canary, traffic: .virtualService("front")), objects: [httpRoute],
            text: "no VirtualService \"front\", did you mean \"httproute/front\"?"),
        Refusal(spec: Shop.spec(.canary, traffic: .ingress("gate")), objects: [foreignIngress], text: "not of the class of ingress-nginx"),
        Refusal(
            spec: Shop.spec(.canary, traffic: .httpRoute("other")),
            objects: [
                "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: other}, spec: {rules: [{backendRefs: [{name: api, port: 80}]}]}}"
            ],
            text: "does not lead to \"web\": its Services are \"web\""),
        Refusal(
            spec: Shop.spec(.canary, traffic: .httpRoute("front")), objects: [httpRoute], text: "no Service of the application selects",
            hasService: false),
        Refusal(
            spec: Shop.spec(.abTest, [.matching], matches: [header]), objects: [foreignIngress],
            text: "needs a route that can tell requests apart"),
        Refusal(
            spec: Shop.spec(.abTest, [.matching], matches: [header], traffic: .none), objects: [httpRoute],
            text: "take away \"martlet.dev/traffic: none\""),
        Refusal(spec: Shop.spec(.mirror, [.mirror(5)]), objects: [], text: "needs a route that can send copies of requests"),
        Refusal(spec: Shop.spec(.mirror, [.mirror(5)]), objects: [ingress], text: "ingress-nginx cannot send copies"),
        Refusal(spec: Shop.spec(.mirror, [.mirror(5)]), objects: [connections], text: "sees HTTP requests"),
        Refusal(spec: Shop.spec(.blueGreen, [.preview]), objects: [], text: "no Service of the application selects", hasService: false),
        Refusal(
            spec: Shop.spec(.abTest, [.matching], matches: [RequestMatch(.cookie, "a", isRegularExpression: false, "1")]),
            objects: [ingress],
            text: "one cookie = \"always\""),
        Refusal(
            spec: Shop.spec(.canary, [.weight(5)]), objects: [httpRoute, sharing],
            text: "Service \"web\" selects pods of StatefulSet \"cache\" too"),
        Refusal(spec: Shop.spec(.blueGreen, [.preview]), objects: [sharing], text: "selects pods of StatefulSet \"cache\" too"),
        Refusal(
            spec: Shop.spec(.canary, [.weight(5)]),
            objects: [
                ingress,
                ingress.replacing("{name: door}", with: "{name: mine, annotations: {nginx.ingress.kubernetes.io/canary: 'true'}}")
                    .replacing("name: web", with: "name: x"),
            ],
            text: "Ingress \"mine\" is a canary of the same host already"),
        Refusal(
            spec: Shop.spec(.canary, [.weight(5)]),
            objects: [ingress.replacing("{name: door}", with: "{name: mine, annotations: {nginx.ingress.kubernetes.io/canary: 'true'}}")],
            text: "it is itself a canary"),
        Refusal(
            spec: Shop.spec(.canary, [.weight(5)]), objects: [connections.replacing("host: web", with: "host: web, subset: v1")],
            text: "no DestinationRule"),
        Refusal(
            spec: Shop.spec(.canary, [.weight(5)]),
            objects: [
                connections.replacing("host: web", with: "host: web, subset: v1"),
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d}, spec: {host: web, subsets: [{name: v1, labels: {version: v1}}]}}",
            ], text: "whose labels the new pods of \"web\" do not have"),
    ]

    @Test(arguments: refusals) func whatIsRefused(_ one: Refusal) throws {
        let objects = try Shop.objects(
            ([Shop.deployment] + (one.hasService ? [Shop.service] : []) + one.objects).joined(separator: "\n---\n"))
        let error = #expect(throws: RolloutError.self) { try Shop.search(one.spec, objects) }
        #expect(error?.description.contains(one.text) == true, "\(error?.description ?? "")")
        #expect(error?.workload == Shop.workload)
    }

    static let services: [(String, Bool)] = [
        ("{selector: {app: web}}", true), ("{selector: {app: web, tier: front}}", true), ("{selector: {app: web, tier: back}}", false),
        ("{selector: {}}", false), ("{}", false), ("{selector: null}", false), ("{selector: [app]}", false),
        ("{selector: {app: 1}}", false),
        ("{selector: {app: web}, type: ExternalName, externalName: a.b}", false), ("{selector: {app: web}, clusterIP: None}", true),
        ("{selector: {app: web}, clusterIP: None, publishNotReadyAddresses: true}", false),
    ]

    @Test(arguments: services) func whichServicesLeadToThePods(_ spec: String, _ leads: Bool) throws {
        let objects = try Shop.objects(Shop.deployment + "\n---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: \(spec)}")
        #expect(try Shop.search(Shop.spec(.canary), objects).services.map(\.name) == (leads ? ["s"] : []))
    }

    @Test func aServiceOfPeersWithARouteIsOneOfRequests() throws {
        let service =
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, clusterIP: None, publishNotReadyAddresses: true}}"
        let objects = try Shop.objects([Shop.deployment, service, Self.httpRoute].joined(separator: "\n---\n"))
        #expect(try Shop.search(Shop.spec(.canary), objects).services.map(\.name) == ["web"])
    }

    @Test func ofAnotherNamespaceIsAnotherWorkload() throws {
        let objects = try Shop.objects(
            Shop.deployment + "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: test}, spec: {selector: {app: web}}}"
        )
        #expect(try Shop.search(Shop.spec(.canary), objects).services.isEmpty)
    }

    @Test func aNameInSeveralNamespaces() throws {
        func route(_ namespace: String, _ version: String = "v1") -> String {
            "{apiVersion: gateway.networking.k8s.io/\(version), kind: HTTPRoute, metadata: {name: r, namespace: \(namespace)}, spec: {rules: [{backendRefs: [{name: web, namespace: shop}]}]}}"
        }
        func found(_ routes: String...) throws -> [String] {
            let objects = try Shop.objects(([Shop.deployment, Shop.service] + routes).joined(separator: "\n---\n"))
            return try Shop.search(Shop.spec(.canary, traffic: .httpRoute("r")), objects).routes.map(\.namespace)
        }
        #expect(try found(route("a"), route("shop")) == ["shop"])
        #expect(try found(route("a"), route("shop").replacing("name: web", with: "name: api")) == ["a"])
        let error = #expect(throws: RolloutError.self) { try found(route("a"), route("b")) }
        #expect(error?.description.contains("in the namespaces \"a\", \"b\"") == true)
        let old = #expect(throws: RolloutError.self) { try found(route("shop", "v1alpha1")) }
        #expect(old?.description.contains("version \"v1alpha1\"") == true)
    }

    /// The labels of the pods and the selector in one commit: the running pods would be cut off.
    @Test func aSelectorThatTheRunningPodsDoNotMatch() throws {
        let objects = try Shop.application(Self.httpRoute)
        let deployment = try #require(objects.first)
        var running = deployment
        running.value[path: "spec", "template", "metadata", "labels"] = ["app": "web-old"]
        for spec in [Shop.spec(.canary, [.weight(5)]), Shop.spec(.blueGreen, [.preview], traffic: .none)] {
            #expect(throws: Never.self) { try traffic(for: spec, workload: deployment, running: deployment, among: objects) }
            let error = #expect(throws: RolloutError.self) {
                try traffic(for: spec, workload: deployment, running: running, among: objects)
            }
            #expect(error?.description.contains("Service \"web\" selects \"app=web\", which the running pods") == true)
        }
        #expect(throws: Never.self) {
            try traffic(for: Shop.spec(.ramped, [.weight(5)]), workload: deployment, running: running, among: objects)
        }
    }

    @Test func aSubsetOfTheNewPodsIsFine() throws {
        let objects = try Shop.application(
            Self.connections.replacing("host: web", with: "host: web, subset: all"),
            "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d}, spec: {host: web, subsets: [{name: all, labels: {tier: front}}]}}"
        )
        #expect(try Shop.search(Shop.spec(.canary, [.weight(5)]), objects).routes.map(\.name) == ["wire"])
    }
}
