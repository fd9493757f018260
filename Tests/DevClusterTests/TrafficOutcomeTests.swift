import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// One request in one moment of a cluster.
@Suite struct TrafficOutcomeTests {
    private static func pod(_ name: String, _ hash: String, ip: String, ready: Bool = true, annotations: String = "") -> String {
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: \(name)
          namespace: shop
          labels: {app: web, pod-template-hash: \(hash)}
          annotations: {\(annotations)}
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-\(hash), uid: u, controller: true}]
        status: {phase: Running, podIP: \(ip), conditions: [{type: Ready, status: "\(ready ? "True" : "False")"}]}

        """
    }

    private static func service(_ name: String, hash: String?, pods: [String]) -> String {
        let addresses = pods.map { "{ip: 10.0.0.1, targetRef: {kind: Pod, name: \($0)}}" }.joined(separator: ", ")
        return """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: \(name), namespace: shop, labels: {\(name.contains("--") ? "martlet.dev/arm-of: web" : "")}}
            spec: {selector: {app: web\(hash.map { ", pod-template-hash: \($0)" } ?? "")}, ports: [{name: http, port: 80}, {name: admin, port: 81}]}
            ---
            apiVersion: v1
            kind: Endpoints
            metadata: {name: \(name), namespace: shop}
            subsets: [{addresses: [\(addresses)], ports: [{name: http, port: 8080}]}]

            """
    }

    private static let route = """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: shop}
        spec: {rules: [{backendRefs: [{name: web--next, port: 80}]}]}

        """

    private func send(_ yaml: String, _ change: (inout TrafficStream) -> Void = { _ in }, incident: PodAnswers? = nil) throws -> TrafficOutcome {
        var stream = TrafficStream(namespace: "shop", service: "web", rate: 1)
        change(&stream)
        var random = SplitMix64(state: 3)
        let snapshot = TrafficSnapshot(try YAML.documents(Array(yaml.utf8), file: "test").compactMap { Object($0.value) })
        return simulate(TrafficClient(), of: stream, in: snapshot, incident: incident, &random)
    }

    @Test func aRequestGoesStraightToTheServiceWithoutARoute() throws {
        let outcome = try send(Self.service("web", hash: nil, pods: ["one"]) + Self.pod("one", "aaa", ip: "10.0.0.1"))
        #expect(outcome.rule == "Service shop/web" && outcome.arrival.pod?.name == "one" && outcome.arrival.status == 200)
        #expect(outcome.arrival.pod?.workload == "web" && outcome.arrival.loss == nil && !outcome.arrival.isWrongArm)
    }

    @Test(arguments: [
        ("no Service", "", TrafficLoss.noService),
        ("no endpoint", service("web", hash: nil, pods: []), .noEndpoint),
        ("gone", service("web", hash: nil, pods: ["one"]), .podGone),
        ("not ready", service("web", hash: nil, pods: ["one"]) + pod("one", "aaa", ip: "10.0.0.1", ready: false), .podNotReady),
        ("a route to nowhere", route + service("web", hash: nil, pods: ["one"]) + pod("one", "aaa", ip: "10.0.0.1"), .noService),
    ])
    func aRequestIsLost(what: String, yaml: String, expected: TrafficLoss) throws {
        let outcome = try send(yaml) { if what == "a route to nowhere" { $0.host = "shop.example.com" } }
        #expect(outcome.arrival.loss == expected && outcome.arrival.status >= 500)
    }

    @Test(arguments: [(81, TrafficLoss.noEndpoint), (82, .noService)])
    func aPortMustBeThere(port: Int, expected: TrafficLoss) throws {
        let yaml = Self.service("web", hash: nil, pods: ["one"]) + Self.pod("one", "aaa", ip: "10.0.0.1")
        #expect(try send(yaml) { $0.port = port }.arrival.loss == expected)
    }

    @Test(arguments: [("aaa", true), ("bbb", false)])
    func anArmHasItsOwnPodsOnly(hash: String, isWrong: Bool) throws {
        let yaml = Self.route + Self.service("web--next", hash: "bbb", pods: ["one"]) + Self.pod("one", hash, ip: "10.0.0.1")
        let outcome = try send(yaml)
        #expect(outcome.rule == "HTTPRoute shop/web rule 0" && outcome.arrival.isWrongArm == isWrong)
    }

    /// The user's own Service while it is pinned: told apart, for endpoints follow a moved pin a moment later.
    @Test(arguments: [("aaa", true), ("bbb", false)])
    func aPinnedServiceIsNoArm(hash: String, isOff: Bool) throws {
        let outcome = try send(Self.service("web", hash: "bbb", pods: ["one"]) + Self.pod("one", hash, ip: "10.0.0.1"))
        #expect(outcome.arrival.isOffPin == isOff && !outcome.arrival.isWrongArm)
    }

    @Test func podsAnswerAsTheyAreTold() throws {
        let told = "sim.martlet.dev/error-rate: \"100%\", sim.martlet.dev/latency: 1s"
        let yaml = Self.service("web", hash: nil, pods: ["one"]) + Self.pod("one", "aaa", ip: "10.0.0.1", annotations: told)
        let outcome = try send(yaml)
        #expect(outcome.arrival.status == 500 && outcome.arrival.latency > .milliseconds(300) && outcome.arrival.loss == nil)
        let healthy = Self.service("web", hash: nil, pods: ["one"]) + Self.pod("one", "aaa", ip: "10.0.0.1")
        #expect(try send(healthy).arrival.status == 200)
        #expect(try send(healthy, incident: PodAnswers(errorRate: 1)).arrival.status == 500)
    }

    /// Shares and percentiles of many answers are what the annotations say.
    @Test func answersAreSpread() {
        var random = SplitMix64(state: 5)
        let answers = PodAnswers(errorRate: 0.05, latency: .milliseconds(40), slowShare: 0.01, slowLatency: .seconds(2))
        let all = (0..<20_000).map { _ in answers.answer(&random) }
        let errors = Double(all.count { $0.status == 500 }) / 20_000
        #expect(abs(errors - 0.05) < 0.007)
        let sorted = all.map(\.latency).sorted()
        #expect(sorted[10_000] > .milliseconds(38) && sorted[10_000] < .milliseconds(43))
        #expect(all.count { $0.latency > .milliseconds(500) } > 130 && all.count { $0.latency > .milliseconds(500) } < 280)
    }

    @Test(arguments: [("2", nil), ("-1", nil), ("5%", 0.05), ("0.25", 0.25), ("x%", nil), ("101%", nil)] as [(String, Double?)])
    func aShareIsReadOrLeftOut(text: String, expected: Double?) throws {
        let pod = try #require(Object(try YAML.parse("{apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {sim.martlet.dev/error-rate: \"\(text)\"}}}")))
        #expect(PodAnswers(of: pod).errorRate == expected ?? 0)
    }

    @Test func theSameSeedIsTheSameTraffic() throws {
        let yaml = Self.service("web", hash: nil, pods: ["one", "two"]) + Self.pod("one", "aaa", ip: "10.0.0.1") + Self.pod("two", "bbb", ip: "10.0.0.2")
        #expect(try send(yaml) == send(yaml))
    }
}
