import Testing

@testable import Rollout

/// From counters to counts, and from counts to ticks.
@Suite struct CountingTests {
    private func sample(_ value: Double, _ labels: [String: String]) -> CounterSample { CounterSample(labels: labels, value: value) }

    private func grown(_ memory: inout CounterMemory, _ samples: [CounterSample]) -> Double {
        memory.increases([.next: samples]).values.joined().reduce(0) { $0 + $1.value }
    }

    @Test func countersGrow() {
        var memory = CounterMemory()
        let ok = ["instance": "a", "code": "200"], bad = ["instance": "a", "code": "500"], other = ["instance": "b", "code": "200"]
        #expect(grown(&memory, [sample(1000, ok)]) == 0, "the first look only notes")
        #expect(grown(&memory, [sample(1010, ok)]) == 10)
        #expect(grown(&memory, [sample(1010, ok), sample(3, bad)]) == 3, "a new series of someone known has grown from nothing")
        #expect(grown(&memory, [sample(1011, ok), sample(3, bad), sample(500, other)]) == 1, "of someone new nobody knows since when")
        #expect(grown(&memory, [sample(5, ok), sample(1, bad), sample(501, other)]) == 7, "a restart begins at nothing")
        #expect(grown(&memory, [sample(6, ok)]) == 1)
        #expect(grown(&memory, [sample(6, ok), sample(4, bad)]) == 3, "one that was away for a while goes on")
        #expect(grown(&memory, [sample(.nan, ok), sample(-1, bad), sample(.infinity, other)]) == 0)
        #expect(grown(&memory, [sample(8, ok)]) == 2)
    }

    @Test func sumsNeverBeginAnew() {
        var memory = CounterMemory()
        #expect(grown(&memory, [sample(100, [:])]) == 0)
        #expect(grown(&memory, [sample(90, [:])]) == 0, "a pod went, or a process was started anew: nobody knows")
        #expect(grown(&memory, [sample(95, [:]), sample(50, ["code": "500"])]) == 5)
    }

    @Test func failures() {
        let source = MetricSource(name: "", metric: "m", key: .pod(label: "pod"), outcome: .status(labels: MetricSource.statusLabels))
        for (label, value, isFailure) in [
            ("code", "500", true), ("status", "503", true), ("status_code", "5xx", true), ("envoy_response_code_class", "5", true), ("code", "200", false), ("code", "404", false),
            ("code", "50", false), ("code", "5000", false), ("other", "500", false), ("grpc_response_status", "14", true), ("grpc_response_status", "5", false), ("response_code", "0", false),
        ] { #expect(source.isFailure([label: value]) == isFailure, "\(label) \(value)") }
    }

    @Test func slowRequests() {
        let source = MetricSource(name: "", metric: "d", key: .pod(label: "pod"), outcome: .slow(secondsPerUnit: 0.001))
        let a = ["__name__": "d_count", "pod": "a"], b = ["__name__": "d_count", "pod": "b"]
        let quickA = ["__name__": "d_bucket", "pod": "a", "le": "250"]
        #expect(source.counts([sample(100, a), sample(93, quickA), sample(50, b)]) == ArmCounts(requests: 100, bad: 7), "without its bucket a count says nothing")
        #expect(source.counts([sample(50, b)]) == nil)
        #expect(source.counts([]) == .zero)
        #expect(source.counts([sample(1, a), sample(2, quickA)]) == ArmCounts(requests: 1, bad: 0), "counted a moment later")
        #expect(source.seconds("250") == 0.25 && source.seconds("+Inf") == .infinity && source.seconds("x") == nil)
    }

    static let histograms: [([Double: Double], Double?)] = [
        ([0.1: 50, 0.5: 99, 1: 100, .infinity: 100], 0.5), ([0.1: 990, 0.5: 1000, .infinity: 1000], 0.1), ([0.1: 10, 0.5: 90, .infinity: 1000], 0.5),
        ([0.1: 50, .infinity: 99], nil), ([.infinity: 1000], nil), ([:], nil), ([0.1: .nan, 1: 200, .infinity: 200], 1), ([0.1: 200, .infinity: .nan], nil), ([-1: 200, 2: 200], 2),
    ]

    @Test(arguments: histograms) func theSlowestHundredth(_ buckets: [Double: Double], _ threshold: Double?) { #expect(latencyThreshold(buckets) == threshold) }

    @Test func ticksWaitForRequests() {
        var pending = PendingCounts()
        let many = ArmCounts(requests: 10, bad: 1), one = ArmCounts(requests: 1, bad: 0)
        #expect(pending.add(next: many, stable: many, at: .seconds(5))?.next == many, "enough at once")
        #expect(pending.add(next: one, stable: many, at: .seconds(10)) == nil)
        #expect(pending.add(next: .zero, stable: many, at: .seconds(39)) == nil)
        #expect(pending.add(next: .zero, stable: many, at: .seconds(40))?.stable == ArmCounts(requests: 30, bad: 3), "half a minute, with one at least")
        for second in stride(from: 100, through: 215, by: 5) { #expect(pending.add(next: .zero, stable: one, at: .seconds(second)) == nil) }
        #expect(pending.add(next: .zero, stable: one, at: .seconds(220))?.stable.requests == 25, "it does not wait for ever")
        #expect(pending.add(next: .zero, stable: .zero, at: .seconds(2000)) == nil)
        #expect(pending.add(next: ArmCounts(requests: .nan, bad: -1), stable: ArmCounts(requests: -5, bad: .infinity), at: .zero) == nil)
    }

    @Test func limits() {
        let test = LimitTest(max: 30, min: 0)
        func after(_ values: [Double]) -> Verdict { test.verdict(values.reduce(Evidence()) { test.updated($0, value: $1) }) }
        #expect(after([]) == .inconclusive && after([31, 31]) == .inconclusive && after([31, 31, 31]) == .fail)
        #expect(after([31, 31, 1, 31, 31]) == .inconclusive && after([1, 30, 0]) == .pass && after([-1, -1, -.infinity]) == .fail)
        #expect(after([31, 31, .nan, 31]) == .fail && after([.nan, .nan, .nan]) == .inconclusive)
        #expect(after([31, 31, 31, 5]) == .inconclusive)
    }

    static let findings: [((Double, Double), (Double, Double), Verdict, String)] = [
        ((612, 41), (5801, 9), .fail, "errors: 41 of 612 requests of the new version, 9 of 5,801 of the old: 43 times as often (fails)"),
        ((100, 1), (100, 1), .pass, "errors: 1 of 100 requests of the new version, 1 of 100 of the old: as often (passes)"),
        ((100, 0), (1_234_567, 1), .inconclusive, "errors: 0 of 100 requests of the new version, 1 of 1,234,567 of the old (undecided)"),
        ((0, 0), (10, 0), .inconclusive, "errors: no requests to the new version yet (undecided)"),
        ((10, 2), (0, 0), .inconclusive, "errors: 2 of 10 requests of the new version, none seen of the old (undecided)"),
        ((1000, 3), (1000, 2), .inconclusive, "errors: 3 of 1,000 requests of the new version, 2 of 1,000 of the old: 1.5 times as often (undecided)"),
    ]

    @Test(arguments: findings) func sentences(_ next: (Double, Double), _ stable: (Double, Double), _ verdict: Verdict, _ text: String) {
        var evidence = Evidence()
        (evidence.requests, evidence.bad) = ([.next: next.0, .stable: stable.0], [.next: next.1, .stable: stable.1])
        #expect(Finding.counts("errors", evidence, verdict: verdict) == text)
    }

    @Test func otherSentences() {
        var evidence = Evidence()
        (evidence.requests, evidence.bad) = ([.next: 200], [.next: 20])
        #expect(Finding.counts("latency", what: "over 250ms", evidence, limit: 0.05, verdict: .fail) == "latency (over 250ms): 20 of 200 requests of the new version, 10% where 5% are allowed (fails)")
        #expect(Finding.value("lag", evidence, max: 30, min: nil, verdict: .inconclusive) == "lag: no value yet (undecided)")
        evidence.lastValue = 41.25
        #expect(Finding.value("lag", evidence, max: 30, min: 0.5, verdict: .fail) == "lag: 41.3, at least 0.5 and at most 30 (fails)")
        for (number, text) in [(0.001234, "0.00123"), (1234.6, "1,235"), (-0.5, "-0.5"), (0, "0"), (1e300, "1e+300"), (.nan, "nan"), (99.96, "100"), (5, "5")] as [(Double, String)] {
            #expect(Finding.decimal(number) == text)
        }
    }
}
