import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// What a gateway's controller says of a route.
@Suite struct TrafficAcceptanceTests {
    @Test(arguments: [
        (["web"], "True", "ResolvedRefs"), ([], "False", "BackendNotFound"), (["other"], "False", "BackendNotFound"),
    ])
    func aRouteIsAcceptedWithItsServices(services: [String], status: String, reason: String) throws {
        let route = try #require(
            Object(
                try YAML.parse(
                    """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: web, namespace: shop, generation: 7}
                    spec:
                      parentRefs: [{name: public, sectionName: https}, {name: inner, namespace: infra}]
                      rules: [{backendRefs: [{name: web, port: 80}]}]
                    """)))
        let parents = gatewayParents(of: route, services: Set(services.map { ServiceName("shop", $0) }), now: Timestamp(milliseconds: 0))
        #expect(parents.map { $0[path: "parentRef", "name"]?.string } == ["public", "inner"])
        #expect(parents.first?[path: "parentRef", "sectionName"]?.string == "https")
        for parent in parents {
            let conditions = parent["conditions"]?.sequence ?? []
            #expect(conditions.map { $0["type"]?.string } == ["Accepted", "ResolvedRefs"])
            #expect(conditions.first?["status"]?.string == "True")
            #expect(conditions.last?["status"]?.string == status && conditions.last?["reason"]?.string == reason)
            #expect(conditions.allSatisfy { $0["observedGeneration"]?.int == 7 })
        }
    }

    @Test func aRouteWithoutParentsIsNobodys() throws {
        let route = try #require(Object(try YAML.parse("{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web}}")))
        #expect(gatewayParents(of: route, services: [], now: Timestamp(milliseconds: 0)).isEmpty)
    }
}
