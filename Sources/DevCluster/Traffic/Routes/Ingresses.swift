package import Basics
internal import Document
package import Kubernetes

/// Ingresses as ingress-nginx reads them, canaries included: a canary Ingress stands behind the
/// Ingress with the same host and path, and header comes before cookie before weight.
package struct Ingresses: Sendable {
    private struct Location: Sendable {
        var route: String
        var rule: Int
        var host: String
        var path: String
        var type: String
        var backend: RouteBackend
        var canary: Canary?
        var canaryBackend: (route: String, backend: RouteBackend)?

        func matches(_ request: SimulatedRequest) -> Bool {
            switch type {
            case "Exact": request.path == path
            case "Prefix": TextMatch.elements(path).matches(request.path)
            default: request.path.hasPrefix(path)
            }
        }
    }

    /// Exact paths first, then the longest.
    private var locations: [Location] = []

    package init(_ objects: [Object]) {
        let sorted = objects.filter { $0.groupKind == .ingress && !$0.isBeingDeleted }.sorted(by: Object.isOlder)
        for object in sorted where !object.isCanary {
            // Of two for the same place the older one stays.
            for location in Self.locations(of: object)
            where !locations.contains(where: { $0.host == location.host && $0.path == location.path && $0.type == location.type }) {
                locations.append(location)
            }
        }
        for object in sorted where object.isCanary {
            let canary = Canary(object)
            for other in Self.locations(of: object) {
                guard let index = locations.firstIndex(where: { $0.host == other.host && $0.path == other.path && $0.canary == nil }) else { continue }
                locations[index].canary = canary
                locations[index].canaryBackend = (other.route, other.backend)
            }
        }
        locations.sort { left, right in
            let exact = (left.type == "Exact", right.type == "Exact")
            return exact.0 == exact.1 ? left.path.utf8.count > right.path.utf8.count : exact.0
        }
    }

    private static func locations(of object: Object) -> [Location] {
        let route = "Ingress \(object.namespace)/\(object.name)"
        var locations: [Location] = []
        func add(_ host: String, _ path: String, _ type: String, _ backend: Value?, rule: Int) {
            guard let backend = RouteBackend(ingress: backend, namespace: object.namespace) else { return }
            locations.append(Location(route: route, rule: rule, host: host, path: path, type: type, backend: backend))
        }
        for (index, rule) in object.sequence("spec", "rules").enumerated() {
            for path in rule[path: "http", "paths"]?.sequence ?? [] {
                add(
                    rule["host"]?.string ?? "*", path["path"]?.string ?? "/", path["pathType"]?.string ?? "ImplementationSpecific",
                    path["backend"], rule: index)
            }
        }
        if let backend = object.value[path: "spec", "defaultBackend"] { add("*", "/", "ImplementationSpecific", backend, rule: -1) }
        return locations
    }

    /// Nil: no Ingress is for this host.
    package func route(_ request: SimulatedRequest, _ random: inout SplitMix64) -> RouteChoice? {
        guard let best = locations.compactMap({ hostRank(request.host, $0.host) }).max() else { return nil }
        let eligible = locations.filter { hostRank(request.host, $0.host) == best }
        guard let location = eligible.first(where: { $0.matches(request) }) else {
            return RouteChoice(eligible.first?.route ?? "", rule: -1, .lost(.noRule))
        }
        var place = RouteChoice.Location(route: location.route, path: location.path, service: location.backend.service)
        var choice = RouteChoice(location.route, rule: location.rule, .backend(location.backend))
        if let canary = location.canary, let other = location.canaryBackend, canary.takes(request, &random) {
            place.isCanary = true
            choice = RouteChoice(other.route, rule: location.rule, .backend(other.backend))
        }
        choice.location = place
        return choice
    }
}

extension Object {
    fileprivate var isCanary: Bool { annotation("nginx.ingress.kubernetes.io/canary") == "true" }
}

extension RouteBackend {
    fileprivate init?(ingress backend: Value?, namespace: String) {
        guard let service = backend?["service"], let name = service["name"]?.string else { return nil }
        let port: Port
        if let number = service[path: "port", "number"]?.int {
            port = .number(clamped(number))
        } else {
            port = service[path: "port", "name"]?.string.map { .name($0) } ?? .first
        }
        self.init(ServiceName(namespace, name), port: port)
    }
}

/// Who gets to a canary Ingress (`rootfs/etc/nginx/lua/balancer.lua`, `route_to_alternative_balancer`).
private struct Canary: Sendable {
    private var header: String?
    private var headerValue: TextMatch?
    private var cookie: String?
    private var weight: Double

    init(_ ingress: Object) {
        func annotation(_ name: String) -> String? {
            ingress.annotation("nginx.ingress.kubernetes.io/canary-\(name)").flatMap { $0.isEmpty ? nil : $0 }
        }
        header = annotation("by-header")?.lowercased()
        headerValue = annotation("by-header-value").map { .exact($0) } ?? annotation("by-header-pattern").map { .search($0) }
        cookie = annotation("by-cookie")
        let total = annotation("weight-total").flatMap { Int32($0) } ?? 100
        weight = Double(annotation("weight").flatMap { Int32($0) } ?? 0) / Double(max(1, total))
    }

    func takes(_ request: SimulatedRequest, _ random: inout SplitMix64) -> Bool {
        let drawn = random.chance(weight)
        if let header, let value = request.headers[header] {
            if let headerValue {
                if headerValue.matches(value) { return true }
            } else if value == "always" {
                return true
            } else if value == "never" {
                return false
            }
        }
        if let cookie, let value = request.cookie(cookie) {
            if value == "always" { return true }
            if value == "never" { return false }
        }
        return drawn
    }
}
