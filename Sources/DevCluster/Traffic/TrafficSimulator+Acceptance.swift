internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes
internal import Logging

/// A gateway's word on HTTPRoutes, where no other controller gives it.
extension TrafficSimulator {
    /// Writes `status.parents` of each route that has parents, as soon as it changes. Proxies hear of
    /// the change later (`TrafficOptions.lag`), as with real gateways.
    func acceptRoutes(_ cache: WatchCache) async throws {
        let changes = cache.changes { $0.groupKind == .httpRoute || $0.groupKind == .service }
        try await acceptOnce(cache)
        for await _ in changes { try await acceptOnce(cache) }
    }

    private func acceptOnce(_ cache: WatchCache) async throws {
        guard let resource = try? await client.resource(for: .httpRoute) else { return }
        let services = Set(await cache.objects(.service).map { ServiceName($0.namespace, $0.name) })
        for route in await cache.objects(.httpRoute) where !route.isBeingDeleted {
            let parents = gatewayParents(of: route, services: services, now: time.now)
            guard !parents.isEmpty, withoutTimes(parents) != withoutTimes(route.sequence("status", "parents")) else { continue }
            do throws(ClusterError) {
                let written = try await client.patch(
                    resource, namespace: route.namespace, name: route.name, subresource: "status", ["status": ["parents": .sequence(parents)]],
                    fieldManager: "traffic-simulator")
                await cache.observe(written)
            } catch {
                if error.reason == .cancelled { throw error }
                logger.warning("a route was not accepted", metadata: ["route": "\(route.namespace)/\(route.name)", "error": "\(error)"])
            }
        }
    }
}

/// One entry for each parent: accepted, and whether all of its Services are there (gateway.networking.k8s.io/v1, `RouteStatus`).
func gatewayParents(of route: Object, services: Set<ServiceName>, now: Timestamp) -> [Value] {
    let missing = route.sequence("spec", "rules").flatMap { $0["backendRefs"]?.sequence ?? [] }.compactMap { reference -> ServiceName? in
        let name = ServiceName(reference["namespace"]?.string ?? route.namespace, reference["name"]?.string ?? "")
        return reference["kind"]?.string ?? "Service" == "Service" && !services.contains(name) ? name : nil
    }
    func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Value {
        [
            "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason), "message": .string(message),
            "observedGeneration": .int(route.generation ?? 0), "lastTransitionTime": .string(now.description),
        ]
    }
    let accepted = condition("Accepted", true, "Accepted", "Route is accepted")
    let resolved =
        missing.first.map { condition("ResolvedRefs", false, "BackendNotFound", "Service \"\($0)\" is not there") }
        ?? condition("ResolvedRefs", true, "ResolvedRefs", "All of its Services are there")
    return route.sequence("spec", "parentRefs").map { parent in
        var reference = parent
        reference["group"] = parent["group"] ?? "gateway.networking.k8s.io"
        reference["kind"] = parent["kind"] ?? "Gateway"
        return ["parentRef": reference, "controllerName": "martlet.dev/traffic-simulator", "conditions": [accepted, resolved]]
    }
}

private func withoutTimes(_ parents: [Value]) -> [Value] {
    parents.map { parent in
        var copy = parent
        copy["conditions"] = .sequence(
            (parent["conditions"]?.sequence ?? []).map { condition in
                var condition = condition
                condition["lastTransitionTime"] = nil
                return condition
            })
        return copy
    }
}
