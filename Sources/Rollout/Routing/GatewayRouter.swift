import Document
import Kubernetes

/// HTTPRoute of the Gateway API (gateway.networking.k8s.io, v1 and v1beta1), and GRPCRoute, which says the same of the
/// same fields.
///
/// The backend that is the user's Service is replaced by both arms, in its place and with all it carries.
struct GatewayRouter: Router {
    let noun: String
    let groupKind: GroupKind

    static let http = GatewayRouter(noun: "httproute", groupKind: GroupKind(group: gatewayGroup, kind: "HTTPRoute"))
    static let grpc = GatewayRouter(noun: "grpcroute", groupKind: GroupKind(group: gatewayGroup, kind: "GRPCRoute"))

    /// What the API allows in one route (x-kubernetes-validations of its definition).
    private static let maximum = (rules: 16, backends: 16, matches: 128, headers: 16, filters: 16)

    func isRoute(_ object: Object, among objects: [Object]) -> Bool { ["v1", "v1beta1", "v1alpha2"].contains(object.gvk.version) }

    func leads(_ route: Object, to services: RoutedServices) -> Bool {
        rules(route).contains { rule in backends(rule).contains { isOurs($0, services, route.namespace) } }
    }

    func seesRequests(_ route: Object, to services: RoutedServices) -> Bool { true }

    func overlaid(_ route: Object, _ change: RouteChange) throws(RolloutError) -> [Object] {
        var result: [Value] = []
        for rule in rules(route) {
            guard backends(rule).contains(where: { isOurs($0, change.services, route.namespace) }) else {
                result.append(rule)
                continue
            }
            switch change.routes {
            case .unchanged: result.append(rule)
            case .all(let arm): result.append(leading(rule, to: arm, change, route))
            case .weight(let percent): result.append(try split(rule, percent, change, route))
            case .matching(let matches):
                let conditions = try HeaderCondition.all(matches, workload: change.workload)
                if let variant = try matched(rule, conditions, change, route) { result.append(variant) }
                result.append(leading(rule, to: .stable, change, route))
            case .mirror(let percent): result.append(try mirrored(rule, percent, change, route))
            }
        }
        var changed = route
        changed.value[path: "spec", "rules"] = .sequence(result)
        try refuseTooMuch(result, change, route)
        return [changed]
    }

    private func refuseTooMuch(_ rules: [Value], _ change: RouteChange, _ route: Object) throws(RolloutError) {
        var matches = 0
        for rule in rules {
            matches += max(1, rule["matches"]?.sequence?.count ?? 0)
            if backends(rule).count > Self.maximum.backends {
                throw change.refuse(
                    route, "a rule would have more than \(Self.maximum.backends) backends with both arms in it: make two rules of it")
            }
            if rule["filters"]?.sequence?.count ?? 0 > Self.maximum.filters {
                throw change.refuse(route, "a rule would have more than \(Self.maximum.filters) filters with the mirror in it")
            }
            for match in rule["matches"]?.sequence ?? [] where match["headers"]?.sequence?.count ?? 0 > Self.maximum.headers {
                throw change.refuse(route, "a match would have more than \(Self.maximum.headers) headers with the A/B test's among them")
            }
        }
        if rules.count > Self.maximum.rules || matches > Self.maximum.matches {
            throw change.refuse(
                route,
                "an A/B test adds a rule for each rule that leads to \"\(change.workload.name)\", and with them it would have more than \(Self.maximum.rules) rules or \(Self.maximum.matches) matches: split it into two routes"
            )
        }
    }
}

// MARK: Reading

extension GatewayRouter {
    func rules(_ route: Object) -> [Value] { route.value[path: "spec", "rules"]?.sequence ?? [] }

    func backends(_ rule: Value) -> [Value] { rule["backendRefs"]?.sequence ?? [] }

    /// The Service a backend names; nil where it is something else.
    private func service(_ backend: Value, _ namespace: String) -> (name: String, namespace: String)? {
        guard backend["group"]?.string ?? "" == "", backend["kind"]?.string ?? "Service" == "Service", let name = backend["name"]?.string
        else { return nil }
        return (name, backend["namespace"]?.string ?? namespace)
    }

    func isOurs(_ backend: Value, _ services: RoutedServices, _ namespace: String) -> Bool {
        service(backend, namespace).map { services.contains($0.name, in: $0.namespace) } ?? false
    }

    private func weight(_ backend: Value, _ change: RouteChange, _ route: Object) throws(RolloutError) -> Int64 {
        guard let value = backend["weight"], !value.isNull else { return 1 }
        guard let weight = value.int, (0...WeightSplit.limit).contains(weight) else {
            throw change.refuse(route, "a backend's weight is no number from 0 to \(WeightSplit.limit)")
        }
        return weight
    }

    func flows(_ route: Object, of services: RoutedServices) -> [RouteFlow] {
        rules(route).compactMap { rule in
            var flow = RouteFlow()
            var concerns = false
            for backend in backends(rule) {
                guard let service = service(backend, route.namespace) else { continue }
                let weight = backend["weight"]?.int ?? 1
                concerns = flow.add(weight, to: service.name, in: service.namespace, services) || concerns
            }
            for filter in rule["filters"]?.sequence ?? [] {
                guard let mirror = filter["requestMirror"], let service = mirror["backendRef"].flatMap({ service($0, route.namespace) }),
                    services.arm(service.name, in: service.namespace) == .next
                else { continue }
                flow.mirrored = mirror["percent"]?.double ?? (mirror["fraction"] == nil ? 100 : .nan)
                concerns = true
            }
            return concerns ? flow : nil
        }
    }
}

// MARK: Writing

extension GatewayRouter {
    private func renamed(_ backend: Value, _ arm: Arm) -> Value {
        var backend = backend
        backend["name"] = .string(armServiceName(backend["name"]?.string ?? "", arm))
        return backend
    }

    private func leading(_ rule: Value, to arm: Arm, _ change: RouteChange, _ route: Object) -> Value {
        var rule = rule
        rule["backendRefs"] = .sequence(backends(rule).map { isOurs($0, change.services, route.namespace) ? renamed($0, arm) : $0 })
        return rule
    }

    private func split(_ rule: Value, _ percent: Int, _ change: RouteChange, _ route: Object) throws(RolloutError) -> Value {
        var weights: [(weight: Int64, isSplit: Bool)] = []
        for backend in backends(rule) {
            weights.append((try weight(backend, change, route), isOurs(backend, change.services, route.namespace)))
        }
        var result: [Value] = []
        for ((backend, original), part) in zip(zip(backends(rule), weights), WeightSplit.of(weights, percent: percent)) {
            switch part {
            case .whole(let weight):
                var backend = backend
                if weight != original.weight { backend["weight"] = .int(weight) }
                result.append(backend)
            case .split(let stable, let next):
                for (arm, weight) in [(Arm.stable, stable), (.next, next)] {
                    var backend = renamed(backend, arm)
                    backend["weight"] = .int(weight)
                    result.append(backend)
                }
            }
        }
        var rule = rule
        rule["backendRefs"] = .sequence(result)
        return rule
    }

    /// It wins over its source by the API's own precedence too, because it has more headers and is the same in all else.
    private func matched(_ rule: Value, _ conditions: [HeaderCondition], _ change: RouteChange, _ route: Object) throws(RolloutError)
        -> Value?
    {
        let names = rules(route).compactMap { $0["name"]?.string }
        return try variant(of: leading(rule, to: .next, change, route), matching: "matches", among: names) { match throws(RolloutError) in
            try narrowed(match, by: conditions, change, route)
        }
    }

    /// A match with our conditions added; nil where both together cannot hold. A header may be named only once.
    private func narrowed(_ match: Value, by conditions: [HeaderCondition], _ change: RouteChange, _ route: Object) throws(RolloutError)
        -> Value?
    {
        var headers = match["headers"]?.sequence ?? []
        for condition in conditions {
            let index = headers.firstIndex { condition.isNamed($0["name"]?.string ?? "") }
            guard let index, headers.indices.contains(index) else {
                headers.append(header(condition))
                continue
            }
            let value = headers[index]["value"]?.string ?? ""
            if headers[index]["type"]?.string ?? "Exact" == "Exact" {
                if !condition.holds(for: value) { return nil }
            } else if condition.text != .expression(value) {
                throw change.refuse(
                    route,
                    "a match has an expression for header \"\(condition.name)\" already, and the A/B test's cannot be joined with it: use another header",
                    annotation: MartletAnnotations.match)
            }
        }
        var match = match
        match["headers"] = .sequence(headers)
        return match
    }

    private func header(_ condition: HeaderCondition) -> Value {
        switch condition.text {
        case .exact(let value): ["name": .string(condition.name), "value": .string(value)]
        case .expression(let value): ["type": "RegularExpression", "name": .string(condition.name), "value": .string(value)]
        }
    }

    private func mirrored(_ rule: Value, _ percent: Int, _ change: RouteChange, _ route: Object) throws(RolloutError) -> Value {
        var sources: [Value] = []
        for backend in backends(rule) where try weight(backend, change, route) > 0 { sources.append(backend) }
        guard sources.count <= 1, let source = sources.first else {
            if sources.isEmpty { return leading(rule, to: .stable, change, route) }
            throw change.refuse(
                route, "a rule leads to more than one backend, and a mirror would copy the requests of all of them: make two rules of it",
                annotation: MartletAnnotations.strategy)
        }
        guard isOurs(source, change.services, route.namespace) else { return leading(rule, to: .stable, change, route) }
        var target = renamed(source, .next)
        for field in ["weight", "filters"] { target[field] = nil }
        var mirror: Value = ["backendRef": target]
        // Without a percentage it is all of them, also for controllers that do not know percentages.
        if percent < 100 { mirror["percent"] = .int(Int64(max(0, percent))) }
        var rule = leading(rule, to: .stable, change, route)
        rule["filters"] = .sequence((rule["filters"]?.sequence ?? []) + [["type": "RequestMirror", "requestMirror": mirror]])
        return rule
    }
}
