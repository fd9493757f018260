import Basics
import Delivery
import HTTP
import Prometheus
import Rollout
import TestKit
import Testing

private let isWanted = Subprocess.environment["MARTLET_E2E"] != nil

/// The built-in metrics on Debian's Prometheus, from series as each router writes them.
@Suite(.enabled(if: isWanted, "make e2e"), .timeLimit(.minutes(10))) struct RealMetricsTests {
    /// Each stands in a namespace of its own, so that it is the only one there is.
    static let sources = ["istio", "istiopods", "envoy", "contour", "nginx", "renamed", "traefik", "pods", "spring"]

    private static func arms(_ namespace: String) -> [Arm: ArmIdentity] {
        func arm(_ name: String, _ services: [String], _ clusters: [String]) -> ArmIdentity {
            ArmIdentity(namespace: namespace, workload: "web", hash: name, pods: ["web-\(namespace)-\(name)-1"], services: services, clusters: clusters)
        }
        let prefix = "httproute/\(namespace)/web/rule/0/backend/"
        return [
            .stable: arm("stable", ["web", "web--stable"], namespace == "envoy" ? ["\(prefix)0"] : []),
            .next: arm("next", ["web--next"], namespace == "envoy" ? ["\(prefix)1"] : []),
        ]
    }

    /// What a source says of an arm after so many scrapes: the new version's tenth answer is an error, and slow.
    private static func text(_ source: String, _ arm: Arm, _ scrapes: Int) -> String {
        let all = arm == .stable ? 1000 + 300 * scrapes : 60 * scrapes, bad = arm == .stable ? scrapes : 12 * scrapes
        let milliseconds = [("50", all / 2), ("250", all - bad), ("1000", all), ("+Inf", all)]
        let seconds = [("0.05", all / 2), ("0.25", all - bad), ("1.0", all), ("+Inf", all)]
        let pod = "web-\(source)-\(arm)-1"
        func counter(_ name: String, _ labels: String, _ code: String, ok: String = "200", error: String = "503") -> String {
            "\(name){\(labels),\(code)=\"\(ok)\"} \(all - bad)\n" + (bad > 0 ? "\(name){\(labels),\(code)=\"\(error)\"} \(bad)\n" : "")
        }
        func histogram(_ name: String, _ labels: String, _ bounds: [(String, Int)]) -> String {
            bounds.map { "\(name)_bucket{\(labels),le=\"\($0)\"} \($1)\n" }.joined() + "\(name)_count{\(labels)} \(all)\n\(name)_sum{\(labels)} 1\n"
        }
        switch source {
        case "istio":
            let labels = "reporter=\"source\",destination_service_namespace=\"istio\",destination_service_name=\"web--\(arm)\""
            return counter("istio_requests_total", labels, "response_code") + histogram("istio_request_duration_milliseconds", labels, milliseconds)
        case "istiopods":
            let labels = "reporter=\"destination\",destination_service_name=\"web\",namespace=\"istiopods\",pod=\"\(pod)\""
            return counter("istio_requests_total", labels, "response_code") + histogram("istio_request_duration_milliseconds", labels, milliseconds)
        case "envoy", "contour":
            let name = source == "contour" ? "contour_web--\(arm)_80" : "httproute/envoy/web/rule/0/backend/\(arm == .stable ? 0 : 1)"
            let labels = "envoy_cluster_name=\"\(name)\""
            return counter("envoy_cluster_upstream_rq_xx", labels, "envoy_response_code_class", ok: "2", error: "5")
                + histogram("envoy_cluster_upstream_rq_time", labels, milliseconds)
        case "nginx", "renamed":
            let prefix = source == "nginx" ? "" : "exported_"
            let canary = arm == .next ? "\(source)-web--next-80" : ""
            let labels = "\(prefix)namespace=\"\(source)\",ingress=\"web\",\(prefix)service=\"web\",canary=\"\(canary)\""
            return counter("nginx_ingress_controller_requests", labels, "status") + histogram("nginx_ingress_controller_request_duration_seconds", labels, seconds)
        case "traefik":
            // The stable version's by the user's own Service, whose name the other begins with.
            let labels = "service=\"traefik-web-\(arm == .next ? "next-" : "")80@kubernetescrd\",method=\"GET\""
            return counter("traefik_service_requests_total", labels, "code") + histogram("traefik_service_request_duration_seconds", labels, seconds)
        case "spring":
            let labels = "kubernetes_pod_name=\"\(pod)\",uri=\"/\""
            return histogram("http_server_requests_seconds", "\(labels),status=\"200\"", seconds)
                + (bad > 0 ? "http_server_requests_seconds_count{\(labels),status=\"500\"} \(bad)\n" : "")
        default:
            let labels = "namespace=\"\(source)\",pod=\"\(pod)\""
            // Probes do not count.
            let probes = "http_requests_total{\(labels),path=\"/healthz\",status_code=\"500\"} \(50 * scrapes)\n"
            return probes + counter("http_requests_total", "\(labels),path=\"/\"", "status_code") + histogram("http_request_duration_seconds", labels, seconds)
        }
    }

    @Test func everySourceIsFoundAndCounted() async throws {
        let scrapes = Locked<[String: Int]>([:])
        let target = try await LoopbackServer { request in
            let source = String(request.url.dropFirst())
            let count = scrapes.withLock { scrapes in
                scrapes[source, default: -1] += 1
                return scrapes[source] ?? 0
            }
            return .text(Arm.allCases.map { Self.text(source, $0, count) }.joined())
        }
        let server = try await PrometheusServer(Self.sources.map { PrometheusServer.Target("127.0.0.1:\(target.port)", path: "/\($0)") })
        let watch = MetricWatch(
            client: try PrometheusClient(transport: CurlTransport(), settings: PrometheusSettings(url: server.url)), time: SystemTime())
        var reports: [String: MetricReport] = [:]
        for _ in 0..<200 {
            for source in Self.sources {
                let report = reports[source] ?? MetricReport()
                if report.verdicts == ["errors": .fail, "latency": .fail] { continue }
                reports[source] = await watch.tick(rollout: source, metrics: [.errors, .latency], arms: Self.arms(source), evidence: report.evidence)
            }
            if reports.values.allSatisfy({ $0.verdicts == ["errors": .fail, "latency": .fail] }) { break }
            try await Task.sleep(for: .milliseconds(600))
        }
        for source in Self.sources {
            let report = try #require(reports[source])
            #expect(report.verdicts == ["errors": .fail, "latency": .fail], "\(source): \(report.findings)")
            #expect(report.findings.last?.hasPrefix("latency (over 250ms): ") == true, "\(source): \(report.findings)")
            // Spring's failures are beside the others.
            for metric in source == "spring" ? ["latency"] : ["errors", "latency"] {
                let evidence = try #require(report.evidence[metric])
                let requests = evidence.requests[.next] ?? 0, bad = evidence.bad[.next] ?? 0
                // Exactly as served: a fifth is bad. The other version is counted by a question of its own, perhaps a scrape later.
                #expect(requests > 0 && bad * 5 == requests, "\(source) \(metric): \(report.findings)")
                let stable = evidence.requests[.stable] ?? 0
                #expect(stable >= requests * 2 && stable <= requests * 12, "\(source) \(metric): \(report.findings)")
            }
        }
        await server.stop()
        await target.stop()
    }

    @Test func usersQueries() async throws {
        let scrapes = Locked(0)
        let target = try await LoopbackServer { _ in
            let count = scrapes.withLock { $0 += 1; return $0 }
            return .text(
                """
                jobs_total{pod="old-1"} \(100 * count)
                jobs_total{pod="new-1"} \(100 * count)
                jobs_failed_total{pod="old-1"} 1
                jobs_failed_total{pod="new-1"} \(30 * count)
                queue_lag_seconds{namespace="shop"} 41.5

                """)
        }
        let server = try await PrometheusServer([PrometheusServer.Target("127.0.0.1:\(target.port)")])
        let watch = MetricWatch(
            client: try PrometheusClient(transport: CurlTransport(), settings: PrometheusSettings(url: server.url)), time: SystemTime())
        let metrics = [
            MetricDefinition(
                name: "jobs",
                kind: .counts(
                    requests: try QueryTemplate("jobs_total{pod=~\"{{pods}}\"}"), bad: try QueryTemplate("jobs_failed_total{pod=~\"{{pods}}\"}"), max: nil)),
            MetricDefinition(name: "lag", kind: .value(try QueryTemplate("max(queue_lag_seconds{namespace=\"{{namespace}}\"})"), max: 30, min: nil)),
            MetricDefinition(name: "broken", kind: .value(try QueryTemplate("max(queue_lag_seconds{"), max: 30, min: nil)),
        ]
        let arms: [Arm: ArmIdentity] = [
            .stable: ArmIdentity(namespace: "shop", workload: "web", hash: "a", pods: ["old-1"]),
            .next: ArmIdentity(namespace: "shop", workload: "web", hash: "b", pods: ["new-1"]),
        ]
        var report = MetricReport()
        for _ in 0..<200 where report.verdicts["jobs"] != .fail {
            report = await watch.tick(rollout: "1", metrics: metrics, arms: arms, evidence: report.evidence)
            try await Task.sleep(for: .milliseconds(600))
        }
        #expect(report.verdicts == ["jobs": .fail, "lag": .inconclusive, "broken": .unavailable], "\(report.findings)")
        #expect(report.findings.contains("lag: 41.5, at most 30 (undecided)"))
        #expect(report.findings.contains { $0.hasPrefix("broken: ") && $0.contains("parse error") }, "\(report.findings)")
        await server.stop()
        await target.stop()
    }
}
