package import Basics
internal import Document
package import Kubernetes

/// VirtualServices as Istio reads them: the rules of a host from top to bottom, the first
/// that matches takes the request (networking.istio.io/v1).
package struct VirtualServices: Sendable {
    private struct Service: Sendable {
        var name: String
        var namespace: String
        var hosts: [String]
        var rules: [(matches: [IstioMatch], targets: RouteTargets)]
    }

    private var services: [Service] = []

    package init(_ objects: [Object]) {
        let subsets = Subsets(objects)
        // Of several for one host the oldest is first.
        let sorted = objects.filter { $0.groupKind == .virtualService && !$0.isBeingDeleted }.sorted(by: Object.isOlder)
        for object in sorted {
            let rules = object.sequence("spec", "http")
            // Without rules for HTTP it says nothing about requests.
            if rules.isEmpty { continue }
            services.append(
                Service(
                    name: "VirtualService \(object.namespace)/\(object.name)", namespace: object.namespace,
                    hosts: object.sequence("spec", "hosts").compactMap(\.string).map { fullName($0, in: object.namespace) },
                    rules: rules.map { rule in
                        ((rule["match"]?.sequence ?? []).map { IstioMatch($0) }, istioTargets(rule, namespace: object.namespace, subsets))
                    }))
        }
    }

    /// - Parameter namespace: where the request comes from, for short names.
    /// - Returns: nil where no VirtualService is for this host.
    package func route(_ request: SimulatedRequest, from namespace: String, _ random: inout SplitMix64) -> RouteChoice? {
        let host = fullName(request.host, in: namespace)
        func rank(_ service: Service) -> Int? { service.hosts.compactMap { hostRank(host, $0) }.max() }
        guard let best = services.compactMap(rank).max() else { return nil }
        let eligible = services.filter { rank($0) == best }
        for service in eligible {
            for (index, rule) in service.rules.enumerated()
            where rule.matches.isEmpty || rule.matches.contains(where: { $0.matches(request) }) {
                return rule.targets.choose(service.name, rule: index, &random)
            }
        }
        return RouteChoice(eligible.first?.name ?? "", rule: -1, .lost(.noRule))
    }
}

/// `web` in `shop` is `web.shop.svc.cluster.local`.
private func fullName(_ host: String, in namespace: String) -> String {
    if host.contains("*") || host.isEmpty { return host }
    if !host.contains(".") { return "\(host).\(namespace).svc.cluster.local" }
    return host.hasSuffix(".svc") ? host + ".cluster.local" : host
}

private func istioTargets(_ rule: Value, namespace: String, _ subsets: Subsets) -> RouteTargets {
    var targets = RouteTargets()
    func backend(_ destination: Value?) -> RouteBackend? {
        guard let host = destination?["host"]?.string else { return nil }
        let parts = fullName(host, in: namespace).split(separator: ".").map(String.init)
        guard let name = parts.first else { return nil }
        let service = ServiceName(parts.dropFirst().first ?? namespace, name)
        let port = destination?[path: "port", "number"]?.int.map { RouteBackend.Port.number(clamped($0)) } ?? .first
        let labels = destination?["subset"]?.string.map { subsets.labels(service, $0) } ?? [:]
        return RouteBackend(service, port: port, labels: labels)
    }
    let routes = rule["route"]?.sequence ?? []
    for route in routes {
        guard let target = backend(route["destination"]) else { continue }
        // One alone gets everything; of several, one that says nothing gets nothing.
        let weight = route["weight"]?.int.map { max(0, clamped($0)) } ?? (routes.count == 1 ? 100 : 0)
        targets.backends.append((target, routes.count == 1 && weight == 0 ? 100 : Double(weight)))
    }
    func percent(_ value: Value?) -> Double { (value?["value"]?.double ?? 100) / 100 }
    if let target = backend(rule["mirror"]) {
        targets.mirrors.append((target, rule["mirrorPercent"]?.int.map { Double(clamped($0)) / 100 } ?? percent(rule["mirrorPercentage"])))
    }
    for mirror in rule["mirrors"]?.sequence ?? [] {
        if let target = backend(mirror["destination"]) { targets.mirrors.append((target, percent(mirror["percentage"]))) }
    }
    if let redirect = rule["redirect"] { targets.answer = redirect["redirectCode"]?.int.map(clamped) ?? 301 }
    if let answer = rule["directResponse"] { targets.answer = answer["status"]?.int.map(clamped) ?? 200 }
    return targets
}

/// One entry of `match`: everything in it must hold.
private struct IstioMatch: Sendable {
    private var conditions: [@Sendable (SimulatedRequest) -> Bool] = []

    init(_ match: Value) {
        let ignoringCase = match["ignoreUriCase"]?.bool ?? false
        if let uri = match["uri"] {
            let text = TextMatch(istio: uri, ignoringCase: ignoringCase)
            conditions.append { text.matches($0.path) }
        }
        if let method = match["method"] {
            let text = TextMatch(istio: method)
            conditions.append { text.matches($0.method) }
        }
        if let authority = match["authority"] {
            let text = TextMatch(istio: authority)
            conditions.append { text.matches($0.host) }
        }
        for entry in match["headers"]?.mapping ?? [:] {
            let name = entry.key.lowercased(), text = TextMatch(istio: entry.value)
            conditions.append { request in request.headers[name].map { text.matches($0) } ?? false }
        }
        for entry in match["withoutHeaders"]?.mapping ?? [:] {
            let name = entry.key.lowercased(), text = TextMatch(istio: entry.value)
            conditions.append { request in request.headers[name].map { !text.matches($0) } ?? true }
        }
        for entry in match["queryParams"]?.mapping ?? [:] {
            let name = entry.key, text = TextMatch(istio: entry.value)
            conditions.append { request in request.query[name].map { text.matches($0) } ?? false }
        }
    }

    func matches(_ request: SimulatedRequest) -> Bool { conditions.allSatisfy { $0(request) } }
}

extension TextMatch {
    /// Istio's `StringMatch`; an empty one is content with any value that is there.
    fileprivate init(istio value: Value, ignoringCase: Bool = false) {
        if let text = value["exact"]?.string {
            self = .exact(text, ignoringCase: ignoringCase)
        } else if let text = value["prefix"]?.string {
            self = .prefix(text, ignoringCase: ignoringCase)
        } else if let text = value["regex"]?.string {
            self = .expression(text)
        } else {
            self = .any
        }
    }
}

/// What a DestinationRule calls a part of a Service's pods.
private struct Subsets: Sendable {
    private var known: [ServiceName: [String: [String: String]]] = [:]

    init(_ objects: [Object]) {
        for rule in objects where rule.groupKind == .destinationRule {
            let parts = fullName(rule.string("spec", "host") ?? "", in: rule.namespace).split(separator: ".").map(String.init)
            guard let name = parts.first else { continue }
            let service = ServiceName(parts.dropFirst().first ?? rule.namespace, name)
            for subset in rule.sequence("spec", "subsets") {
                guard let name = subset["name"]?.string else { continue }
                var labels: [String: String] = [:]
                for entry in subset["labels"]?.mapping ?? [:] { labels[entry.key] = entry.value.string }
                known[service, default: [:]][name] = labels
            }
        }
    }

    /// A subset that nobody has described has no pods: labels that no pod can have.
    func labels(_ service: ServiceName, _ subset: String) -> [String: String] { known[service]?[subset] ?? ["": subset] }
}
