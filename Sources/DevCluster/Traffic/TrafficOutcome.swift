package import Basics

/// What became of one request.
package struct TrafficOutcome: Sendable, Hashable {
    /// The rule that took it; nil: it went straight to the Service.
    package var route: RouteChoice?
    package var router: TrafficStream.Router
    package var request: SimulatedRequest
    package var arrival: Arrival
    /// What became of its copies.
    package var mirrors: [Arrival]

    /// The end of a request or of a copy.
    package struct Arrival: Sendable, Hashable {
        package var service: ServiceName?
        package var port: Int
        package var backendIndex: Int?
        package var pod: SimulatedPod?
        package var loss: TrafficLoss?
        package var status: Int
        package var latency: Duration
        /// It was sent to an arm, and ended at a pod of the other, or at an arm that leads to any.
        package var isWrongArm: Bool
        /// It was sent to a Service that selects one version's pods, and ended at a pod of another.
        package var isOffPin: Bool
    }

    /// `HTTPRoute shop/web rule 0`
    package var rule: String {
        guard let route else { return arrival.service.map { "Service \($0)" } ?? "nowhere" }
        return route.rule < 0 ? "\(route.route) no rule" : "\(route.route) rule \(route.rule)"
    }
}

/// Sends one request of a stream through the routes of a moment to the pods of that moment.
///
/// Pure: the same numbers, the same outcome.
package func simulate(
    _ client: TrafficClient, of stream: TrafficStream, in snapshot: TrafficSnapshot, incident: PodAnswers? = nil, _ random: inout SplitMix64
) -> TrafficOutcome {
    let service = ServiceName(stream.namespace, stream.service)
    for router in stream.router == .auto ? [.gateway, .istio, .ingress] : [stream.router] where router != .none {
        guard let host = stream.host ?? snapshot.host(of: service, by: router) else { continue }
        let request = SimulatedRequest(client.method, host: host, path: client.path, headers: client.headers)
        let choice =
            switch router {
            case .gateway: snapshot.gateway.route(request, &random)
            case .istio: snapshot.virtualServices.route(request, from: stream.namespace, &random)
            default: snapshot.ingresses.route(request, &random)
            }
        guard let choice else { continue }
        let arrival: TrafficOutcome.Arrival
        switch choice.ending {
        case .backend(let backend): arrival = snapshot.arrive(backend, incident, &random)
        case .answered(let status): arrival = .init(status: status)
        case .lost(let loss): arrival = .init(loss: loss)
        }
        return TrafficOutcome(
            route: choice, router: router, request: request, arrival: arrival,
            mirrors: choice.mirrors.map { snapshot.arrive($0, incident, &random) })
    }
    let request = SimulatedRequest(client.method, host: stream.host ?? stream.service, path: client.path, headers: client.headers)
    let backend = RouteBackend(service, port: stream.port.map { .number($0) } ?? .first)
    return TrafficOutcome(route: nil, router: .none, request: request, arrival: snapshot.arrive(backend, incident, &random), mirrors: [])
}

extension TrafficSnapshot {
    /// From a Service to one of its pods, each as likely as the others.
    fileprivate func arrive(_ backend: RouteBackend, _ incident: PodAnswers?, _ random: inout SplitMix64) -> TrafficOutcome.Arrival {
        var arrival = TrafficOutcome.Arrival(service: backend.service, backendIndex: backend.index)
        let draw = random.fraction()
        guard let service = services[backend.service], let port = service.port(backend.port) else { return arrival.losing(.noService) }
        arrival.port = port.number
        var names = port.pods
        if !backend.labels.isEmpty {
            names = names.filter { name in
                let labels = pods[ServiceName(backend.service.namespace, name)]?.labels ?? [:]
                return backend.labels.allSatisfy { labels[$0.key] == $0.value }
            }
        }
        let index = min(names.count - 1, Int(draw * Double(names.count)))
        guard names.indices.contains(index) else { return arrival.losing(.noEndpoint) }
        guard let pod = pods[ServiceName(backend.service.namespace, names[index])] else { return arrival.losing(.podGone) }
        arrival.pod = pod
        let isOther = pod.hash != service.hash
        arrival.isWrongArm = service.isArm && isOther
        arrival.isOffPin = !service.isArm && service.hash != nil && isOther
        if !pod.isReady { return arrival.losing(.podNotReady) }
        var (status, latency) = pod.answers.answer(&random)
        if let incident {
            let other = incident.answer(&random)
            status = max(status, other.status)
            latency = max(latency, other.latency)
        }
        arrival.status = status
        arrival.latency = latency
        return arrival
    }
}

extension TrafficOutcome.Arrival {
    init(service: ServiceName? = nil, backendIndex: Int? = nil, loss: TrafficLoss? = nil, status: Int = 200) {
        self.init(
            service: service, port: 0, backendIndex: backendIndex, pod: nil, loss: loss, status: loss?.status ?? status, latency: .milliseconds(1),
            isWrongArm: false, isOffPin: false)
    }

    fileprivate func losing(_ loss: TrafficLoss) -> Self {
        var copy = self
        copy.loss = loss
        copy.status = loss.status
        return copy
    }
}

extension TrafficLoss {
    /// What the router answers.
    var status: Int {
        switch self {
        case .noRule: 404
        case .noBackend, .noService: 500
        case .noEndpoint, .podGone, .podNotReady: 503
        }
    }
}
