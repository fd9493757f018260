/// What the routers and the pods would tell Prometheus of the requests so far.
///
/// | requests by | metrics |
/// | --- | --- |
/// | a pod, however they came | `http_requests_total`, `http_request_duration_seconds` |
/// | VirtualServices, or HTTPRoutes of Istio | `istio_requests_total`, `istio_request_duration_milliseconds` |
/// | HTTPRoutes of Envoy Gateway or Contour | `envoy_cluster_upstream_rq_xx`, `envoy_cluster_upstream_rq_time` |
/// | Ingresses of ingress-nginx | `nginx_ingress_controller_requests`, `nginx_ingress_controller_request_duration_seconds` |
/// | HTTPRoutes or Ingresses of Traefik | `traefik_service_requests_total`, `traefik_service_request_duration_seconds` |
func trafficMetrics(_ flows: [TrafficFlow: LatencyCounts], gateway: GatewayController, ingress: IngressController) -> [MetricFamily] {
    var pods = MetricTable(MetricBounds.seconds, unit: 1000)
    var istio = MetricTable(MetricBounds.envoy)
    var envoy = MetricTable(MetricBounds.envoy), envoyTimes = MetricTable(MetricBounds.envoy)
    var nginx = MetricTable(MetricBounds.seconds, unit: 1000)
    var traefik = MetricTable(MetricBounds.traefik, unit: 1000)
    for (flow, latencies) in flows {
        if let pod = flow.pod {
            pods.add([("namespace", pod.namespace), ("pod", pod.name), ("method", flow.method), ("code", "\(flow.status)")], latencies)
        }
        switch flow.router {
        case .istio: istio.addIstio(flow, latencies)
        case .gateway where gateway == .istio: istio.addIstio(flow, latencies)
        case .gateway where gateway != .traefik:
            guard let name = envoyCluster(flow, gateway) else { continue }
            envoy.add([("envoy_response_code_class", "\(flow.status / 100)"), ("envoy_cluster_name", name)], latencies)
            // A request that reached no pod took no time there.
            if flow.pod != nil { envoyTimes.add([("envoy_cluster_name", name)], latencies) }
        case .ingress where ingress == .nginx:
            nginx.addNginx(flow, latencies)
        case .gateway, .ingress:
            guard let service = flow.service else { continue }
            // It makes one hyphen of several.
            let parts = "\(service.namespace)-\(service.name)-\(flow.port)".split { !$0.isLetter && !$0.isNumber }
            let name = "\(parts.joined(separator: "-"))@\(flow.router == .ingress ? "kubernetes" : "kubernetesgateway")"
            traefik.add([("code", "\(flow.status)"), ("method", flow.method), ("protocol", "http"), ("service", name)], latencies)
        case .auto, .none: continue
        }
    }
    return [
        pods.counter("http_requests_total", "Requests that a pod has answered."),
        pods.histogram("http_request_duration_seconds", "How long a pod took to answer."),
        istio.counter("istio_requests_total", "Requests that Istio's proxies have seen."),
        istio.histogram("istio_request_duration_milliseconds", "How long requests took."),
        envoy.counter("envoy_cluster_upstream_rq_xx", "Answers by class of status code."),
        envoyTimes.histogram("envoy_cluster_upstream_rq_time", "How long requests took, in milliseconds."),
        nginx.counter("nginx_ingress_controller_requests", "Requests of clients."),
        nginx.histogram("nginx_ingress_controller_request_duration_seconds", "How long requests took."),
        traefik.counter("traefik_service_requests_total", "Requests that a service has answered."),
        traefik.histogram("traefik_service_request_duration_seconds", "How long a service took to answer."),
    ].filter { !$0.samples.isEmpty }
}

/// What Envoy's configuration calls where a request goes; nil for one that goes nowhere.
private func envoyCluster(_ flow: TrafficFlow, _ gateway: GatewayController) -> String? {
    guard flow.rule >= 0, let service = flow.service else { return nil }
    if gateway == .contour { return "\(service.namespace)_\(service.name)_\(flow.port)" }
    let rule = "httproute/\(flow.route.split(separator: " ").last ?? "")/rule/\(flow.rule)"
    if flow.isMirror { return "\(rule)-mirror-0" }
    return flow.backend.map { "\(rule)/backend/\($0)" } ?? rule
}

/// Counts by labels.
private struct MetricTable {
    private let bounds: [Double]
    /// How many milliseconds make one of the metric's own unit.
    private let unit: Double
    private var rows: [[MetricSample.Label]: LatencyCounts] = [:]

    init(_ bounds: [Double], unit: Double = 1) { (self.bounds, self.unit) = (bounds, unit) }

    mutating func add(_ labels: [(String, String)], _ latencies: LatencyCounts) {
        rows[labels.map { MetricSample.Label(name: $0.0, value: $0.1) }, default: LatencyCounts()].merge(latencies)
    }

    /// The sidecar at the pod and the proxy at the entrance both count.
    mutating func addIstio(_ flow: TrafficFlow, _ latencies: LatencyCounts) {
        let namespace = flow.service?.namespace ?? "unknown"
        let service = flow.service?.name ?? "unknown"
        let common: [(String, String)] = [
            ("destination_service", "\(service).\(namespace).svc.cluster.local"), ("destination_service_name", service),
            ("destination_service_namespace", namespace),
            ("destination_workload", flow.workload.isEmpty ? "unknown" : flow.workload), ("destination_workload_namespace", namespace),
            ("request_protocol", "http"), ("response_code", "\(flow.status)"), ("response_flags", flow.pod == nil ? "UH" : "-"),
        ]
        add([("reporter", "source"), ("namespace", "istio-system"), ("pod", "istio-ingressgateway-0")] + common, latencies)
        if let pod = flow.pod { add([("reporter", "destination"), ("namespace", pod.namespace), ("pod", pod.name)] + common, latencies) }
    }

    /// A canary's requests are told as those of the Ingress it stands behind, with the name of its own backend beside it.
    mutating func addNginx(_ flow: TrafficFlow, _ latencies: LatencyCounts) {
        let location = flow.location
        let route = (location?.route ?? flow.route).split(separator: " ").last?.split(separator: "/").map(String.init) ?? []
        let canary = flow.service.map { "\($0.namespace)-\($0.name)-\(flow.port)" } ?? ""
        add(
            [
                ("namespace", route.first ?? ""), ("ingress", route.last ?? ""), ("host", flow.host), ("path", location?.path ?? flow.path),
                ("method", flow.method), ("service", location?.service.name ?? ""), ("canary", location?.isCanary == true ? canary : ""),
                ("status", "\(flow.status)"),
            ], latencies)
    }

    private var sorted: [(labels: [MetricSample.Label], counts: LatencyCounts)] {
        rows.map { (labels: $0.key, counts: $0.value) }.sorted { left, right in
            left.labels.map(\.value).lexicographicallyPrecedes(right.labels.map(\.value))
        }
    }

    func counter(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily(
            name: name, kind: .counter, help: help,
            samples: sorted.map { MetricSample(name: name, labels: $0.labels, value: Double($0.counts.count)) })
    }

    func histogram(_ name: String, _ help: String) -> MetricFamily {
        var samples: [MetricSample] = []
        for (labels, counts) in sorted {
            for bound in bounds {
                let edge = MetricSample.Label(name: "le", value: number(bound / unit))
                samples.append(MetricSample(name: "\(name)_bucket", labels: labels + [edge], value: Double(counts.below(bound))))
            }
            let all = MetricSample.Label(name: "le", value: "+Inf")
            samples.append(MetricSample(name: "\(name)_bucket", labels: labels + [all], value: Double(counts.count)))
            samples.append(MetricSample(name: "\(name)_sum", labels: labels, value: counts.sum / unit))
            samples.append(MetricSample(name: "\(name)_count", labels: labels, value: Double(counts.count)))
        }
        return MetricFamily(name: name, kind: .histogram, help: help, samples: samples)
    }
}
