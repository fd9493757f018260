internal import Basics
internal import Rollout
internal import TestKit

/// The statistics of a rollout's analysis: how seldom a good version is sent back, and how soon a bad one. The anchor,
/// on the same requests, is a fixed threshold: 99 % of a minute's requests must be good, as Argo Rollouts checks it
/// (one bad minute ends it) and as Flagger does (five do).
enum AnalysisBenchmark {
    @Sendable static func run() async throws {
        print("analysis: ticks of 5 s for an hour; e-processes against r0 1.5 with α 1 %, and a threshold of 99 % a minute")
        edges()
        for risk in [0.01, 0.001] {
            for weight in [0.1, 0.5] { table(risk: risk, weight: weight) }
        }
        incident()
    }

    /// At the edge of what must not be rejected, where the bound of 1 % is tight.
    private static func edges() {
        print("  false aborts within an hour at the edge of the null hypothesis (1.5 times as many errors), in % (± is twice the standard error)")
        for (rate, weight, risk, runs) in [
            (0.5, 0.1, 0.05, 10_000), (0.5, 0.5, 0.01, 10_000), (2, 0.1, 0.01, 10_000), (2, 0.5, 0.05, 10_000), (100, 0.1, 0.01, 4000),
            (100, 0.5, 0.01, 4000), (100, 0.5, 0.2, 4000),
        ] {
            var random = SplitMix64(state: 17)
            let setting = Setting(rate: rate, weight: weight, risk: risk, ratio: 1.5)
            let rejected = (0..<runs).count { _ in Trial.run(setting, &random, needsThreshold: false).test != nil }
            let share = Double(rejected) / Double(runs)
            let error = 2 * (max(share, 1 / Double(runs)) * (1 - share) / Double(runs)).squareRoot()
            print(
                "    \(rate)/s, weight \(percent(weight)), \(percent(risk)) errors: \((share * 100).rounded(toPlaces: 2)) ± \((error * 100).rounded(toPlaces: 2)) (\(runs) runs)"
            )
        }
    }

    private static func table(risk: Double, weight: Double) {
        print("  \(percent(risk)) errors of the old version, weight \(percent(weight)): aborted within an hour, and the median time where that is half of the runs or more")
        print("    \(pad("requests", 9)) \(pad("errors", 7)) \(pad("e-process", 22)) \(pad("99 %, one minute", 22)) \(pad("99 %, five minutes", 22))")
        for rate in [0.5, 2, 100] {
            for ratio in [1.0, 1.5, 3, 10, 20] {
                let runs = rate < 100 ? 2000 : 1000
                var random = SplitMix64(state: 23)
                let setting = Setting(rate: rate, weight: weight, risk: risk, ratio: ratio)
                let trials = (0..<runs).map { _ in Trial.run(setting, &random) }
                let columns = [trials.map(\.test), trials.map(\.oneMinute), trials.map(\.fiveMinutes)].map { pad(outcome($0), 22) }
                print("    \(pad("\(rate)/s", 9)) \(pad("\(ratio)×", 7)) \(columns.joined(separator: " "))")
            }
        }
    }

    /// Both versions alike have thirty times as many errors for ten minutes.
    private static func incident() {
        var random = SplitMix64(state: 29)
        let trials = (0..<1000).map { _ in Trial.run(Setting(rate: 20, weight: 0.2, risk: 0.01, ratio: 1, hasIncident: true), &random) }
        print("  an incident that hits both (30 % errors for ten minutes, 20/s, weight 20%), a good version aborted within an hour:")
        print("    e-process \(outcome(trials.map(\.test))), one minute \(outcome(trials.map(\.oneMinute))), five minutes \(outcome(trials.map(\.fiveMinutes)))")
    }

    private static func outcome(_ times: [Double?]) -> String {
        let found = times.compactMap { $0 }.sorted()
        let share = Double(found.count) / Double(max(times.count, 1))
        let text = "\((share * 100).rounded(toPlaces: 1)) %"
        // Of all runs; those that never abort are the longest.
        guard let median = found.dropFirst(times.count / 2).first else { return text }
        return "\(text), \(durationText(.seconds(median)))"
    }

    private static func percent(_ share: Double) -> String { "\(Finding.decimal(share * 100))%" }
    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}

/// What a version is like, and what it gets.
private struct Setting {
    var rate: Double
    var weight: Double
    /// The old version's share of bad requests.
    var risk: Double
    /// How many times as many the new one has.
    var ratio: Double
    var hasIncident = false
}

/// When each way to look at one release ends it, in seconds.
private struct Trial {
    var test: Double?
    var oneMinute: Double?
    var fiveMinutes: Double?

    static func run(_ setting: Setting, _ random: inout SplitMix64, needsThreshold: Bool = true) -> Trial {
        var trial = Trial()
        let test = SequentialTest()
        var evidence = Evidence()
        var pending = PendingCounts()
        var minute = ArmCounts.zero
        var badMinutes = 0
        for tick in 1...720 {
            let now = Double(tick) * 5
            let risk = setting.hasIncident && now > 600 && now <= 1200 ? setting.risk * 30 : setting.risk
            let next = random.requests(setting.rate * setting.weight * 5, badShare: min(risk * setting.ratio, 0.95))
            let stable = random.requests(setting.rate * (1 - setting.weight) * 5, badShare: risk)
            let counts = ArmCounts(requests: next.all, bad: next.bad)
            if trial.test == nil, let tick = pending.add(next: counts, stable: ArmCounts(requests: stable.all, bad: stable.bad), at: .seconds(now)) {
                evidence = test.updated(evidence, next: tick.next, stable: tick.stable)
                if test.verdict(evidence) == .fail { trial.test = now }
            }
            minute = minute + counts
            if tick.isMultiple(of: 12) {
                if minute.bad > 0.01 * minute.requests {
                    badMinutes += 1
                    if badMinutes == 1 { trial.oneMinute = now }
                    if badMinutes == 5 { trial.fiveMinutes = now }
                }
                minute = .zero
            }
            if trial.test != nil, trial.fiveMinutes != nil || !needsThreshold { break }
        }
        return trial
    }
}
