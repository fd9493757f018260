internal import Basics

/// A Service by its name.
package struct ServiceName: Sendable, Hashable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(_ namespace: String, _ name: String) { (self.namespace, self.name) = (namespace, name) }

    package var description: String { "\(namespace)/\(name)" }
}

/// Where a rule sends a request.
package struct RouteBackend: Sendable, Hashable {
    package enum Port: Sendable, Hashable {
        case first
        case number(Int)
        case name(String)
    }

    package var service: ServiceName
    package var port: Port
    /// Istio's subset: only pods with these labels.
    package var labels: [String: String]
    /// Which of the rule's backends it is, where the router keeps them apart.
    package var index: Int?

    package init(_ service: ServiceName, port: Port = .first, labels: [String: String] = [:]) {
        (self.service, self.port, self.labels) = (service, port, labels)
    }
}

/// What a router makes of one request.
package struct RouteChoice: Sendable, Hashable {
    package enum Ending: Sendable, Hashable {
        case backend(RouteBackend)
        /// A redirect or an answer of the router's own.
        case answered(Int)
        case lost(TrafficLoss)
    }

    /// The route object, `HTTPRoute shop/web`, and the number of its rule; -1 where no rule took the request.
    package var route: String
    package var rule: Int
    package var ending: Ending
    /// Where copies go.
    package var mirrors: [RouteBackend]
    /// The path of the Ingress that took it, and the one a canary stands behind: what ingress-nginx tells in its metrics.
    package var location: Location?

    package struct Location: Sendable, Hashable {
        package var route: String
        package var path: String
        package var service: ServiceName
        /// Answered by a canary.
        package var isCanary = false
    }

    package init(_ route: String, rule: Int, _ ending: Ending, mirrors: [RouteBackend] = []) {
        (self.route, self.rule, self.ending, self.mirrors) = (route, rule, ending, mirrors)
    }
}

/// Backends with their weights, and copies with their shares: what all routers have at the end of a rule.
struct RouteTargets: Sendable {
    var backends: [(backend: RouteBackend, weight: Double)] = []
    var mirrors: [(backend: RouteBackend, share: Double)] = []
    /// Instead of backends.
    var answer: Int?

    func choose(_ route: String, rule: Int, _ random: inout SplitMix64) -> RouteChoice {
        let index = random.choose(backends.map(\.weight))
        var copies: [RouteBackend] = []
        for mirror in mirrors where random.chance(mirror.share) { copies.append(mirror.backend) }
        if let answer { return RouteChoice(route, rule: rule, .answered(answer), mirrors: copies) }
        guard let index, backends.indices.contains(index) else { return RouteChoice(route, rule: rule, .lost(.noBackend), mirrors: copies) }
        return RouteChoice(route, rule: rule, .backend(backends[index].backend), mirrors: copies)
    }
}
