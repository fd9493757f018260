internal import Document
package import Kubernetes

/// Everything routers and pods go by at one moment.
package struct TrafficSnapshot: Sendable {
    package var gateway: GatewayRoutes
    package var virtualServices: VirtualServices
    package var ingresses: Ingresses
    package var services: [ServiceName: SimulatedService]
    /// By namespace and name.
    package var pods: [ServiceName: SimulatedPod]
    /// The hosts of routes, by the Services they name.
    private var hosts: [TrafficStream.Router: [ServiceName: String]] = [:]

    /// - Parameter objects: Services, Endpoints, Pods and routes; others are not looked at.
    package init(_ objects: [Object] = []) {
        gateway = GatewayRoutes(objects)
        virtualServices = VirtualServices(objects)
        ingresses = Ingresses(objects)
        services = [:]
        pods = [:]
        var podByAddress: [String: String] = [:]
        for object in objects where object.groupKind == .pod {
            pods[ServiceName(object.namespace, object.name)] = SimulatedPod(object)
            if let address = object.string("status", "podIP") { podByAddress["\(object.namespace)/\(address)"] = object.name }
        }
        var endpoints: [ServiceName: Object] = [:]
        for object in objects where object.groupKind == .endpoints { endpoints[ServiceName(object.namespace, object.name)] = object }
        for object in objects where object.groupKind == .service {
            let name = ServiceName(object.namespace, object.name)
            services[name] = SimulatedService(object, endpoints: endpoints[name]) { podByAddress["\(object.namespace)/\($0)"] }
        }
        for object in objects { note(object) }
    }

    /// The host that leads to a Service or one of its arms by a kind of route.
    package func host(of service: ServiceName, by router: TrafficStream.Router) -> String? {
        let names = [service] + ["stable", "next"].map { ServiceName(service.namespace, "\(service.name)--\($0)") }
        for name in names { if let host = hosts[router]?[name] { return host } }
        return nil
    }

    private mutating func note(_ object: Object) {
        let router: TrafficStream.Router, host: String?, references: [Value]
        switch object.groupKind {
        case .httpRoute:
            router = .gateway
            host = object.sequence("spec", "hostnames").first?.string
            references = object.sequence("spec", "rules").flatMap { $0["backendRefs"]?.sequence ?? [] }
        case .virtualService:
            router = .istio
            host = object.sequence("spec", "hosts").first?.string
            references = object.sequence("spec", "http").flatMap { $0["route"]?.sequence ?? [] }.compactMap { $0["destination"] }
        case .ingress:
            router = .ingress
            host = object.sequence("spec", "rules").first?["host"]?.string
            references = object.sequence("spec", "rules").flatMap { $0[path: "http", "paths"]?.sequence ?? [] }
                .compactMap { $0[path: "backend", "service"] }
        default: return
        }
        for reference in references {
            guard let name = reference["name"]?.string ?? reference["host"]?.string?.split(separator: ".").first.map(String.init) else { continue }
            let service = ServiceName(reference["namespace"]?.string ?? object.namespace, name)
            // Any name will do for a wildcard.
            let concrete = host.map { $0.hasPrefix("*.") ? "www" + $0.dropFirst() : $0 } ?? ""
            if hosts[router]?[service] == nil { hosts[router, default: [:]][service] = concrete }
        }
    }
}

/// A Service and the pods that are said to be ready behind it.
package struct SimulatedService: Sendable, Hashable {
    package struct Port: Sendable, Hashable {
        package var name: String
        package var number: Int
        /// Names of pods, sorted.
        package var pods: [String]
    }

    package var ports: [Port]
    /// `pod-template-hash` of its selector.
    package var hash: String?
    /// Leads to one version alone, always the same: an arm of a rollout.
    package var isArm: Bool

    init(_ service: Object, endpoints: Object?, podAt: (String) -> String?) {
        hash = service.mapping("spec", "selector")[PodLabels.templateHash]?.string
        isArm = service.label("martlet.dev/arm-of") != nil
        let subsets = endpoints?.sequence("subsets") ?? []
        ports = service.sequence("spec", "ports").map { port in
            let name = port["name"]?.string ?? ""
            let pods = subsets.filter { subset in (subset["ports"]?.sequence ?? []).contains { $0["name"]?.string ?? "" == name } }
                .flatMap { $0["addresses"]?.sequence ?? [] }
                .compactMap { $0[path: "targetRef", "name"]?.string ?? $0["ip"]?.string.flatMap(podAt) }
            return Port(name: name, number: port["port"]?.int.map(clamped) ?? 0, pods: pods.sorted())
        }
    }

    func port(_ wanted: RouteBackend.Port) -> Port? {
        switch wanted {
        case .first: ports.first
        case .number(let number): ports.first { $0.number == number }
        case .name(let name): ports.first { $0.name == name }
        }
    }
}

/// A pod as requests find it.
package struct SimulatedPod: Sendable, Hashable {
    package var namespace: String
    package var name: String
    package var hash: String
    /// The Deployment's name, as Istio finds it: the ReplicaSet's without the hash.
    package var workload: String
    package var labels: [String: String]
    package var answers: PodAnswers
    /// A pod that is asked to go serves until it is gone, as a well-behaved program does.
    package var isReady: Bool
}

extension SimulatedPod {
    init(_ pod: Object) {
        namespace = pod.namespace
        name = pod.name
        hash = pod.label(PodLabels.templateHash) ?? ""
        let owner = pod.controllerReference?.name ?? pod.name
        workload = !hash.isEmpty && owner.hasSuffix("-\(hash)") ? String(owner.dropLast(hash.count + 1)) : owner
        labels = [:]
        for entry in pod.labels { labels[entry.key] = entry.value.string }
        answers = PodAnswers(of: pod)
        isReady = pod.phase == "Running" && pod.isReadyPod
    }
}
