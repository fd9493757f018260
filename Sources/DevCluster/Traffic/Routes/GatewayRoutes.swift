package import Basics
internal import Document
package import Kubernetes

/// HTTPRoutes as the Gateway API wants them read: of all rules of all routes for a host the most
/// specific one takes the request (gateway.networking.k8s.io/v1, `HTTPRouteRule.matches`).
package struct GatewayRoutes: Sendable {
    private struct Entry: Sendable {
        var match: GatewayMatch
        var route: Int
        var rule: Int
    }

    private struct Route: Sendable {
        var name: String
        var hosts: [String]
        var rules: [RouteTargets]
    }

    private var routes: [Route] = []
    /// In the order in which they are tried.
    private var entries: [Entry] = []

    package init(_ objects: [Object]) {
        // The oldest first, then by name: what decides between equals.
        let sorted = objects.filter { $0.groupKind == .httpRoute && !$0.isBeingDeleted }
            .sorted { ($0.created, $0.namespace, $0.name) < ($1.created, $1.namespace, $1.name) }
        for object in sorted {
            let hosts = object.sequence("spec", "hostnames").compactMap(\.string)
            var route = Route(name: "HTTPRoute \(object.namespace)/\(object.name)", hosts: hosts.isEmpty ? ["*"] : hosts, rules: [])
            for (index, rule) in object.sequence("spec", "rules").enumerated() {
                route.rules.append(targets(rule, namespace: object.namespace))
                let matches = rule["matches"]?.sequence ?? []
                for match in matches.isEmpty ? [[:]] : matches {
                    entries.append(Entry(match: GatewayMatch(match), route: routes.count, rule: index))
                }
            }
            routes.append(route)
        }
        // A stable sort: what is equally specific stays in its order.
        entries = entries.enumerated().sorted {
            $0.element.match.rank == $1.element.match.rank ? $0.offset < $1.offset : $1.element.match.rank.lexicographicallyPrecedes($0.element.match.rank)
        }.map(\.element)
    }

    /// Nil: no route is for this host.
    package func route(_ request: SimulatedRequest, _ random: inout SplitMix64) -> RouteChoice? {
        func rank(_ route: Route) -> Int? { route.hosts.compactMap { hostRank(request.host, $0) }.max() }
        guard let best = routes.compactMap(rank).max() else { return nil }
        let eligible = Set(routes.indices.filter { routes[$0].hosts.contains { hostRank(request.host, $0) == best } })
        for entry in entries where eligible.contains(entry.route) && entry.match.matches(request) {
            guard routes.indices.contains(entry.route), routes[entry.route].rules.indices.contains(entry.rule) else { continue }
            return routes[entry.route].rules[entry.rule].choose(routes[entry.route].name, rule: entry.rule, &random)
        }
        let first = eligible.min().flatMap { routes.indices.contains($0) ? routes[$0].name : nil }
        return RouteChoice(first ?? "", rule: -1, .lost(.noRule))
    }
}

/// Backends, mirrors and redirects of a rule.
private func targets(_ rule: Value, namespace: String) -> RouteTargets {
    var targets = RouteTargets()
    func backend(_ reference: Value) -> RouteBackend? {
        guard let name = reference["name"]?.string, reference["kind"]?.string ?? "Service" == "Service" else { return nil }
        let port = reference["port"]?.int.map { RouteBackend.Port.number(clamped($0)) } ?? .first
        return RouteBackend(ServiceName(reference["namespace"]?.string ?? namespace, name), port: port)
    }
    func read(_ filters: [Value]) {
        for filter in filters {
            if let mirror = filter["requestMirror"], let target = mirror["backendRef"].flatMap(backend) {
                targets.mirrors.append((target, mirrorShare(mirror)))
            }
            if let redirect = filter["requestRedirect"] { targets.answer = redirect["statusCode"]?.int.map(clamped) ?? 302 }
        }
    }
    read(rule["filters"]?.sequence ?? [])
    let references = rule["backendRefs"]?.sequence ?? []
    let areApart = references.contains { !($0["filters"]?.sequence ?? []).isEmpty }
    for (index, reference) in references.enumerated() {
        let weight = max(0, clamped(reference["weight"]?.int ?? 1))
        // A kind that is no Service answers 500 for its share, as one that is not there.
        var target = backend(reference) ?? RouteBackend(ServiceName(namespace, ""))
        if areApart { target.index = index }
        targets.backends.append((target, Double(weight)))
        if weight > 0 { read(reference["filters"]?.sequence ?? []) }
    }
    return targets
}

/// Everything unless `percent` or `fraction` says less.
private func mirrorShare(_ mirror: Value) -> Double {
    if let percent = mirror["percent"]?.int { return Double(clamped(percent)) / 100 }
    guard let numerator = mirror[path: "fraction", "numerator"]?.int else { return 1 }
    let denominator = max(1, clamped(mirror[path: "fraction", "denominator"]?.int ?? 100))
    return Double(clamped(numerator)) / Double(denominator)
}

/// One entry of `matches`: everything in it must hold.
private struct GatewayMatch: Sendable {
    private var path: TextMatch
    private var method: String?
    private var headers: [(name: String, value: TextMatch)] = []
    private var query: [(name: String, value: TextMatch)] = []
    /// Exact paths, then expressions, then prefixes by their length; a method; the number of headers and of parameters.
    let rank: [Int]

    init(_ match: Value) {
        let text = match[path: "path", "value"]?.string ?? "/"
        let kind: Int
        switch match[path: "path", "type"]?.string ?? "PathPrefix" {
        case "Exact": (path, kind) = (.exact(text), 2)
        case "RegularExpression": (path, kind) = (.expression(text), 1)
        default: (path, kind) = (.elements(text), 0)
        }
        method = match["method"]?.string
        func conditions(_ entries: [Value], name: (String) -> String) -> [(name: String, value: TextMatch)] {
            var seen: Set<String> = []
            return entries.compactMap { entry in
                // Of two for one name the first counts.
                guard let key = entry["name"]?.string.map(name), let value = entry["value"]?.string, seen.insert(key).inserted else { return nil }
                return (key, entry["type"]?.string == "RegularExpression" ? .expression(value) : .exact(value))
            }
        }
        headers = conditions(match["headers"]?.sequence ?? []) { $0.lowercased() }
        query = conditions(match["queryParams"]?.sequence ?? []) { $0 }
        rank = [kind, text.utf8.count, method == nil ? 0 : 1, headers.count, query.count]
    }

    func matches(_ request: SimulatedRequest) -> Bool {
        path.matches(request.path) && (method == nil || method == request.method)
            && headers.allSatisfy { condition in request.headers[condition.name].map { condition.value.matches($0) } ?? false }
            && query.allSatisfy { condition in request.query[condition.name].map { condition.value.matches($0) } ?? false }
    }
}

extension GroupKind {
    package static let httpRoute = GroupKind(group: "gateway.networking.k8s.io", kind: "HTTPRoute")
    package static let virtualService = GroupKind(group: "networking.istio.io", kind: "VirtualService")
    package static let destinationRule = GroupKind(group: "networking.istio.io", kind: "DestinationRule")
}
