import Basics
import TestKit
import Testing

@testable import Rollout

/// The statistics: rare false alarms, quick true ones, and total on any numbers.
@Suite struct SequentialTestTests {
    private let test = SequentialTest()

    /// Ticks of five seconds until the verdict is no longer open.
    private func run(
        _ random: inout SplitMix64, rate: Double, share: Double, risk: Double, ratio: Double, seconds: Double,
        test: SequentialTest? = nil, incident: (Double) -> Double = { _ in 1 }, weight: (Double) -> Double = { _ in 1 }
    ) -> (verdict: Verdict, seconds: Double) {
        let test = test ?? self.test
        var evidence = Evidence()
        var pending = PendingCounts()
        var now = 0.0
        while now < seconds {
            now += 5
            let risk = min(risk * incident(now), 0.6), share = share * weight(now)
            let next = random.requests(rate * share * 5, badShare: min(risk * ratio, 0.95))
            let stable = random.requests(rate * (1 - share) * 5, badShare: risk)
            guard
                let tick = pending.add(
                    next: ArmCounts(requests: next.all, bad: next.bad), stable: ArmCounts(requests: stable.all, bad: stable.bad),
                    at: .seconds(now))
            else { continue }
            evidence = test.updated(evidence, next: tick.next, stable: tick.stable)
            if test.verdict(evidence) == .fail { return (.fail, now) }
        }
        return (test.verdict(evidence), now)
    }

    static let edges: [(rate: Double, share: Double, risk: Double)] = [
        (0.5, 0.5, 0.05), (2, 0.1, 0.05), (2, 0.5, 0.01), (20, 0.25, 0.02), (100, 0.1, 0.01), (100, 0.5, 0.3),
    ]

    @Test(arguments: edges) func falseAlarmsAtTheEdgeAreRare(_ rate: Double, _ share: Double, _ risk: Double) {
        var random = SplitMix64(state: 7)
        var alarms = 0
        for _ in 0..<200 {
            if run(&random, rate: rate, share: share, risk: risk, ratio: 1.5, seconds: 900).verdict == .fail { alarms += 1 }
        }
        // 1 % are two; more than seven has a chance of one in a thousand.
        #expect(alarms <= 7)
    }

    @Test func aHealthyVersionWithLittleTrafficIsLeftAlone() {
        var random = SplitMix64(state: 1)
        for _ in 0..<200 {
            #expect(run(&random, rate: 0.5, share: 0.2, risk: 0.02, ratio: 1, seconds: 3600).verdict != .fail)
        }
    }

    /// Far more errors for ten minutes, of both alike, while the weight changes.
    @Test func anIncidentThatHitsBothCancelsOut() {
        var random = SplitMix64(state: 3)
        var alarms = 0
        for _ in 0..<100 {
            let end = run(
                &random, rate: 20, share: 0.5, risk: 0.01, ratio: 1, seconds: 1800, incident: { $0 > 300 && $0 < 900 ? 40 : 1 },
                weight: { $0 < 600 ? 0.2 : 1 })
            if end.verdict == .fail { alarms += 1 }
        }
        #expect(alarms == 0)
    }

    static let worse: [(rate: Double, share: Double, ratio: Double, within: Double)] = [
        (100, 0.1, 3, 400), (100, 0.1, 10, 60), (100, 0.5, 3, 200), (20, 0.5, 10, 60), (2, 0.5, 20, 180), (2, 0.1, 20, 500), (0.5, 0.5, 20, 700),
    ]

    @Test(arguments: worse) func aWorseVersionIsFound(_ rate: Double, _ share: Double, _ ratio: Double, _ within: Double) {
        var random = SplitMix64(state: 5)
        var found = 0
        for _ in 0..<50 {
            if run(&random, rate: rate, share: share, risk: 0.01, ratio: ratio, seconds: within).verdict == .fail { found += 1 }
        }
        #expect(found >= 42)
    }

    @Test func whatTurnsBadAfterHoursIsFoundToo() {
        var random = SplitMix64(state: 9)
        var evidence = Evidence()
        func tick(_ ratio: Double) {
            let next = random.requests(10 * 5, badShare: 0.01 * ratio), stable = random.requests(90 * 5, badShare: 0.01)
            evidence = test.updated(
                evidence, next: ArmCounts(requests: next.all, bad: next.bad), stable: ArmCounts(requests: stable.all, bad: stable.bad))
        }
        for _ in 0..<2880 { tick(1) }
        #expect(test.verdict(evidence) == .pass)
        var seconds = 0
        while test.verdict(evidence) != .fail, seconds < 600 {
            tick(10)
            seconds += 5
        }
        #expect(seconds <= 60)
    }

    @Test func aGoodVersionPassesAndABadOneSeldom() {
        var random = SplitMix64(state: 11)
        var good = 0, bad = 0
        for _ in 0..<100 {
            if run(&random, rate: 50, share: 0.25, risk: 0.01, ratio: 1, seconds: 900).verdict == .pass { good += 1 }
            // Failing is not looked for here: only whether it may end as a pass.
            let lenient = SequentialTest(alpha: 1e-300)
            if run(&random, rate: 50, share: 0.25, risk: 0.01, ratio: 2, seconds: 900, test: lenient).verdict == .pass { bad += 1 }
        }
        #expect(good >= 95)
        #expect(bad <= 10)
    }

    @Test func noRequestsAreNoEvidence() {
        var evidence = Evidence()
        for _ in 0..<100 {
            evidence = test.updated(evidence, next: .zero, stable: ArmCounts(requests: 1000, bad: 10))
            evidence = test.updated(evidence, next: ArmCounts(requests: 5, bad: 5), stable: .zero)
        }
        #expect(test.verdict(evidence) == .inconclusive)
        #expect(evidence.requests == [.next: 500, .stable: 100_000] && evidence.bad == [.next: 500, .stable: 1000])
        #expect(test.verdict(Evidence()) == .inconclusive)
    }

    /// A stable version that never fails has no rate to be compared with, and a few failures say it all.
    @Test func aStableVersionWithoutErrors() {
        var evidence = Evidence()
        var failures = 0
        while test.verdict(evidence) != .fail, failures < 50 {
            evidence = test.updated(evidence, next: ArmCounts(requests: 10, bad: 1), stable: ArmCounts(requests: 90, bad: 0))
            failures += 1
        }
        #expect((3...6).contains(failures))
    }

    static let strange: [Double] = [.nan, .infinity, -.infinity, -1, 0, 0.5, 1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude]

    @Test func anyNumbersGiveNumbers() {
        for first in Self.strange {
            for second in Self.strange {
                var evidence = Evidence()
                (evidence.against, evidence.inFavor) = (Array(repeating: first, count: 8), Array(repeating: second, count: 8))
                (evidence.requests, evidence.bad) = ([.next: first, .stable: second], [.next: second])
                for third in Self.strange {
                    let counts = ArmCounts(requests: second, bad: third)
                    for after in [
                        test.updated(evidence, next: counts, stable: ArmCounts(requests: third, bad: first)),
                        test.updated(evidence, next: counts, limit: first), test.updated(Evidence(), next: counts, limit: third),
                    ] {
                        #expect((after.against + after.inFavor).allSatisfy { $0.isFinite })
                        #expect(after.against.count == 8 && after.inFavor.count == 8)
                        #expect(Evidence() != after)
                        _ = test.verdict(after)
                        _ = Finding.counts("errors", after, verdict: test.verdict(after))
                    }
                }
            }
        }
    }

    @Test func againstAnAbsoluteLimit() {
        func rejected(_ risk: Double, _ seed: UInt64) -> Verdict {
            var random = SplitMix64(state: seed)
            var evidence = Evidence()
            for _ in 0..<240 {
                let next = random.requests(25, badShare: risk)
                evidence = test.updated(evidence, next: ArmCounts(requests: next.all, bad: next.bad), limit: 0.05)
                if test.verdict(evidence) == .fail { return .fail }
            }
            return test.verdict(evidence)
        }
        #expect((0..<150).count { rejected(0.05, $0) == .fail } <= 6)
        #expect((0..<50).count { rejected(0.15, $0) == .fail } >= 49)
        #expect((0..<50).count { rejected(0.01, $0) == .pass } >= 49)
    }

    static let needs: [(Exposure, Duration)] = [(.weight(10), .seconds(300)), (.weight(50), .seconds(600)), (.mirror(20), .seconds(300))]

    /// With as much traffic as was asked for, most of the worse versions are found in the step.
    @Test(arguments: needs) func trafficThatWasAskedForIsEnough(_ exposure: Exposure, _ duration: Duration) throws {
        let seconds = duration / .seconds(1)
        for need in test.trafficNeeded(exposure, duration: duration) {
            var share = 0.0
            if case .weight(let percent) = exposure { share = Double(percent) / 100 }
            if case .mirror(let percent) = exposure { share = Double(percent) / Double(100 + percent) }
            var random = SplitMix64(state: 13)
            let found = (0..<50).count { _ in
                run(&random, rate: need.requestsPerSecond / share, share: share, risk: 0.01, ratio: need.ratio, seconds: seconds).verdict == .fail
            }
            #expect(found >= 33, "\(need)")
            let little = (0..<50).count { _ in
                run(&random, rate: need.requestsPerSecond / share / 4, share: share, risk: 0.01, ratio: need.ratio, seconds: seconds).verdict == .fail
            }
            #expect(little <= 25, "\(need)")
        }
    }

    @Test func trafficIsToldAtTheStart() {
        let text = test.trafficNeededText(RolloutSpec.Step(.weight(10), .seconds(300)))
        #expect(text.hasPrefix("step 10% for 5m: at 1% errors of the old version, 3 times as many are found from "))
        #expect(text.contains(" requests per second to the new version on, 10 times as many from "))
        for exposure in [Exposure.preview, .weight(100), .weight(0)] { #expect(test.trafficNeeded(exposure, duration: .seconds(60)).isEmpty) }
        #expect(test.trafficNeeded(.weight(10), duration: .zero).isEmpty)
    }
}
