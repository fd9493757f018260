import Document
import Kubernetes
import Testing

@testable import Rollout

/// What a live route says: whether controllers go by it, and whether its weights are what a rollout wants.
@Suite struct RouteStateTests {
    static let condition =
        "{type: Accepted, status: 'True', reason: Accepted, observedGeneration: 4}, {type: ResolvedRefs, status: 'True', reason: ResolvedRefs, observedGeneration: 4}"

    static let reports: [(String, TrafficAcceptance)] = [
        ("[{parentRef: {name: gw}, conditions: [\(condition)]}]", .accepted),
        (
            "[{parentRef: {group: gateway.networking.k8s.io, kind: Gateway, namespace: shop, name: gw}, conditions: [\(condition)]}]",
            .accepted
        ),
        ("[{parentRef: {name: gw}, conditions: [\(condition.replacing(", observedGeneration: 4", with: ""))]}]", .accepted),
        ("[]", .waiting("no gateway's controller has reported on HTTPRoute \"r\" yet")),
        (
            "[{parentRef: {name: former}, conditions: [\(condition)]}]",
            .waiting("no gateway's controller has reported on HTTPRoute \"r\" yet")
        ),
        ("null", .waiting("no gateway's controller has reported on HTTPRoute \"r\" yet")),
        (
            "[{parentRef: {name: gw}, conditions: [\(condition.replacing("observedGeneration: 4", with: "observedGeneration: 3"))]}]",
            .waiting("gateway \"gw\" has not taken note of the last change of HTTPRoute \"r\"")
        ),
        ("[{parentRef: {name: gw}, conditions: []}]", .waiting("gateway \"gw\" has not taken note of the last change of HTTPRoute \"r\"")),
        (
            "[{parentRef: {name: gw}, conditions: [{type: Accepted, status: 'True', observedGeneration: 4}, {type: ResolvedRefs, status: 'False', reason: BackendNotFound, message: no web--next, observedGeneration: 4}]}]",
            .waiting("gateway \"gw\" does not yet serve HTTPRoute \"r\": BackendNotFound: no web--next")
        ),
        (
            "[{parentRef: {name: gw}, conditions: [{type: Accepted, status: 'True', observedGeneration: 4}, {type: ResolvedRefs, status: 'False', reason: RefNotPermitted, message: '', observedGeneration: 4}]}]",
            .refused("gateway \"gw\" does not take HTTPRoute \"r\": RefNotPermitted")
        ),
        (
            "[{parentRef: {name: gw}, conditions: [{type: Accepted, status: Unknown, observedGeneration: 4}]}]",
            .waiting("gateway \"gw\" does not say whether it takes HTTPRoute \"r\": ")
        ),
        (
            "[{parentRef: {name: gw}, conditions: [\(condition), {type: PartiallyInvalid, status: 'True', reason: UnsupportedValue, message: rule 2, observedGeneration: 4}]}]",
            .refused("gateway \"gw\" leaves out a part of HTTPRoute \"r\": UnsupportedValue: rule 2")
        ),
        (
            "[{parentRef: {name: gw}, conditions: [\(condition)]}, {parentRef: {name: gw2}, conditions: []}]",
            .waiting("gateway \"gw2\" has not taken note of the last change of HTTPRoute \"r\"")
        ),
        // Two parents, one that nobody serves.
        ("[{parentRef: {name: gw2}, conditions: [\(condition)]}]", .accepted),
    ]

    @Test(arguments: reports) func whatGatewaysReport(_ parents: String, _ wanted: TrafficAcceptance) throws {
        let objects = try Shop.objects(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r, generation: 4}
            spec: {parentRefs: [{name: gw}, {name: gw2}]}
            status: {parents: \(parents)}
            """)
        #expect(isAccepted(try #require(objects.first)) == wanted)
    }

    @Test func othersReportNothing() throws {
        for object in try Shop.objects(RoutingPropertyTests.routes.dropFirst().joined(separator: "\n---\n")) {
            #expect(isAccepted(object) == .accepted)
        }
    }

    static let overlays = RoutingPropertyTests.overlays

    /// Each overlay is in force on what it made, and on nothing else.
    @Test(arguments: RoutingPropertyTests.routes.dropLast(), overlays) func whatIsInForce(_ text: String, _ made: RolloutOverlay.Routes)
        throws
    {
        let objects = try Shop.objects([Shop.deployment, Shop.service, text].joined(separator: "\n---\n"))
        let traffic = try Shop.search(Shop.spec(.canary, [.weight(5)]), objects)
        let route = try #require(try Shop.overlay(made, on: objects).first { $0.key == objects.last?.key })
        for asked in Self.overlays {
            let isSame =
                switch (made, asked) {
                case (.matching, .matching): true
                case (.all(.stable), .weight(0)), (.weight(0), .all(.stable)), (.all(.next), .weight(100)), (.weight(100), .all(.next)):
                    true
                default: made == asked
                }
            let answer = missing(RolloutOverlay(pin: "old", arms: Shop.arms, routes: asked), on: route, traffic: traffic)
            #expect((answer == nil) == isSame, "\(asked) on \(made): \(answer ?? "in force")")
            #expect(answer?.hasPrefix("\(route.kind) \"") ?? true)
        }
    }

    @Test func aPercentageThatAnOldDefinitionDropsShows() throws {
        let objects = try Shop.application(
            "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}"
        )
        let overlay = RolloutOverlay(pin: "old", arms: Shop.arms, routes: .mirror(10))
        var route = try #require(try Shop.overlay(overlay.routes, on: objects).named("HTTPRoute", "r"))
        let traffic = RolloutTraffic(mode: .routes, services: [try #require(objects.named("Service", "web")).key])
        #expect(missing(overlay, on: route, traffic: traffic) == nil)
        route.value[path: "spec", "rules"] = try YAML.parse(
            "[{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: web--next, port: 80}}}], backendRefs: [{name: web--stable, port: 80}]}]"
        )
        #expect(missing(overlay, on: route, traffic: traffic) != nil)
    }

    @Test func theCanaryIngress() throws {
        let objects = try Shop.application(IngressRouterTests.ingress)
        let traffic = RolloutTraffic(mode: .routes, services: [try #require(objects.named("Service", "web")).key])
        for made in Self.overlays {
            if case .mirror = made { continue }
            if case .matching(let matches) = made, matches.first?.source == .cookie || matches.first?.value.contains("?") == true {
                continue
            }
            let result = try Shop.overlay(made, on: objects)
            let overlay = RolloutOverlay(pin: "old", arms: Shop.arms, routes: made)
            for ingress in result where ingress.kind == "Ingress" { #expect(missing(overlay, on: ingress, traffic: traffic) == nil) }
            if let canary = result.first(where: { $0.kind == "Ingress" && $0.label(armLabel) != nil }) {
                #expect(missing(.none, on: canary, traffic: traffic) != nil)
                #expect(missing(RolloutOverlay(arms: Shop.arms, routes: .weight(77)), on: canary, traffic: traffic) != nil)
            }
        }
    }

    /// Connections only: they stay at the stable version while an HTTPRoute beside them tells requests apart.
    @Test func connectionsInAnABTest() throws {
        let objects = try Shop.application(TrafficSearchTests.connections)
        let traffic = RolloutTraffic(mode: .routes, services: [try #require(objects.named("Service", "web")).key])
        for routes in [RolloutOverlay.Routes.mirror(10), .matching([TrafficSearchTests.header])] {
            let route = try #require(try Shop.overlay(routes, on: objects).named("VirtualService", "wire"))
            #expect(missing(RolloutOverlay(arms: Shop.arms, routes: routes), on: route, traffic: traffic) == nil)
            #expect(missing(RolloutOverlay(arms: Shop.arms, routes: .all(.stable)), on: route, traffic: traffic) == nil)
        }
    }

    /// The way back without git finds no arm any more.
    @Test(arguments: RoutingPropertyTests.routes.dropLast(), overlays) func restoringTakesAllArmsOut(
        _ text: String, _ made: RolloutOverlay.Routes
    ) throws {
        let objects = try Shop.objects([Shop.deployment, Shop.service, text].joined(separator: "\n---\n"))
        let traffic = try Shop.search(Shop.spec(.canary, [.weight(5)]), objects)
        let services = RoutedServices(traffic.services)
        let route = try #require(try Shop.overlay(made, on: objects).first { $0.key == objects.last?.key })
        let restored = withoutArms(route, of: services) ?? route
        #expect(missing(.none, on: restored, traffic: traffic) == nil)
        for rule in (restored.value["spec"]?.mapping?.entries ?? []) { #expect(!YAML.write(rule.value).contains("web--")) }
    }
}
