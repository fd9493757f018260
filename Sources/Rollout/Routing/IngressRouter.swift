import Document
import Kubernetes

/// Ingress of the class of ingress-nginx (networking.k8s.io, v1 and v1beta1).
///
/// The user's Ingress stays as git says: it leads to the user's Service, which leads to the stable version while it is
/// pinned. Beside it stands an Ingress `NAME--next` with the same hosts and paths, which the controller takes for its
/// alternative because of the `canary` annotations. Leading the user's own Ingress to an arm would be wrong: the
/// controller drops the upstream of an alternative that is also somebody's primary for a moment, and answers 503.
///
/// It cannot mirror: `mirror-target` copies all requests or none, and makes users wait for the copies' answers.
struct IngressRouter: Router {
    let noun = "ingress"
    let groupKind = GroupKind(group: "networking.k8s.io", kind: "Ingress")

    static let prefix = "nginx.ingress.kubernetes.io/"

    func leads(_ route: Object, to services: RoutedServices) -> Bool {
        backends(route).contains { services.contains($0, in: route.namespace) }
    }

    func seesRequests(_ route: Object, to services: RoutedServices) -> Bool { true }

    func overlaid(_ route: Object, _ change: RouteChange) throws(RolloutError) -> [Object] {
        if isCanary(route) {
            throw change.refuse(
                route, "it is itself a canary of ingress-nginx, and there can be only one: take it out of git, a rollout makes its own")
        }
        var annotations: Mapping = [Self.prefix + "canary": "true"]
        func set(_ name: String, _ value: String) { annotations[Self.prefix + name] = .string(value) }
        switch change.routes {
        case .unchanged, .all(.stable): return [route]
        case .all(.next): set("canary-weight", "100")
        case .weight(let percent): set("canary-weight", String(max(0, min(100, percent))))
        case .matching(let matches):
            set("canary-weight", "0")
            for (name, value) in try condition(matches, change, route) { set(name, value) }
        case .mirror:
            throw change.refuse(
                route, "ingress-nginx cannot send copies of a part of the requests: use an HTTPRoute or a VirtualService, or \"canary\"",
                annotation: MartletAnnotations.strategy)
        }
        guard let canary = canary(route, annotations, change) else { return [route] }
        return [route, canary]
    }

    /// What ingress-nginx can tell requests apart by: one header, or a cookie that says "always".
    private func condition(_ matches: [RequestMatch], _ change: RouteChange, _ route: Object) throws(RolloutError) -> [(String, String)] {
        let ability = "ingress-nginx takes one header, or one cookie = \"always\""
        func refuse(_ text: String) -> RolloutError { change.refuse(route, text, annotation: MartletAnnotations.match) }
        _ = try HeaderCondition.all(matches, workload: change.workload)
        guard let match = matches.first, Set(matches).count == 1 else {
            throw refuse("\(ability): for more, use an HTTPRoute or a VirtualService")
        }
        guard isPlain(match.name) else {
            throw refuse("ingress-nginx does not take \"\(match.name)\" as the name of a \(match.source.rawValue)")
        }
        switch (match.source, match.isRegularExpression) {
        case (.cookie, false) where match.value == "always": return [("canary-by-cookie", match.name)]
        case (.cookie, _): throw refuse("\(ability): use an HTTPRoute or a VirtualService for other values")
        case (.header, false):
            // Its own checks (validate-annotations) would throw the whole Ingress away.
            guard !match.value.isEmpty, isPlain(match.value.replacing(" ", with: "")) else {
                throw refuse(
                    "ingress-nginx takes letters, digits, spaces and \"-._~/:\" in the value of a header: use an HTTPRoute or a VirtualService for others"
                )
            }
            return [("canary-by-header", match.name), ("canary-by-header-value", match.value)]
        case (.header, true):
            guard !match.value.isEmpty, isPlain(match.value, and: "^$[](){}*+?|&=\\") else {
                throw refuse(
                    "ingress-nginx takes letters, digits and \"-._~/:^$[](){}*+?|&=\\\" in an expression: use an HTTPRoute or a VirtualService for others"
                )
            }
            return [("canary-by-header", match.name), ("canary-by-header-pattern", match.value)]
        }
    }

    /// `parser.BasicCharsRegex` of ingress-nginx.
    private func isPlain(_ text: String, and more: String = "") -> Bool {
        text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-._~/:".utf8.contains($0)
                || more.utf8.contains($0)
        }
    }

    /// The alternative: git's hosts and paths, as far as they lead to our Services.
    private func canary(_ route: Object, _ annotations: Mapping, _ change: RouteChange) -> Object? {
        let names = backends(route)
        let isAlone = names.allSatisfy { change.services.contains($0, in: route.namespace) }
        // Another workload behind the same Ingress may run a rollout too.
        let name = isAlone ? route.name : "\(route.name)-\(change.workload.name)"
        var spec: Mapping = [:]
        if let ingressClass = route.value[path: "spec", "ingressClassName"] { spec["ingressClassName"] = ingressClass }
        for field in ["defaultBackend", "backend"] {
            guard let backend = route.value[path: "spec", field], isOurs(backend, route, change.services) else { continue }
            spec[field] = renamed(backend)
        }
        let rules = (route.value[path: "spec", "rules"]?.sequence ?? []).compactMap { rule -> Value? in
            let paths = (rule[path: "http", "paths"]?.sequence ?? []).filter { isOurs($0["backend"] ?? .null, route, change.services) }
            if paths.isEmpty { return nil }
            var rule = rule
            rule[path: "http", "paths"] = .sequence(
                paths.map { path in
                    var path = path
                    path["backend"] = path["backend"].map(renamed)
                    return path
                })
            return rule
        }
        if !rules.isEmpty { spec["rules"] = .sequence(rules) }
        var metadata = companionMetadata(of: route, name: armName(name, .next, limit: 253), workload: change.workload, keeping: isInherited)
        for entry in annotations { metadata[path: "annotations", entry.key] = entry.value }
        return Object(.mapping(["apiVersion": .string(route.apiVersion), "kind": "Ingress", "metadata": metadata, "spec": .mapping(spec)]))
    }

    /// Annotations of the user's Ingress that its alternative must have too; the controller takes all others from the
    /// user's. Names for DNS and issuers of certificates must not come twice.
    private func isInherited(_ key: String) -> Bool {
        if key == "kubernetes.io/ingress.class" || key == MartletAnnotations.wave || key == MartletAnnotations.argoWave { return true }
        guard key.hasPrefix(Self.prefix) else { return false }
        let name = key.dropFirst(Self.prefix.count)
        return ["load-balance", "service-upstream"].contains(name)
            || ["affinity", "session-cookie-", "upstream-hash-by"].contains { name.hasPrefix($0) }
    }

    private func renamed(_ backend: Value) -> Value {
        var backend = backend
        if let name = backend[path: "service", "name"]?.string {
            backend[path: "service", "name"] = .string(armServiceName(name, .next))
        } else if let name = backend["serviceName"]?.string {
            backend["serviceName"] = .string(armServiceName(name, .next))
        }
        return backend
    }
}

// MARK: Reading

extension IngressRouter {
    func isRoute(_ object: Object, among objects: [Object]) -> Bool {
        if object.annotations.contains(where: { $0.key.hasPrefix("nginx.org/") }) { return false }
        let controller = "k8s.io/ingress-nginx"
        let classes = objects.filter { $0.groupKind == GroupKind(group: "networking.k8s.io", kind: "IngressClass") }
        guard let name = object.value[path: "spec", "ingressClassName"]?.string ?? object.annotation("kubernetes.io/ingress.class") else {
            if object.annotations.contains(where: { $0.key.hasPrefix(Self.prefix) }) { return true }
            return classes.contains {
                $0.annotation("ingressclass.kubernetes.io/is-default-class") == "true"
                    && $0.value[path: "spec", "controller"]?.string == controller
            }
        }
        if let known = classes.first(where: { $0.name == name }) { return known.value[path: "spec", "controller"]?.string == controller }
        return name.split(separator: "-").contains("nginx")
    }

    /// The controller takes one alternative only for what leads to a Service.
    func obstacle(_ route: Object, to services: RoutedServices, for workload: Object, among objects: [Object]) -> String? {
        let hosts = hosts(route)
        let rival = objects.first {
            $0.groupKind == groupKind && $0.key != route.key && isCanary($0) && $0.label(armLabel) == nil && $0.namespace == route.namespace
                && !self.hosts($0).isDisjoint(with: hosts)
        }
        return rival.map {
            "Ingress \"\($0.name)\" is a canary of the same host already, and ingress-nginx takes only one: take it out of git, a rollout makes its own"
        }
    }

    private func hosts(_ route: Object) -> Set<String> {
        Set((route.value[path: "spec", "rules"]?.sequence ?? []).map { $0["host"]?.string ?? "" })
    }

    func isCanary(_ route: Object) -> Bool { route.annotation(Self.prefix + "canary") == "true" }

    private func name(_ backend: Value) -> String? { backend[path: "service", "name"]?.string ?? backend["serviceName"]?.string }

    private func isOurs(_ backend: Value, _ route: Object, _ services: RoutedServices) -> Bool {
        name(backend).map { services.contains($0, in: route.namespace) } ?? false
    }

    /// The names of all Services it leads to.
    private func backends(_ route: Object) -> [String] {
        let paths = (route.value[path: "spec", "rules"]?.sequence ?? []).flatMap { $0[path: "http", "paths"]?.sequence ?? [] }
        let defaults = ["defaultBackend", "backend"].compactMap { route.value[path: "spec", $0] }
        return (paths.compactMap { $0["backend"] } + defaults).compactMap(name)
    }

    /// The user's Ingress says the same all the time; its alternative has it all in annotations.
    func missing(_ routes: RolloutOverlay.Routes, on route: Object, of services: RoutedServices) -> String? {
        guard isCanary(route) else { return nil }
        let weight = route.annotation(Self.prefix + "canary-weight")
        switch routes {
        case .unchanged, .all(.stable): return "it is still there"
        case .all(.next): return weight == "100" ? nil : "its weight is not 100 yet"
        case .weight(let percent): return weight == String(percent) ? nil : "its weight is not \(percent) yet"
        case .matching:
            let names = ["canary-by-header", "canary-by-cookie"]
            return names.contains { route.annotation(Self.prefix + $0) != nil } ? nil : "it has no condition yet"
        case .mirror: return "it cannot mirror"
        }
    }

    func flows(_ route: Object, of services: RoutedServices) -> [RouteFlow] {
        var flow = RouteFlow()
        var concerns = false
        for name in backends(route) { concerns = flow.add(1, to: name, in: route.namespace, services) || concerns }
        return concerns ? [flow] : []
    }
}
