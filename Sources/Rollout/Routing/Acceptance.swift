import Document
package import Kubernetes

/// Whether a route's controllers go by what it says now.
package enum TrafficAcceptance: Sendable, Hashable {
    case accepted
    /// Not yet; what is waited for.
    case waiting(String)
    /// They do not, and will not by themselves; why.
    case refused(String)
}

/// Whether a live route's controllers have taken note of its generation.
///
/// Gateway API routes say so for each parent (`status.parents[].conditions`). A parent for which no controller reports
/// carries no requests, so others' word is enough. VirtualServices and Ingresses tell nothing: they count as accepted.
package func isAccepted(_ route: Object) -> TrafficAcceptance {
    guard route.gvk.group == gatewayGroup, route.kind.hasSuffix("Route") else { return .accepted }
    let name = "\(route.kind) \"\(route.name)\""
    let parents = (route.value[path: "spec", "parentRefs"]?.sequence ?? []).map { ParentReference($0, namespace: route.namespace) }
    let reports = (route.value[path: "status", "parents"]?.sequence ?? []).filter {
        parents.contains(ParentReference($0["parentRef"] ?? .null, namespace: route.namespace))
    }
    if reports.isEmpty { return .waiting("no gateway's controller has reported on \(name) yet") }
    var waiting: TrafficAcceptance?
    for report in reports {
        let gateway = report[path: "parentRef", "name"]?.string ?? ""
        switch acceptance(report["conditions"]?.sequence ?? [], of: name, by: gateway, generation: route.generation) {
        case .accepted: break
        case .waiting(let text): waiting = .waiting(text)
        case .refused(let text): return .refused(text)
        }
    }
    return waiting ?? .accepted
}

let gatewayGroup = "gateway.networking.k8s.io"

private func acceptance(_ conditions: [Value], of route: String, by gateway: String, generation: Int64?) -> TrafficAcceptance {
    func condition(_ type: String) -> Value? { conditions.first { $0["type"]?.string == type } }
    func words(_ condition: Value) -> String {
        [condition["reason"]?.string, condition["message"]?.string].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }
    for type in ["Accepted", "ResolvedRefs"] {
        // Not every controller writes the generation: then the condition is all there is to go by.
        guard let condition = condition(type), (condition["observedGeneration"]?.int ?? generation ?? 0) >= (generation ?? 0) else {
            return .waiting("gateway \"\(gateway)\" has not taken note of the last change of \(route)")
        }
        let reason = condition["reason"]?.string
        switch condition["status"]?.string {
        case "True": continue
        case "False" where reason == "Pending" || reason == "BackendNotFound":
            // The arms' Services may have been made a moment ago.
            return .waiting("gateway \"\(gateway)\" does not yet serve \(route): \(words(condition))")
        case "False": return .refused("gateway \"\(gateway)\" does not take \(route): \(words(condition))")
        default: return .waiting("gateway \"\(gateway)\" does not say whether it takes \(route): \(words(condition))")
        }
    }
    if let partial = condition("PartiallyInvalid"), partial["status"]?.string == "True" {
        return .refused("gateway \"\(gateway)\" leaves out a part of \(route): \(words(partial))")
    }
    return .accepted
}

/// What a route is attached to, with the defaults of the API filled in.
private struct ParentReference: Hashable {
    let group: String
    let kind: String
    let namespace: String
    let name: String
    let section: String?
    let port: Int64?

    init(_ value: Value, namespace: String) {
        group = value["group"]?.string ?? gatewayGroup
        kind = value["kind"]?.string ?? "Gateway"
        self.namespace = value["namespace"]?.string ?? namespace
        name = value["name"]?.string ?? ""
        section = value["sectionName"]?.string
        port = value["port"]?.int
    }
}
