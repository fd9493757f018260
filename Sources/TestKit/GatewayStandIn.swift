internal import Basics
package import Cluster
internal import Document
internal import Kubernetes

/// Reports on HTTPRoutes as a gateway's controller does: each generation is accepted a moment after it is written
/// (`status.parents`, Gateway API v1). Without one no route ever counts as being in force.
package struct GatewayStandIn: Sendable {
    private let client: ClusterClient
    private let interval: Duration

    package init(client: ClusterClient, interval: Duration = .milliseconds(100)) {
        self.client = client
        self.interval = interval
    }

    /// Until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            if let resource = try? await client.resource(for: GroupKind(group: "gateway.networking.k8s.io", kind: "HTTPRoute")),
                let routes = try? await client.list(resource).items
            {
                for route in routes where route.value[path: "status", "parents"]?[0]?["conditions"]?[0]?["observedGeneration"]?.int != route.generation {
                    _ = try? await client.patch(
                        resource, namespace: route.namespace, name: route.name, subresource: "status", ["status": status(of: route)],
                        fieldManager: "gateway")
                }
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func status(of route: Object) -> Value {
        let conditions = ["Accepted", "ResolvedRefs"].map { type -> Value in
            [
                "type": .string(type), "status": "True", "reason": .string(type), "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
                "observedGeneration": .int(route.generation ?? 0),
            ]
        }
        return [
            "parents": .sequence(
                (route.value[path: "spec", "parentRefs"]?.sequence ?? []).map { parent in
                    ["parentRef": parent, "controllerName": "example.com/gateway", "conditions": .sequence(conditions)]
                })
        ]
    }
}
