import Basics
import Delivery
import HTTP
import Prometheus
import Rollout
import TestKit
import Testing

/// A Prometheus of a few counters: answers the queries that the watch asks of one source.
private final class Counters: HTTPTransport {
    struct State {
        /// By arm, by status.
        var counts: [Arm: [String: Double]] = [:]
        var value: String? = "5"
        var isDown = false
        var queries: [String] = []
        /// Series of the pods themselves; else of nothing.
        var isThere = true
    }

    let state = Locked(State())

    func change(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

    func add(_ arm: Arm, ok: Double, bad: Double = 0) {
        state.withLock {
            $0.counts[arm, default: [:]]["200", default: 0] += ok
            if bad > 0 { $0.counts[arm, default: [:]]["500", default: 0] += bad }
        }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let body = String(decoding: request.body ?? [], as: UTF8.self)
        let answer: String? = state.withLock { state in
            state.queries.append(body)
            if state.isDown { return nil }
            var results: [String] = []
            if body.contains("martlet_source") {
                for arm in state.counts.keys.sorted(by: { $0.rawValue < $1.rawValue }) where state.isThere {
                    results.append(#"{"metric":{"martlet_source":"10","martlet_arm":"\#(arm)","code":"200"},"value":[1,"1"]}"#)
                }
            } else if body.contains("lag") {
                if let value = state.value { results.append(#"{"metric":{},"value":[1,"\#(value)"]}"#) }
            } else {
                for (arm, pod) in [(Arm.stable, "old-1"), (.next, "new-1")] where body.contains(pod) {
                    for (code, count) in state.counts[arm] ?? [:] where !body.contains("failed_total") || code == "500" {
                        results.append(#"{"metric":{"instance":"\#(pod)","pod":"\#(pod)","code":"\#(code)"},"value":[1,"\#(count)"]}"#)
                    }
                }
            }
            return #"{"status":"success","data":{"resultType":"vector","result":[\#(results.joined(separator: ","))]}}"#
        }
        guard let answer else { throw .connection("refused") }
        return HTTPResponse(status: 200, body: HTTPBody(Array(answer.utf8)))
    }
}

/// The looks at the metrics of a rollout, on a server as a function.
@Suite struct MetricWatchTests {
    private let counters = Counters()
    private let time = VirtualTime()
    private let watch: MetricWatch
    private let arms: [Arm: ArmIdentity] = [
        .stable: ArmIdentity(namespace: "shop", workload: "web", hash: "old", pods: ["old-1"]),
        .next: ArmIdentity(namespace: "shop", workload: "web", hash: "new", pods: ["new-1"]),
    ]

    init() throws {
        watch = MetricWatch(client: try PrometheusClient(transport: counters, settings: PrometheusSettings(url: "http://prom")), time: time)
    }

    private func look(_ report: MetricReport, _ metrics: [MetricDefinition] = [.errors], arms: [Arm: ArmIdentity]? = nil) async -> MetricReport {
        await time.advance(by: .seconds(5))
        return await watch.tick(rollout: "1", metrics: metrics, arms: arms ?? self.arms, evidence: report.evidence)
    }

    @Test func aWorseVersionFails() async {
        counters.add(.stable, ok: 100_000, bad: 900)
        counters.add(.next, ok: 50, bad: 50)
        var report = await look(MetricReport())
        #expect(report.verdicts == ["errors": .inconclusive])
        #expect(report.findings == ["errors: no requests to the new version yet (undecided)"], "what was before does not count")
        for _ in 0..<3 {
            counters.add(.stable, ok: 400, bad: 1)
            counters.add(.next, ok: 40, bad: 5)
            report = await look(report)
        }
        #expect(report.verdicts == ["errors": .fail])
        #expect(report.findings == ["errors: 15 of 135 requests of the new version, 3 of 1,203 of the old: 45 times as often (fails)"])
    }

    @Test func aGoodOnePasses() async {
        counters.add(.stable, ok: 1, bad: 1)
        counters.add(.next, ok: 1, bad: 1)
        var report = await look(MetricReport())
        for _ in 0..<100 where report.verdicts["errors"] == .inconclusive {
            counters.add(.stable, ok: 500, bad: 5)
            counters.add(.next, ok: 500, bad: 5)
            report = await look(report)
        }
        #expect(report.verdicts == ["errors": .pass])
    }

    @Test func aServerThatIsDownDecidesNothing() async {
        counters.add(.stable, ok: 100)
        counters.add(.next, ok: 100)
        var report = await look(await look(MetricReport()))
        let before = report.evidence
        counters.change { $0.isDown = true }
        counters.add(.next, ok: 0, bad: 100)
        counters.add(.stable, ok: 1000)
        let asked = counters.state.withLock { $0.queries.count }
        report = await look(report, [.errors, .latency])
        #expect(report.verdicts == ["errors": .unavailable, "latency": .unavailable] && report.evidence["errors"] == before["errors"])
        #expect(report.findings.allSatisfy { $0.contains("does not answer") }, "\(report.findings)")
        #expect(counters.state.withLock { $0.queries.count } == asked + 1, "one try a look")
        counters.change { $0.isDown = false }
        report = await look(report)
        #expect(report.verdicts == ["errors": .fail], "nothing of what was meanwhile is lost")
    }

    @Test func afterARestartItGoesOn() async throws {
        counters.add(.stable, ok: 100)
        counters.add(.next, ok: 100)
        var report = await look(MetricReport())
        for _ in 0..<2 {
            counters.add(.stable, ok: 100)
            counters.add(.next, ok: 50, bad: 4)
            report = await look(report)
        }
        #expect(report.verdicts["errors"] == .inconclusive)
        let other = MetricWatch(client: try PrometheusClient(transport: counters, settings: PrometheusSettings(url: "http://prom")), time: time)
        report = await other.tick(rollout: "1", metrics: [.errors], arms: arms, evidence: report.evidence)
        #expect(report.evidence["errors"]?.bad[.next] == 8)
        for _ in 0..<6 where report.verdicts["errors"] == .inconclusive {
            counters.add(.stable, ok: 100)
            counters.add(.next, ok: 50, bad: 4)
            await time.advance(by: .seconds(5))
            report = await other.tick(rollout: "1", metrics: [.errors], arms: arms, evidence: report.evidence)
        }
        #expect(report.verdicts["errors"] == .fail)
    }

    @Test func youngPodsAreNotCounted() async {
        counters.add(.stable, ok: 100)
        counters.add(.next, ok: 100)
        var young = arms
        young[.next]?.pods = []
        young[.next]?.services = ["web--next"]
        var report = await look(MetricReport(), arms: young)
        for _ in 0..<10 {
            counters.add(.stable, ok: 100)
            counters.add(.next, ok: 50, bad: 50)
            report = await look(report, arms: young)
        }
        #expect(report.verdicts["errors"] == .inconclusive && (report.evidence["errors"]?.requests[.next] ?? 0) == 0)
    }

    @Test func withoutABaselineALimitHolds() async {
        counters.add(.next, ok: 100)
        var report = await look(MetricReport(), arms: arms.filter { $0.key == .next })
        for _ in 0..<5 {
            counters.add(.next, ok: 70, bad: 30)
            report = await look(report, arms: arms.filter { $0.key == .next })
        }
        #expect(report.verdicts == ["errors": .fail])
        #expect(report.findings == ["errors: 150 of 500 requests of the new version, 30% where 5% are allowed (fails)"])
    }

    @Test func nothingIsKnown() async {
        counters.change { $0.isThere = false }
        counters.add(.stable, ok: 5)
        let report = await look(MetricReport(), [.errors, .latency])
        #expect(report.verdicts == ["errors": .inconclusive, "latency": .inconclusive])
        #expect(report.findings.first == "errors: Prometheus knows no requests of \"web\" in \"shop\": neither of a router nor of its pods")
        let alone = await look(MetricReport(), arms: [:])
        #expect(alone.findings == ["errors: there are no pods to ask about yet"])
    }

    @Test func valuesHaveLimits() async throws {
        let lag = MetricDefinition(name: "lag", kind: .value(try QueryTemplate("lag{namespace=\"{{namespace}}\"}"), max: 30, min: nil))
        counters.change { $0.value = "41" }
        var report = MetricReport()
        for _ in 0..<9 { report = await look(report, [lag]) }
        #expect(report.verdicts == ["lag": .fail] && report.findings == ["lag: 41, at most 30 (fails)"])
        #expect(report.evidence["lag"]?.against == [3], "looks within fifteen seconds are one")
        counters.change { $0.value = "NaN" }
        report = await look(MetricReport(), [lag])
        #expect(report.findings == ["lag: its query gives no value now"])
        counters.change { $0.value = nil }
        #expect(await look(MetricReport(), [lag]).verdicts == ["lag": .inconclusive])
    }

    @Test func usersCountersAreCompared() async throws {
        let jobs = MetricDefinition(
            name: "jobs",
            kind: .counts(
                requests: try QueryTemplate("jobs_total{pod=~\"{{pods}}\"}"), bad: try QueryTemplate("jobs_failed_total{pod=~\"{{pods}}\"}"), max: nil))
        counters.add(.stable, ok: 100, bad: 1)
        counters.add(.next, ok: 100, bad: 1)
        var report = await look(MetricReport(), [jobs])
        for _ in 0..<5 {
            counters.add(.stable, ok: 400, bad: 1)
            counters.add(.next, ok: 40, bad: 5)
            report = await look(report, [jobs])
        }
        #expect(report.verdicts == ["jobs": .fail], "\(report.findings)")
        #expect(report.evidence["jobs"]?.requests[.next] == 225)
    }

    @Test func whatIsOverIsForgotten() async {
        counters.add(.stable, ok: 100)
        counters.add(.next, ok: 100)
        let report = await look(MetricReport())
        await watch.forget(rollout: "1")
        counters.add(.next, ok: 0, bad: 1000)
        let next = await look(report)
        #expect(next.verdicts == ["errors": .inconclusive], "the first look only notes")
    }
}
