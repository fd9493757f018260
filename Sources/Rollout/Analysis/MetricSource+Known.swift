/// The series that routers and applications commonly have. Routers come first:
/// they see requests that no pod answered. In each list the first that is there counts.
extension MetricSource {
    /// Labels with the HTTP status, as libraries and routers call it.
    static let statusLabels = ["code", "status", "status_code", "http_status_code", "http_response_status_code", "response_code", "envoy_response_code_class"]

    /// Prometheus' usual names for the pod that a target belongs to.
    private static let podLabels = ["pod", "kubernetes_pod_name", "pod_name"]

    /// Counters of failed requests.
    package static let errors: [MetricSource] = routers(
        istio: "istio_requests_total", envoy: "envoy_cluster_upstream_rq_xx", nginx: "nginx_ingress_controller_requests",
        traefik: "traefik_service_requests_total", milliseconds: .status(labels: statusLabels), seconds: .status(labels: statusLabels))
        + applications(
            ["http_requests_total", "http_server_requests_seconds_count", "http_server_request_duration_seconds_count", "http_request_duration_seconds_count"],
            .status(labels: statusLabels))

    /// Histograms of durations.
    package static let latency: [MetricSource] = routers(
        istio: "istio_request_duration_milliseconds", envoy: "envoy_cluster_upstream_rq_time",
        nginx: "nginx_ingress_controller_request_duration_seconds", traefik: "traefik_service_request_duration_seconds",
        milliseconds: .slow(secondsPerUnit: 0.001), seconds: .slow(secondsPerUnit: 1))
        + applications(
            ["http_request_duration_seconds", "http_server_requests_seconds", "http_server_request_duration_seconds"], .slow(secondsPerUnit: 1))

    private static func routers(
        istio: String, envoy: String, nginx: String, traefik: String, milliseconds: Outcome, seconds: Outcome
    ) -> [MetricSource] {
        // Each request is told by both of its ends, so one of them is enough.
        let mesh = [("source", Key.istioService), ("waypoint", .istioService)] + podLabels.map { ("destination", Key.pod(label: $0)) }
        return mesh.map { reporter, key in
            MetricSource(name: "Istio", metric: istio, key: key, also: [PromQL.equals("reporter", reporter)], outcome: milliseconds)
        } + [
            MetricSource(name: "Envoy", metric: envoy, key: .envoyCluster, outcome: milliseconds),
            MetricSource(
                name: "ingress-nginx", metric: nginx, key: .ingressNginx(namespace: "exported_namespace", service: "exported_service"), outcome: seconds),
            MetricSource(name: "ingress-nginx", metric: nginx, key: .ingressNginx(namespace: "namespace", service: "service"), outcome: seconds),
            MetricSource(name: "Traefik", metric: traefik, key: .traefik(service: "exported_service"), outcome: seconds),
            MetricSource(name: "Traefik", metric: traefik, key: .traefik(service: "service"), outcome: seconds),
        ]
    }

    /// The kubelet's and Prometheus' own requests come by the pod, not by the user: where users are few they would
    /// make the version with more pods look better. Routers do not see them.
    private static let withoutProbes = ["handler", "path", "uri", "route", "http_route"].map { label in
        "\(label)!~\(PromQL.quoted("/(?:-/)?(?:healthz?|healthy|livez?|liveness|ready|readyz|readiness|startup|ping|metrics|actuator(?:/.*)?)"))"
    }

    private static func applications(_ metrics: [String], _ outcome: Outcome) -> [MetricSource] {
        metrics.flatMap { metric in
            podLabels.map { MetricSource(name: "the pods' \(metric)", metric: metric, key: .pod(label: $0), also: withoutProbes, outcome: outcome) }
        }
    }
}
