import Basics
import Testing

@testable import DevCluster

/// Prometheus reads what the routers would tell.
@Suite struct TrafficMetricsTests {
    private func ledger(_ router: TrafficStream.Router, route: String, mirrored: Bool = false) -> TrafficLedger {
        var ledger = TrafficLedger()
        for (status, latency, count) in [(200, 20, 8), (500, 700, 2)] {
            var arrival = TrafficOutcome.Arrival(service: ServiceName("shop", "web--next"), status: status)
            arrival.port = 80
            arrival.latency = .milliseconds(latency)
            arrival.pod = SimulatedPod(namespace: "shop", name: "web-bbb-1", hash: "bbb", workload: "web", labels: [:], answers: PodAnswers(), isReady: true)
            var choice = RouteChoice(route, rule: 0, .backend(RouteBackend(ServiceName("shop", "web--next"))))
            choice.location = RouteChoice.Location(route: "Ingress shop/web", path: "/", service: ServiceName("shop", "web"), isCanary: true)
            let outcome = TrafficOutcome(
                route: router == .none ? nil : choice, router: router, request: SimulatedRequest(host: "shop.example.com"), arrival: arrival,
                mirrors: mirrored ? [arrival] : [])
            for _ in 0..<count { ledger.enter(outcome, client: "anyone") }
        }
        return ledger
    }

    private func lines(_ router: TrafficStream.Router, route: String, _ change: (inout TrafficOptions) -> Void = { _ in }) -> Set<String> {
        var options = TrafficOptions([])
        change(&options)
        return Set(ledger(router, route: route).metrics(options).map(\.text).joined().split(separator: "\n").map(String.init))
    }

    @Test func podsTellOfTheirAnswers() {
        let lines = lines(.none, route: "")
        for expected in [
            "# TYPE http_requests_total counter", "# TYPE http_request_duration_seconds histogram",
            #"http_requests_total{namespace="shop",pod="web-bbb-1",method="GET",code="200"} 8"#,
            #"http_requests_total{namespace="shop",pod="web-bbb-1",method="GET",code="500"} 2"#,
            #"http_request_duration_seconds_bucket{namespace="shop",pod="web-bbb-1",method="GET",code="200",le="0.01"} 0"#,
            #"http_request_duration_seconds_bucket{namespace="shop",pod="web-bbb-1",method="GET",code="200",le="0.025"} 8"#,
            #"http_request_duration_seconds_bucket{namespace="shop",pod="web-bbb-1",method="GET",code="500",le="0.5"} 0"#,
            #"http_request_duration_seconds_bucket{namespace="shop",pod="web-bbb-1",method="GET",code="500",le="+Inf"} 2"#,
            #"http_request_duration_seconds_sum{namespace="shop",pod="web-bbb-1",method="GET",code="500"} 1.4"#,
        ] { #expect(lines.contains(expected), "\(expected)") }
        #expect(!lines.contains { $0.contains("istio") || $0.contains("envoy") || $0.contains("nginx") || $0.contains("traefik") })
    }

    @Test func istioTellsTwice() {
        let lines = lines(.istio, route: "VirtualService shop/web")
        let common = #"destination_service="web--next.shop.svc.cluster.local",destination_service_name="web--next",destination_service_namespace="shop",destination_workload="web",destination_workload_namespace="shop",request_protocol="http",response_code="500",response_flags="-""#
        #expect(lines.contains("istio_requests_total{reporter=\"destination\",namespace=\"shop\",pod=\"web-bbb-1\",\(common)} 2"))
        #expect(lines.contains("istio_requests_total{reporter=\"source\",namespace=\"istio-system\",pod=\"istio-ingressgateway-0\",\(common)} 2"))
        #expect(lines.contains("istio_request_duration_milliseconds_bucket{reporter=\"destination\",namespace=\"shop\",pod=\"web-bbb-1\",\(common),le=\"1000\"} 2"))
    }

    @Test(arguments: [(GatewayController.envoyGateway, "httproute/shop/web/rule/0"), (.contour, "shop_web--next_80")])
    func envoyTellsByCluster(controller: GatewayController, cluster: String) {
        let lines = lines(.gateway, route: "HTTPRoute shop/web") { $0.gateway = controller }
        #expect(lines.contains("envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"\(cluster)\"} 2"))
        #expect(lines.contains("envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"\(cluster)\",le=\"25\"} 8"))
        #expect(lines.contains("envoy_cluster_upstream_rq_time_count{envoy_cluster_name=\"\(cluster)\"} 10"))
    }

    @Test func ingressesTellByService() {
        let nginx = lines(.ingress, route: "Ingress shop/web--next")
        #expect(
            nginx.contains(
                #"nginx_ingress_controller_requests{namespace="shop",ingress="web",host="shop.example.com",path="/",method="GET",service="web",canary="shop-web--next-80",status="500"} 2"#))
        let traefik = lines(.ingress, route: "Ingress shop/web--next") { $0.ingress = .traefik }
        #expect(traefik.contains(#"traefik_service_requests_total{code="500",method="GET",protocol="http",service="shop-web-next-80@kubernetes"} 2"#))
    }

    @Test func copiesAreNoRequestsOfUsers() {
        let report = ledger(.gateway, route: "HTTPRoute shop/web", mirrored: true).report
        #expect(report.sent == 10 && report.mirrored == ["bbb": 10] && report.byHash == ["bbb": 10] && report.byStatus == [200: 8, 500: 2])
        #expect(report.since(ledger(.gateway, route: "HTTPRoute shop/web").report).sent == 0)
    }

    @Test func namesAreEscaped() {
        let sample = MetricSample(name: "a", labels: [.init(name: "b", value: "c\"\\\n")], value: 0.5)
        #expect(sample.line == #"a{b="c\"\\\n"} 0.5"#)
    }
}
