internal import Basics

/// Requests that are alike in everything a router's or a pod's metrics tell apart.
struct TrafficFlow: Sendable, Hashable {
    var router: TrafficStream.Router
    /// `HTTPRoute shop/web`
    var route: String
    var rule: Int
    var backend: Int?
    var host: String
    var path: String
    var location: RouteChoice.Location?
    var method: String
    var service: ServiceName?
    var port: Int
    /// Nil: no pod answered.
    var pod: ServiceName?
    var workload: String
    var hash: String
    var status: Int
    var isMirror: Bool

    init(_ outcome: TrafficOutcome, _ arrival: TrafficOutcome.Arrival, isMirror: Bool = false) {
        router = outcome.router
        route = outcome.route?.route ?? ""
        rule = outcome.route?.rule ?? -1
        backend = arrival.backendIndex
        host = outcome.request.host
        path = outcome.request.path
        location = outcome.route?.location
        method = outcome.request.method
        service = arrival.service
        port = arrival.port
        let answered = arrival.loss == nil ? arrival.pod : nil
        pod = answered.map { ServiceName($0.namespace, $0.name) }
        workload = answered?.workload ?? ""
        hash = answered?.hash ?? ""
        status = arrival.status
        self.isMirror = isMirror
    }
}

/// How long requests took: counts below all bounds that any of the metrics has.
struct LatencyCounts: Sendable, Hashable {
    /// In milliseconds.
    static let bounds: [Double] = Array(Set(MetricBounds.envoy + MetricBounds.seconds + MetricBounds.traefik)).sorted()

    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var count = 0
    /// In milliseconds.
    private(set) var sum = 0.0

    mutating func add(_ latency: Duration) {
        let parts = latency.components
        let milliseconds = Double(parts.seconds) * 1000 + Double(parts.attoseconds) / 1e15
        let place = Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bounds.count
        if counts.indices.contains(place) { counts[place] += 1 }
        count += 1
        sum += milliseconds
    }

    mutating func merge(_ other: LatencyCounts) {
        counts = zip(counts, other.counts).map { $0 + $1 }
        count += other.count
        sum += other.sum
    }

    /// How many took no longer than a bound in milliseconds.
    func below(_ bound: Double) -> Int { zip(Self.bounds, counts).reduce(0) { $0 + ($1.0 <= bound ? $1.1 : 0) } }
}

/// The bounds of the routers' histograms, in milliseconds.
enum MetricBounds {
    /// Envoy's, and so Istio's.
    static let envoy: [Double] = [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
    ]
    /// Prometheus' own default, which ingress-nginx and most applications have.
    static let seconds: [Double] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]
    static let traefik: [Double] = [100, 300, 1200, 5000]
}
