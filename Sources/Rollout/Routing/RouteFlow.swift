import Document
package import Kubernetes

/// What a live route, or the Ingress that a rollout has put beside one, does not yet do of what the overlay asks; nil
/// where it does it all. Reads the route alone, without knowing what made it, and so is a check on the rest.
package func missing(_ overlay: RolloutOverlay, on route: Object, traffic: RolloutTraffic) -> String? {
    guard let router = router(of: route.groupKind) else { return nil }
    return router.missing(overlay.routes, on: route, of: RoutedServices(traffic.services)).map { "\(route.kind) \"\(route.name)\": \($0)" }
}

/// Where the requests of one rule of a live route go.
struct RouteFlow: Sendable, Hashable {
    /// Weights: of git's own Service, and of the arms.
    var direct: Int64 = 0
    var stable: Int64 = 0
    var next: Int64 = 0
    /// Of how many percent a copy goes to the next arm.
    var mirrored = 0.0
    /// Of connections, which have no headers and no copies.
    var isOfConnections = false
    /// The largest weight of the rule, anybody's.
    var largest: Int64 = 0

    /// Counts a backend, where it is one of ours.
    mutating func add(_ weight: Int64, to name: String, in namespace: String, _ services: RoutedServices) -> Bool {
        let weight = max(0, min(weight, Int64(Int32.max)))
        largest = max(largest, weight)
        switch services.arm(name, in: namespace) {
        case .stable?: stable &+= weight
        case .next?: next &+= weight
        case nil:
            guard services.contains(name, in: namespace) else { return false }
            direct &+= weight
        }
        return true
    }
}

extension Router {
    func missing(_ routes: RolloutOverlay.Routes, on route: Object, of services: RoutedServices) -> String? {
        let flows = flows(route, of: services)
        if flows.isEmpty { return "it does not lead there at all" }
        let usesArms = flows.contains { $0.stable != 0 || $0.next != 0 || $0.mirrored != 0 }
        if case .unchanged = routes { return usesArms ? "it still leads to an arm" : nil }
        if flows.contains(where: { $0.direct != 0 }) { return "it still leads to the Service itself" }
        let isMirroring = flows.contains { $0.mirrored != 0 }
        switch routes {
        case .unchanged: return nil
        case .all(let arm):
            let other: Int64 = flows.reduce(0) { $0 &+ (arm == .stable ? $1.next : $1.stable) }
            if other != 0 { return "some requests do not go to the \(arm.rawValue) version yet" }
        case .weight(let percent):
            // Git's own weights may be so large that the parts had to be rounded.
            for flow in flows {
                let deviation = (flow.next &* 100 &- Int64(percent) &* (flow.stable &+ flow.next)).magnitude
                if deviation > (flow.largest > WeightSplit.limit / 100 ? 50 : 0) {
                    return "the next version's weight is not \(percent) percent yet"
                }
            }
        case .matching:
            if flows.contains(where: { $0.isOfConnections && $0.next != 0 }) { return "connections still go to the next version" }
            let flows = flows.filter { !$0.isOfConnections }
            if flows.isEmpty { break }
            if flows.contains(where: { $0.stable != 0 && $0.next != 0 }) { return "requests are still split by weight" }
            if !flows.contains(where: { $0.stable != 0 }) { return "no rule leads other requests to the stable version yet" }
            if !flows.contains(where: { $0.next != 0 }) { return "no rule leads matching requests to the next version yet" }
        case .mirror(let percent):
            if flows.contains(where: { $0.next != 0 }) { return "some requests still go to the next version" }
            let flows = flows.filter { !$0.isOfConnections }
            if !flows.isEmpty, !flows.contains(where: { ($0.mirrored - Double(percent)).magnitude < 0.01 }) {
                return "copies of \(percent) percent of the requests are not sent yet"
            }
            return nil
        }
        return isMirroring ? "copies of requests are still sent" : nil
    }
}
