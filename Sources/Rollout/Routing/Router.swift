import Document
import Kubernetes

/// One kind of route: where it leads, and how it is made to lead to the arms.
///
/// A router is a set of functions on documents. It never reads the cluster, so that
/// what a rollout makes of a route follows from git and the overlay alone.
protocol Router: Sendable {
    /// The word for it in the annotation `martlet.dev/traffic`.
    var noun: String { get }

    /// Which objects are its routes.
    var groupKind: GroupKind { get }

    /// Whether the router's controller looks after this object; the others may say so, as an IngressClass does.
    func isRoute(_ object: Object, among objects: [Object]) -> Bool

    /// Whether requests that come through the route can end at one of the Services.
    func leads(_ route: Object, to services: RoutedServices) -> Bool

    /// Whether it sees single HTTP requests on their way to the Services, and not just connections.
    func seesRequests(_ route: Object, to services: RoutedServices) -> Bool

    /// What beside the route itself stands against leading it to arms; nil where nothing does.
    func obstacle(_ route: Object, to services: RoutedServices, for workload: Object, among objects: [Object]) -> String?

    /// The route with the change, and objects to go with it. Only called where it leads to one of the Services.
    func overlaid(_ route: Object, _ change: RouteChange) throws(RolloutError) -> [Object]

    /// Where a live route's requests go, rule by rule; rules that have nothing to do with the Services are left out.
    func flows(_ route: Object, of services: RoutedServices) -> [RouteFlow]

    /// What a live route does not yet do of what is asked; nil where it does it all.
    func missing(_ routes: RolloutOverlay.Routes, on route: Object, of services: RoutedServices) -> String?
}

extension Router {
    func obstacle(_ route: Object, to services: RoutedServices, for workload: Object, among objects: [Object]) -> String? { nil }

    /// The rule for those who see the candidate; nil where no request can come to it.
    ///
    /// - Parameters:
    ///   - rule: led to the candidate already.
    ///   - field: where its conditions are; one of them must hold, and none at all is all requests.
    ///   - names: of the route's rules, for a name may be used once.
    ///   - narrow: adds the A/B test's conditions to one of the rule's; nil where both together cannot hold.
    func variant(
        of rule: Value, matching field: String, among names: [String], _ narrow: (Value) throws(RolloutError) -> Value?
    ) throws(RolloutError) -> Value? {
        let written = rule[field]?.sequence ?? []
        var matches: [Value] = []
        for match in written.isEmpty ? [.mapping([:])] : written {
            if let match = try narrow(match) { matches.append(match) }
        }
        if matches.isEmpty { return nil }
        var variant = rule
        variant[field] = .sequence(matches)
        if let name = rule["name"]?.string {
            let own = armName(name, .next, limit: 253)
            variant["name"] = names.contains(own) ? nil : .string(own)
        }
        return variant
    }
}

/// All there are.
let routers: [any Router] = [GatewayRouter.http, GatewayRouter.grpc, IstioRouter(), IngressRouter()]

/// The router for a kind of route.
func router(of groupKind: GroupKind) -> (any Router)? { routers.first { $0.groupKind == groupKind } }

/// The user's Services that a rollout leads requests away from.
struct RoutedServices: Sendable, Hashable {
    fileprivate let names: [String: Set<String>]
    private let arms: [String: [String: Arm]]

    init(_ services: [ObjectKey]) {
        names = services.reduce(into: [:]) { $0[$1.namespace, default: []].insert($1.name) }
        arms = services.reduce(into: [:]) { result, service in
            for arm in Arm.allCases { result[service.namespace, default: [:]][armServiceName(service.name, arm)] = arm }
        }
    }

    func contains(_ name: String, in namespace: String) -> Bool { names[namespace]?.contains(name) ?? false }

    /// Which of a Service's arms a name is, where it is one.
    func arm(_ name: String, in namespace: String) -> Arm? { arms[namespace]?[name] }
}

extension RoutedServices {
    /// The Service whose arm a name is.
    func user(of arm: String, in namespace: String) -> String? {
        names[namespace]?.sorted().first { service in Arm.allCases.contains { armServiceName(service, $0) == arm } }
    }
}

/// What a rollout wants of a route.
struct RouteChange: Sendable {
    let workload: ObjectKey
    let services: RoutedServices
    let routes: RolloutOverlay.Routes

    /// An error about one route.
    func refuse(_ route: Object, _ text: String, annotation: String? = nil) -> RolloutError {
        RolloutError("\(route.kind) \"\(route.name)\": \(text)", workload: workload, annotation: annotation)
    }
}
