/// What a `TrafficSimulator` sends, and by which routers.
package struct TrafficOptions: Sendable, Hashable {
    package var streams: [TrafficStream]
    /// Which controller serves HTTPRoutes: what its metrics are called.
    package var gateway: GatewayController = .envoyGateway
    /// Which controller serves Ingresses.
    package var ingress: IngressController = .nginx
    /// How long routers take to hear of a change of routes, Services and endpoints.
    package var lag: Duration = .zero
    /// Writes the status of HTTPRoutes, as a gateway's controller does; not where there is one.
    package var acceptsRoutes = true
    /// How often the requests that are due are sent.
    package var tick: Duration = .milliseconds(50)
    /// Something that befalls every pod, whatever its annotations say: a database that is down.
    package var incident: PodAnswers?

    package init(_ streams: [TrafficStream]) { self.streams = streams }
}

/// Requests of users to one Service, or to the host that leads to it.
package struct TrafficStream: Sendable, Hashable {
    /// Which kind of route the requests go by.
    package enum Router: String, Sendable, Hashable, CaseIterable {
        /// The first kind that has a route for the host, in this order; none: straight to the Service.
        case auto
        case gateway, istio, ingress
        /// Straight to the Service, as from a pod beside it.
        case none
    }

    package var name: String
    package var namespace: String
    package var service: String
    /// The Service's port; nil: its first.
    package var port: Int?
    /// Nil: the first host of a route that names the Service or one of its arms, else the Service's own name.
    package var host: String?
    package var router: Router
    /// Requests per second.
    package var rate: Double
    package var clients: [TrafficClient]

    package init(
        namespace: String, service: String, port: Int? = nil, host: String? = nil, router: Router = .auto, rate: Double,
        clients: [TrafficClient] = [TrafficClient()], name: String? = nil
    ) {
        (self.namespace, self.service, self.port, self.host) = (namespace, service, port, host)
        (self.router, self.rate, self.clients) = (router, rate, clients)
        self.name = name ?? "\(namespace)/\(service)"
    }
}

/// One kind of user.
package struct TrafficClient: Sendable, Hashable {
    package var name: String
    /// How many of the requests are of this kind, beside the shares of the others.
    package var share: Double
    package var method: String
    /// With the query, where there is one.
    package var path: String
    /// Cookies are the header `cookie`.
    package var headers: [String: String]

    package init(_ name: String = "anyone", share: Double = 1, method: String = "GET", path: String = "/", headers: [String: String] = [:]) {
        (self.name, self.share, self.method, self.path, self.headers) = (name, share, method, path, headers)
    }

    /// Half of the people have a telephone in their hand.
    package static let people = [
        TrafficClient("desktop", headers: ["user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"]),
        TrafficClient("mobile", headers: ["user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 Safari/604.1"]),
    ]
}

/// Who serves HTTPRoutes.
package enum GatewayController: String, Sendable, Hashable, CaseIterable {
    /// One Envoy cluster for each rule: it tells versions apart only where a rule leads to one of them, or where a
    /// backend has filters of its own.
    case envoyGateway
    /// One Envoy cluster for each port of a Service.
    case contour
    case istio, traefik
}

/// Who serves Ingresses.
package enum IngressController: String, Sendable, Hashable, CaseIterable { case nginx, traefik }
