import Basics
import Kubernetes

extension TrafficSearch {
    /// The routes to look at: the one that is named, or all that lead to the Services.
    func routes(to services: [Object]) throws(RolloutError) -> [Found] {
        if spec.strategy == .recreate || spec.strategy == .ramped { return [] }
        let keys = RoutedServices(services.map(\.key))
        switch spec.traffic {
        case .none: return []
        case .auto:
            return routers.flatMap { router in
                candidates(router).filter { router.leads($0, to: keys) }.map { Found(router: router, object: $0) }
            }
        case .httpRoute(let name): return [try named(name, "httproute", keys, services)]
        case .virtualService(let name): return [try named(name, "virtualservice", keys, services)]
        case .ingress(let name): return [try named(name, "ingress", keys, services)]
        }
    }

    private func candidates(_ router: any Router) -> [Object] {
        objects.filter { $0.groupKind == router.groupKind && router.isRoute($0, among: objects) }
    }

    /// In the workload's namespace, or else the only one of that name anywhere in the application.
    private func named(_ name: String, _ noun: String, _ keys: RoutedServices, _ services: [Object]) throws(RolloutError) -> Found {
        guard let router = routers.first(where: { $0.noun == noun }) else {
            throw refuse(MartletAnnotations.traffic, "no router for \"\(noun)\"")
        }
        let kind = router.groupKind.kind
        let ofKind = objects.filter { $0.groupKind == router.groupKind }
        let ofName = ofKind.filter { $0.name == name }
        let leading = ofName.filter { router.leads($0, to: keys) }
        let near = leading.first { $0.namespace == workload.namespace }
        if near == nil, leading.count > 1 {
            throw refuse(
                MartletAnnotations.traffic,
                "\(kind) \"\(name)\" is in the namespaces \(list(leading.map(\.namespace))), and not in \"\(workload.namespace)\": leave the annotation out, and all that lead here are used"
            )
        }
        guard let route = near ?? leading.first ?? ofName.first else {
            let other = routers.first { router in objects.contains { $0.groupKind == router.groupKind && $0.name == name } }
            let near = nearest(to: name, among: ofKind.map(\.name)).map { "\(noun)/\($0)" } ?? other.map { "\($0.noun)/\(name)" }
            let hint = near.map { ", did you mean \"\($0)\"?" } ?? ""
            throw refuse(MartletAnnotations.traffic, "the application has no \(kind) \"\(name)\"\(hint)")
        }
        guard router.isRoute(route, among: objects) else {
            let why =
                noun == "ingress"
                ? "is not of the class of ingress-nginx, which alone can split requests: use an HTTPRoute or a VirtualService"
                : "is of version \"\(route.gvk.version)\", which is too old or too new"
            throw refuse(MartletAnnotations.traffic, "\(kind) \"\(name)\" \(why)")
        }
        guard router.leads(route, to: keys) else {
            let what =
                services.isEmpty
                ? "no Service of the application selects the pods of \"\(workload.name)\""
                : "its Services are \(list(services.map(\.name)))"
            throw refuse(MartletAnnotations.traffic, "\(kind) \"\(name)\" does not lead to \"\(workload.name)\": \(what)")
        }
        return Found(router: router, object: route)
    }

    /// How requests are split, by the strategy and what there is.
    func mode(_ services: [Object], _ routes: [Found]) throws(RolloutError) -> RolloutTraffic.Mode {
        switch spec.strategy {
        case .recreate, .ramped: return .replicas
        case .canary: return routes.isEmpty ? .replicas : .routes
        case .blueGreen:
            if !routes.isEmpty { return .routes }
            if !services.isEmpty { return .selector }
            throw refuse(
                MartletAnnotations.strategy,
                "\"blue-green\" switches a Service from one version to the other, but no Service of the application selects the pods of \"\(workload.name)\": use \"ramped\" or \"canary\""
            )
        case .abTest, .mirror:
            if !routes.isEmpty { return .routes }
            let needs = spec.strategy == .abTest ? "a route that can tell requests apart" : "a route that can send copies of requests"
            throw refuse(
                MartletAnnotations.strategy, "\"\(spec.strategy.rawValue)\" needs \(needs): \(absence(services)), or use \"canary\"")
        }
    }

    /// Why there is no route, and what to add.
    private func absence(_ services: [Object]) -> String {
        if spec.traffic == .none { return "take away \"\(MartletAnnotations.traffic): none\"" }
        if services.isEmpty {
            return "no Service of the application selects the pods of \"\(workload.name)\", add one and an HTTPRoute that leads to it"
        }
        return
            "nothing in the application leads to \(list(services.map { "Service \"\($0.name)\"" }, quoted: false)), add an HTTPRoute or a VirtualService"
    }

    /// Those that can do every step. What one of several cannot do is left to the others, and it keeps leading to the
    /// user's Service, which leads to the stable version while the steps run.
    func usable(_ found: [Found], services: RoutedServices) throws(RolloutError) -> [Found] {
        let primary = found.filter { $0.router.noun != "ingress" }
        let stages = stages
        var usable: [Found] = []
        for route in found {
            do throws(RolloutError) {
                if let obstacle = route.router.obstacle(route.object, to: services, for: workload, among: objects) {
                    throw RolloutError("\(route.object.kind) \"\(route.object.name)\": \(obstacle)", workload: spec.workload)
                }
                for stage in stages {
                    _ = try route.router.overlaid(route.object, RouteChange(workload: spec.workload, services: services, routes: stage))
                }
                usable.append(route)
            } catch {
                if primary.isEmpty || route.router.noun != "ingress" { throw error }
            }
        }
        let needsRequests = stages.contains {
            switch $0 {
            case .matching, .mirror: true
            case .unchanged, .all, .weight: false
            }
        }
        if needsRequests, !usable.contains(where: { $0.router.seesRequests($0.object, to: services) }) {
            throw refuse(
                MartletAnnotations.strategy,
                "\"\(spec.strategy.rawValue)\" needs a route that sees HTTP requests, but \(list(usable.map(\.object.name))) lead connections only: use \"canary\""
            )
        }
        return usable
    }

    /// Everything that the rollout will want of the routes, so that what cannot be is refused before the start.
    private var stages: [RolloutOverlay.Routes] {
        [.all(.stable), .all(.next)]
            + spec.steps.compactMap { step in
                switch step.exposure {
                case .preview: nil
                case .weight(let percent): .weight(percent)
                case .matching: .matching(spec.matches)
                case .mirror(let percent): .mirror(percent)
                }
            }
    }

    private func list(_ names: [String], quoted: Bool = true) -> String {
        names.map { quoted ? "\"\($0)\"" : $0 }.joined(separator: ", ")
    }
}
