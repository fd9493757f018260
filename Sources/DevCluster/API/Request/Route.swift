/// What a URL names.
enum Route: Sendable {
    case resource(ResourceRoute)
    /// Anything outside the resource paths: discovery, version, health, OpenAPI.
    case document([String])

    init(_ segments: [String]) {
        var rest = segments[...]
        var group = ""
        switch rest.popFirst() {
        case "api": break
        case "apis": group = rest.popFirst() ?? ""
        default:
            self = .document(segments)
            return
        }
        guard let version = rest.popFirst(), let first = rest.popFirst() else {
            self = .document(segments)
            return
        }
        var route = ResourceRoute(group: group, version: version, plural: first)
        if first == "namespaces", let namespace = rest.first {
            if rest.count == 1 || (group.isEmpty && ["status", "finalize"].contains(rest.dropFirst().first ?? "")) {
                // A namespace itself, or its status.
            } else {
                rest = rest.dropFirst()
                route.namespace = namespace
                route.plural = rest.popFirst() ?? ""
            }
        }
        route.name = rest.popFirst()
        route.subresource = rest.isEmpty ? nil : rest.joined(separator: "/")
        self = .resource(route)
    }
}

struct ResourceRoute: Sendable, Hashable {
    var group: String
    var version: String
    var plural: String
    /// Nil for cluster scope and for all namespaces.
    var namespace: String?
    var name: String?
    var subresource: String?
}
