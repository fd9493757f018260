import Basics
import Cluster
import Document
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

@testable import DevCluster

extension ClusterScenarios {
    /// Traffic through what is written in a cluster.
    @Suite struct TrafficScenarioTests {
        private static let service = """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
            """

        private func arm(_ arm: String, _ hash: String) -> String {
            Self.service.replacing("{name: web}", with: "{name: web--\(arm), labels: {martlet.dev/arm-of: web}}")
                .replacing("{app: web}", with: "{app: web, pod-template-hash: \(hash)}")
        }

        /// A cluster with traffic: 200 requests per second of its own clock, which is ten times as fast as ours.
        private func run(
            _ change: (inout TrafficOptions) -> Void = { _ in }, _ body: (Scenario, CandidateStage, TrafficSimulator) async throws -> Void
        ) async throws {
            let time = AcceleratedTime(factor: 10)
            // Pods need time to go, as programs do: more than a slow machine takes until nobody sends them requests.
            try await Scenario.run(time: time, change: { $0.nodes.stopDelay = .seconds(30) }) { scenario in
                try await RouteDefinitions.install(on: scenario.client)
                let stage = CandidateStage(client: scenario.client, namespace: "default", patience: .milliseconds(60))
                var options = TrafficOptions([TrafficStream(namespace: "default", service: "web", rate: 200, clients: TrafficClient.people)])
                change(&options)
                let traffic = TrafficSimulator(
                    client: scenario.client, options: options, port: 0, time: time, random: RandomSource(seed: 4),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                try await scenario.create(Self.service)
                try await scenario.create(
                    Scenario.deployment(replicas: 3, image: "web:1", extra: "  revisionHistoryLimit: 3"))
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                try await scenario.wait(.endpoints, "web") { ($0.sequence("subsets").first?["addresses"]?.sequence ?? []).count == 3 }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try? await traffic.run() }
                    try await traffic.ready()
                    try await body(scenario, stage, traffic)
                    group.cancelAll()
                }
            }
        }

        /// Waits for more requests.
        private func more(_ count: Int, _ traffic: TrafficSimulator) async throws -> TrafficReport {
            let before = traffic.report
            for _ in 0..<12_000 {
                let since = traffic.report.since(before)
                if since.sent >= count { return since }
                try await Task.sleep(for: .milliseconds(5))
            }
            throw CandidateFailure("no traffic: \(traffic.report)")
        }

        /// Waits until requests go the way that was written last.
        private func until(_ what: String, _ traffic: TrafficSimulator, _ condition: (TrafficReport) -> Bool) async throws {
            for _ in 0..<1000 {
                let seen = try await more(50, traffic)
                if condition(seen) { return }
            }
            throw CandidateFailure("waited in vain for \(what): \(traffic.report)")
        }

        @Test func aRollingUpdateLosesNoRequest() async throws {
            try await run { scenario, _, traffic in
                _ = try await more(200, traffic)
                try await scenario.patch(.deployment, "web", imagePatch("web:2"))
                try await scenario.wait(.deployment, "web") { $0.image == "web:2" && $0.isRolledOut }
                let after = try await more(300, traffic)
                let sets = try await scenario.objects(.replicaSet)
                let new = try #require(sets.first { $0.replicas == 3 }?.label("pod-template-hash"))
                #expect(after.byHash[new] ?? 0 >= 200)
                #expect(traffic.report.isClean, "\(traffic.report.complaints)")
                #expect(traffic.report.byRule.keys.sorted() == ["Service default/web"])
            }
        }

        /// Everything a canary does to routes, by hand, with nobody left without an answer.
        @Test func aCanaryBehindAGatewayLosesNoRequest() async throws {
            try await run({ $0.gateway = .contour }) { scenario, stage, traffic in
                let stable = try await stage.stable()
                let hash = try #require(stable.label("pod-template-hash"))
                let routes = try await scenario.client.resource(for: .httpRoute)
                func route(_ rules: String) async throws {
                    let yaml = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web, namespace: default}, spec: {parentRefs: [{name: public}], hostnames: [shop.example.com], rules: [\(rules)]}}"
                    let object = try #require(Object(try YAML.parse(yaml)))
                    _ = try await scenario.client.apply(routes, object, force: true)
                }
                try await route("{backendRefs: [{name: web, port: 80}]}")
                let accepted = try await scenario.wait(.httpRoute, "web") { !$0.sequence("status", "parents").isEmpty }
                let conditions = accepted.sequence("status", "parents").first?["conditions"]?.sequence ?? []
                #expect(conditions.map { $0["observedGeneration"]?.int } == [accepted.generation, accepted.generation])
                #expect(conditions.map { "\($0["type"]?.string ?? "") \($0["status"]?.string ?? "")" } == ["Accepted True", "ResolvedRefs True"])
                try await scenario.patch(.service, "web", ["spec": ["selector": ["pod-template-hash": .string(hash)]]])
                try await stage.pause()
                try await stage.unmark(stable.name)
                let manifest = try #require(
                    Object(try YAML.parse(Scenario.deployment(image: "web:2", annotations: "sim.martlet.dev/error-rate: \"20%\""))))
                var placed = manifest
                placed.namespace = "default"
                try await stage.createCandidate(placed, replicas: 2)
                try await stage.holds([stable.name: 3, "web-candidate1": 2])
                try await scenario.create(arm("stable", hash))
                try await scenario.create(arm("next", "candidate1"))
                for name in ["web--stable", "web--next"] {
                    try await scenario.wait(.endpoints, name) { !($0.sequence("subsets").first?["addresses"]?.sequence ?? []).isEmpty }
                }
                // What routers know of the two Services is seen only when a route leads there.
                try await scenario.settle(.milliseconds(500))
                try await until("the stable version alone", traffic) { $0.share(of: hash) == 1 }
                var seen = try await more(200, traffic)
                #expect(seen.share(of: hash) == 1)
                try await route("{backendRefs: [{name: web--stable, port: 80, weight: 70}, {name: web--next, port: 80, weight: 30}]}")
                try await until("the canary's first request", traffic) { $0.byHash["candidate1"] ?? 0 > 0 }
                seen = try await more(1500, traffic)
                #expect(abs(seen.share(of: "candidate1") - 0.3) < 0.06)
                // Only telephones.
                try await route(
                    """
                    {matches: [{headers: [{name: user-agent, type: RegularExpression, value: ".*Mobile.*"}]}], backendRefs: [{name: web--next, port: 80}]},
                    {backendRefs: [{name: web--stable, port: 80}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: web--next, port: 80}, percent: 10}}]}
                    """)
                try await until("telephones apart and copies of the others", traffic) { report in
                    guard report.byClient["mobile"]?.keys.sorted() == ["candidate1"] else { return false }
                    guard report.byClient["desktop"]?.keys.sorted() == [hash] else { return false }
                    return report.mirrored["candidate1"] ?? 0 > 0
                }
                seen = try await more(600, traffic)
                #expect(seen.byClient["mobile"]?.keys.sorted() == ["candidate1"])
                #expect(seen.byClient["desktop"]?.keys.sorted() == [hash])
                #expect(seen.mirrored["candidate1"] ?? 0 > 5 && seen.mirrorsLost == 0)
                // And back.
                try await route("{backendRefs: [{name: web--stable, port: 80}]}")
                try await until("the way back", traffic) { $0.share(of: hash) == 1 && $0.mirrored.isEmpty }
                try await stage.delete("web-candidate1")
                try await scenario.delete(.service, "web--next")
                seen = try await more(200, traffic)
                #expect(seen.share(of: hash) == 1)
                #expect(traffic.report.isClean, "\(traffic.report.complaints)")
                // What Prometheus would scrape.
                let port = try #require(traffic.metricsPort)
                let transport = CurlTransport()
                let answer = try await transport.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics"))
                let text = String(decoding: try await answer.body.collect(limit: 1 << 24), as: UTF8.self)
                #expect(answer.status == 200 && answer.headers["content-type"]?.hasPrefix("text/plain") == true)
                #expect(text.contains("envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"default_web--next_80\"}"))
                #expect(text.contains("http_requests_total{namespace=\"default\",pod=\"web-candidate1-"))
            }
        }

        /// What must be seen is seen: a route to a Service without pods, and a pinned Service whose pods are others.
        @Test func whatIsLostIsCounted() async throws {
            try await run { scenario, stage, traffic in
                try await scenario.patch(.service, "web", ["spec": ["selector": ["pod-template-hash": "nobody"]]])
                let seen = try await more(300, traffic)
                #expect(seen.lostBy[.noEndpoint] ?? 0 > 100 && !traffic.report.isClean)
                #expect(!traffic.report.complaints.isEmpty && traffic.report.complaints.count <= 20)
            }
        }

        /// A router that hears late of a change still knows what was: what a drain time is for.
        @Test func aLateRouterSendsToWhatIsGone() async throws {
            try await run({ $0.lag = .seconds(100) }) { scenario, stage, traffic in
                _ = try await more(100, traffic)
                try await scenario.patch(.deployment, "web", ["spec": ["replicas": 1]])
                try await scenario.wait(all: .pod) { $0.count == 1 }
                let seen = try await more(300, traffic)
                #expect(seen.lostBy[.podGone] ?? 0 > 0)
            }
        }
    }
}
