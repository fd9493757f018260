import Document
import Kubernetes

/// VirtualService of Istio (networking.istio.io, v1, v1beta1 and v1alpha3).
///
/// Rules are tried in order, so a match of ours stands right before the rule it comes from. Connections (`tcp`, `tls`)
/// have no headers and cannot be copied: they are split by weight, and lead to the stable arm during other steps.
struct IstioRouter: Router {
    let noun = "virtualservice"
    let groupKind = GroupKind(group: istioGroup, kind: "VirtualService")

    func isRoute(_ object: Object, among objects: [Object]) -> Bool { ["v1", "v1beta1", "v1alpha3"].contains(object.gvk.version) }

    func leads(_ route: Object, to services: RoutedServices) -> Bool {
        ["http", "tcp", "tls"].contains { leads(route, $0, to: services) }
    }

    func seesRequests(_ route: Object, to services: RoutedServices) -> Bool { leads(route, "http", to: services) }

    func overlaid(_ route: Object, _ change: RouteChange) throws(RolloutError) -> [Object] {
        var changed = route
        for section in ["http", "tcp", "tls"] {
            guard leads(route, section, to: change.services) else { continue }
            var result: [Value] = []
            for rule in rules(route, section) {
                guard destinations(rule).contains(where: { isOurs($0, change.services, route.namespace) }) else {
                    result.append(rule)
                    continue
                }
                switch change.routes {
                case .unchanged: result.append(rule)
                case .all(let arm): result.append(leading(rule, to: arm, change, route))
                case .weight(let percent): result.append(try split(rule, percent, change, route))
                case .matching, .mirror: result += try stable(rule, section, change, route)
                }
            }
            changed.value[path: "spec", section] = .sequence(result)
        }
        return [changed]
    }

    /// A rule that leads to the stable arm, and what goes with it for requests.
    private func stable(_ rule: Value, _ section: String, _ change: RouteChange, _ route: Object) throws(RolloutError) -> [Value] {
        let base = leading(rule, to: .stable, change, route)
        guard section == "http" else { return [base] }
        switch change.routes {
        case .matching(let matches):
            let conditions = try HeaderCondition.all(matches, workload: change.workload)
            let names = rules(route, section).compactMap { $0["name"]?.string }
            return [try matched(rule, conditions, names, change, route)].compactMap { $0 } + [base]
        case .mirror(let percent): return [try mirrored(base, rule, percent, change, route)]
        case .unchanged, .all, .weight: return [base]
        }
    }
}

let istioGroup = "networking.istio.io"

// MARK: Reading

extension IstioRouter {
    /// A destination's subset is one of a DestinationRule, which is doubled for the arms; its labels must hold for the
    /// new pods, or the next arm's subset would be empty.
    func obstacle(_ route: Object, to services: RoutedServices, for workload: Object, among objects: [Object]) -> String? {
        for destination in ["http", "tcp", "tls"].flatMap({ rules(route, $0) }).flatMap({ destinations($0) }) {
            guard let subset = destination[path: "destination", "subset"]?.string, !subset.isEmpty,
                isOurs(destination, services, route.namespace),
                let host = IstioHost(destination[path: "destination", "host"]?.string ?? "", namespace: route.namespace)
            else { continue }
            let definition = objects.lazy.filter { $0.groupKind == GroupKind(group: istioGroup, kind: "DestinationRule") }
                .filter { ArmCompanions.host(of: $0).map { $0.name == host.name && $0.namespace == host.namespace } ?? false }
                .flatMap { $0.value[path: "spec", "subsets"]?.sequence ?? [] }.first { $0["name"]?.string == subset }
            guard let definition else {
                return
                    "it leads to subset \"\(subset)\" of Service \"\(host.name)\", but no DestinationRule of the application says what that is"
            }
            if !LabelSelector(labels: definition["labels"]?.mapping ?? [:]).matches(workload.podLabels) {
                return
                    "it leads to subset \"\(subset)\" of Service \"\(host.name)\", whose labels the new pods of \"\(workload.name)\" do not have"
            }
        }
        return nil
    }
}

extension IstioRouter {
    func rules(_ route: Object, _ section: String) -> [Value] { route.value[path: "spec", section]?.sequence ?? [] }

    func destinations(_ rule: Value) -> [Value] { rule["route"]?.sequence ?? [] }

    private func leads(_ route: Object, _ section: String, to services: RoutedServices) -> Bool {
        rules(route, section).contains { rule in destinations(rule).contains { isOurs($0, services, route.namespace) } }
    }

    func isOurs(_ destination: Value, _ services: RoutedServices, _ namespace: String) -> Bool {
        guard let host = IstioHost(destination[path: "destination", "host"]?.string ?? "", namespace: namespace) else { return false }
        return services.contains(host.name, in: host.namespace)
    }

    /// A destination alone has all requests whatever its weight says; one of several without a weight has none.
    private func weights(_ destinations: [Value], _ change: RouteChange, _ route: Object) throws(RolloutError) -> [Int64] {
        var weights: [Int64] = []
        for destination in destinations {
            let value = destination["weight"] ?? .null
            guard let weight = value.isNull ? 0 : value.int, (0...Int64(Int32.max)).contains(weight) else {
                throw change.refuse(route, "a destination's weight is no number from 0 to \(Int32.max)")
            }
            weights.append(destinations.count == 1 && (weight == 0 || value.isNull) ? 100 : weight)
        }
        return weights
    }

    func flows(_ route: Object, of services: RoutedServices) -> [RouteFlow] {
        ["http", "tcp", "tls"].flatMap { section in
            rules(route, section).compactMap { rule -> RouteFlow? in
                var flow = RouteFlow(isOfConnections: section != "http")
                var concerns = false
                for destination in destinations(rule) {
                    guard let host = IstioHost(destination[path: "destination", "host"]?.string ?? "", namespace: route.namespace) else {
                        continue
                    }
                    let weight = destination["weight"]?.int ?? 0
                    let isAlone = destinations(rule).count == 1 && weight == 0
                    concerns = flow.add(isAlone ? 100 : weight, to: host.name, in: host.namespace, services) || concerns
                }
                for mirror in mirrors(rule) {
                    guard let host = IstioHost(mirror[path: "destination", "host"]?.string ?? "", namespace: route.namespace),
                        services.arm(host.name, in: host.namespace) == .next
                    else { continue }
                    flow.mirrored = mirror[path: "percentage", "value"]?.double ?? 100
                    concerns = true
                }
                return concerns ? flow : nil
            }
        }
    }

    /// Both spellings of a rule's mirrors as the newer one, `mirrors`; a rule may not have both.
    private func mirrors(_ rule: Value) -> [Value] {
        guard let destination = rule["mirror"], !destination.isNull else { return rule["mirrors"]?.sequence ?? [] }
        var mirror: Value = ["destination": destination]
        if let percentage = rule["mirrorPercentage"], !percentage.isNull {
            mirror["percentage"] = percentage
        } else if let percent = rule["mirrorPercent"] ?? rule["mirror_percent"], !percent.isNull {
            mirror["percentage"] = ["value": percent]
        }
        return [mirror]
    }
}

// MARK: Writing

extension IstioRouter {
    private func renamed(_ destination: Value, _ arm: Arm, _ namespace: String) -> Value {
        var destination = destination
        guard let host = IstioHost(destination[path: "destination", "host"]?.string ?? "", namespace: namespace) else { return destination }
        destination[path: "destination", "host"] = .string(host.renamed(armServiceName(host.name, arm)))
        return destination
    }

    private func leading(_ rule: Value, to arm: Arm, _ change: RouteChange, _ route: Object) -> Value {
        var rule = rule
        rule["route"] = .sequence(
            destinations(rule).map { isOurs($0, change.services, route.namespace) ? renamed($0, arm, route.namespace) : $0 })
        return rule
    }

    private func split(_ rule: Value, _ percent: Int, _ change: RouteChange, _ route: Object) throws(RolloutError) -> Value {
        let destinations = destinations(rule)
        let weights = try weights(destinations, change, route)
        let parts = WeightSplit.of(
            zip(destinations, weights).map { (weight: $1, isSplit: isOurs($0, change.services, route.namespace)) }, percent: percent)
        var result: [Value] = []
        for ((destination, original), part) in zip(zip(destinations, weights), parts) {
            switch part {
            case .whole(let weight):
                var destination = destination
                if weight != original { destination["weight"] = .int(weight) }
                result.append(destination)
            case .split(let stable, let next):
                for (arm, weight) in [(Arm.stable, stable), (.next, next)] {
                    var destination = renamed(destination, arm, route.namespace)
                    destination["weight"] = .int(weight)
                    result.append(destination)
                }
            }
        }
        var rule = rule
        rule["route"] = .sequence(result)
        return rule
    }

    private func matched(_ rule: Value, _ conditions: [HeaderCondition], _ names: [String], _ change: RouteChange, _ route: Object)
        throws(RolloutError) -> Value?
    {
        try variant(of: leading(rule, to: .next, change, route), matching: "match", among: names) { match throws(RolloutError) in
            try narrowed(match, by: conditions, change, route)
        }
    }

    /// A match with our conditions added; nil where both together cannot hold. A header may be named only once.
    private func narrowed(_ match: Value, by conditions: [HeaderCondition], _ change: RouteChange, _ route: Object) throws(RolloutError)
        -> Value?
    {
        var headers = match["headers"]?.mapping ?? [:]
        for condition in conditions {
            // Istio reads these keys as something else than headers, and leaves them out: everybody would match.
            if ["uri", "scheme", "method", "authority"].contains(condition.name.lowercased()) {
                throw change.refuse(route, "Istio cannot match a header named \"\(condition.name)\"", annotation: MartletAnnotations.match)
            }
            guard let entry = headers.first(where: { condition.isNamed($0.key) }) else {
                headers[condition.name.lowercased()] = text(condition.text)
                continue
            }
            if let exact = entry.value["exact"]?.string {
                if !condition.holds(for: exact) { return nil }
            } else if entry.value.isNull || entry.value.mapping?.isEmpty ?? false {
                headers[entry.key] = text(condition.text)
            } else if let prefix = entry.value["prefix"]?.string, case .exact(let value) = condition.text {
                if !value.hasPrefix(prefix) { return nil }
                headers[entry.key] = text(condition.text)
            } else if entry.value != text(condition.text) {
                throw change.refuse(
                    route,
                    "a match has a condition for header \"\(condition.name)\" already, and the A/B test's cannot be joined with it: use another header",
                    annotation: MartletAnnotations.match)
            }
        }
        var match = match
        match["headers"] = .mapping(headers)
        return match
    }

    private func text(_ text: HeaderCondition.Text) -> Value {
        switch text {
        case .exact(let value): ["exact": .string(value)]
        case .expression(let value): ["regex": .string(value)]
        }
    }

    private func mirrored(_ base: Value, _ rule: Value, _ percent: Int, _ change: RouteChange, _ route: Object) throws(RolloutError)
        -> Value
    {
        let weights = try weights(destinations(rule), change, route)
        let sources = zip(destinations(rule), weights).filter { $1 > 0 }.map { $0.0 }
        guard sources.count <= 1, let source = sources.first else {
            if sources.isEmpty { return base }
            throw change.refuse(
                route,
                "a rule leads to more than one destination, and a mirror would copy the requests of all of them: make two rules of it",
                annotation: MartletAnnotations.strategy)
        }
        guard isOurs(source, change.services, route.namespace), let target = renamed(source, .next, route.namespace)["destination"] else {
            return base
        }
        let percentage: Value = ["value": .int(Int64(max(0, min(100, percent))))]
        var result = base
        let present = mirrors(rule)
        if present.isEmpty {
            result["mirror"] = target
            result["mirrorPercentage"] = percentage
            return result
        }
        for field in ["mirror", "mirrorPercentage", "mirrorPercent", "mirror_percent"] { result[field] = nil }
        result["mirrors"] = .sequence(present + [["destination": target, "percentage": percentage]])
        return result
    }
}
