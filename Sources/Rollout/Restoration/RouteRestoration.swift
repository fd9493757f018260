import Document
import Kubernetes

/// A live route with what a rollout made of it taken back: where it led to arms it leads to the user's Services.
///
/// - Returns: Nil where it does not lead to any arm.
func withoutArms(_ route: Object, of services: RoutedServices) -> Object? {
    let restored: Object
    switch route.gvk.group {
    case gatewayGroup: restored = ArmsRemoval(services: services, namespace: route.namespace).gatewayRoute(route)
    case "networking.istio.io" where route.kind == "VirtualService":
        restored = ArmsRemoval(services: services, namespace: route.namespace).virtualService(route)
    default: return nil
    }
    return restored == route ? nil : restored
}

private struct ArmsRemoval {
    let services: RoutedServices
    /// Of the route.
    let namespace: String

    /// A Service behind an arm's name.
    private func target(_ name: String, _ namespace: String) -> (service: String, arm: Arm)? {
        guard let arm = services.arm(name, in: namespace), let service = services.user(of: name, in: namespace) else { return nil }
        return (service, arm)
    }

    /// The rules as they were, without those for matching requests: such a one leads to the next arm alone, and is
    /// but for its matches and its name what another rule is that leads to the stable one.
    private func withoutAdded(_ rules: [(before: Value, arms: Set<Arm>)], matches: String) -> [Value] {
        func body(_ rule: Value) -> Value {
            var rule = rule
            (rule[matches], rule["name"]) = (nil, nil)
            return rule
        }
        let stable = Set(rules.filter { $0.arms == [.stable] }.map { body($0.before) })
        return rules.filter { $0.arms != [.next] || !stable.contains(body($0.before)) }.map(\.before)
    }

    // MARK: Gateway API

    func gatewayRoute(_ route: Object) -> Object {
        var route = route
        let rules = route.value[path: "spec", "rules"]?.sequence ?? []
        let kept = withoutAdded(rules.map { (gatewayRule($0), arms: Set(references($0).compactMap { $0?.arm })) }, matches: "matches")
        if kept != rules { route.value[path: "spec", "rules"] = .sequence(kept) }
        return route
    }

    /// Where a rule's backends lead; nil for what is no arm.
    private func references(_ rule: Value) -> [(service: String, arm: Arm)?] {
        (rule["backendRefs"]?.sequence ?? []).map(target)
    }

    private func target(_ reference: Value) -> (service: String, arm: Arm)? {
        guard reference["kind"]?.string ?? "Service" == "Service" else { return nil }
        return target(reference["name"]?.string ?? "", reference["namespace"]?.string ?? namespace)
    }

    private func gatewayRule(_ rule: Value) -> Value {
        var rule = rule
        if let references = rule["backendRefs"]?.sequence, references.contains(where: { target($0) != nil }) {
            rule["backendRefs"] = .sequence(joined(references, weight: "weight", target) { $0["name"] = .string($1) })
        }
        if let filters = rule["filters"]?.sequence {
            let kept = filters.compactMap { filter -> Value? in
                guard filter["type"]?.string == "RequestMirror", let found = filter[path: "requestMirror", "backendRef"].flatMap(target)
                else { return filter }
                guard found.arm == .stable else { return nil }
                var filter = filter
                filter[path: "requestMirror", "backendRef", "name"] = .string(found.service)
                return filter
            }
            if kept != filters { rule["filters"] = kept.isEmpty ? nil : .sequence(kept) }
        }
        return rule
    }

    // MARK: Istio

    func virtualService(_ route: Object) -> Object {
        var route = route
        for list in ["http", "tcp", "tls"] {
            guard let rules = route.value[path: "spec", list]?.sequence else { continue }
            let kept = withoutAdded(
                rules.map { rule in
                    let hosts = (rule["route"]?.sequence ?? []).map { $0[path: "destination", "host"] }
                    return (virtualRule(rule), arms: Set(hosts.compactMap { target(host: $0)?.arm }))
                }, matches: "match")
            if kept != rules { route.value[path: "spec", list] = .sequence(kept) }
        }
        return route
    }

    private func istioHost(_ host: Value?) -> IstioHost? { host?.string.flatMap { IstioHost($0, namespace: namespace) } }

    private func target(host: Value?) -> (service: String, arm: Arm)? {
        istioHost(host).flatMap { target($0.name, $0.namespace) }
    }

    private func virtualRule(_ rule: Value) -> Value {
        var rule = rule
        if let routes = rule["route"]?.sequence, routes.contains(where: { target(host: $0[path: "destination", "host"]) != nil }) {
            rule["route"] = .sequence(
                joined(routes, weight: "weight", { target(host: $0[path: "destination", "host"]) }) { route, service in
                    let host = istioHost(route[path: "destination", "host"])?.renamed(service)
                    route[path: "destination", "host"] = .string(host ?? service)
                })
        }
        if target(host: rule[path: "mirror", "host"])?.arm == .next {
            for field in ["mirror", "mirrorPercentage", "mirrorPercent", "mirror_percent"] { rule[field] = nil }
        }
        if let mirrors = rule["mirrors"]?.sequence {
            let kept = mirrors.filter { target(host: $0[path: "destination", "host"])?.arm != .next }
            if kept != mirrors { rule["mirrors"] = kept.isEmpty ? nil : .sequence(kept) }
        }
        return rule
    }

    // MARK: weights

    /// Backends of which those that lead to the arms of one Service are one again, with the sum of their weights.
    private func joined(
        _ backends: [Value], weight: String, _ target: (Value) -> (service: String, arm: Arm)?, _ rename: (inout Value, String) -> Void
    ) -> [Value] {
        var result: [Value] = []
        var places: [String: Int] = [:]
        for backend in backends {
            guard let found = target(backend) else {
                result.append(backend)
                continue
            }
            let own = backend[weight]?.int ?? 1
            // The same Service may stand there with several ports.
            let key = "\(found.service) \(backend["port"]?.int ?? 0) \(backend[path: "destination", "port", "number"]?.int ?? 0)"
            if let place = places[key], result.indices.contains(place) {
                result[place][weight] = .int((result[place][weight]?.int ?? 1) &+ own)
                continue
            }
            var backend = backend
            rename(&backend, found.service)
            places[key] = result.count
            result.append(backend)
        }
        // Alone, a backend gets everything, and needs no number for it.
        if result.count == 1, result[0][weight]?.int != 0 { result[0][weight] = nil }
        return result
    }
}
