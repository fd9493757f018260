internal import Basics
internal import Glibc

/// How much traffic a step needs before its evidence can decide.
package struct TrafficNeeded: Sendable, Hashable {
    /// How many times as often the new version fails.
    package var ratio: Double
    /// To the new version, all through the step.
    package var requestsPerSecond: Double

    package init(ratio: Double, requestsPerSecond: Double) { (self.ratio, self.requestsPerSecond) = (ratio, requestsPerSecond) }
}

extension SequentialTest {
    /// Three tests in four are done earlier than half as much again as their mean growth says (simulated).
    private static let reserve = 1.5

    /// The requests that a step needs to find a version that fails 3 or 10 times as often.
    ///
    /// - Parameter badShare: how many of the old version's requests are bad.
    /// - Returns: empty for a step in which nothing can be compared.
    package func trafficNeeded(
        _ exposure: Exposure, duration: Duration, badShare: Double = 0.01, ratios: [Double] = [3, 10]
    ) -> [TrafficNeeded] {
        let seconds = duration / .seconds(1)
        guard let share = exposure.shareCounted, seconds > 0, badShare > 0, badShare < 1 else { return [] }
        return ratios.compactMap { ratio in
            // Of all requests that are counted: the component that gets there first.
            let requests = against.map { component in
                let q = Self.candidateShare(component.ratio, share), q0 = Self.candidateShare(r0, share)
                let gain = badShare * (share * ratio * log(q / q0) + (1 - share) * log((1 - q) / (1 - q0)))
                return gain > 0 ? (-log(alpha) - component.logWeight - log(0.5)) / gain : .infinity
            }.min() ?? .infinity
            let perSecond = requests * share * Self.reserve / seconds
            return perSecond.isFinite ? TrafficNeeded(ratio: ratio, requestsPerSecond: perSecond) : nil
        }
    }

    /// For people, at the start: `step 10% for 5m: at 1% errors of the old version, 3 times as many are found from 9.7
    /// requests per second to the new version on, 10 times as many from 0.8 on`.
    package func trafficNeededText(_ step: RolloutSpec.Step, badShare: Double = 0.01) -> String {
        let name = "step \(step.exposure.annotationText) for \(durationText(step.duration))"
        let needed = trafficNeeded(step.exposure, duration: step.duration, badShare: badShare)
        guard !needed.isEmpty else { return "\(name): there are no two versions with requests to compare" }
        let parts = needed.enumerated().map { index, need in
            let rate = Finding.decimal(need.requestsPerSecond)
            let times = "\(Finding.decimal(need.ratio)) times as many"
            return index == 0 ? "\(times) are found from \(rate) requests per second to the new version on" : "\(times) from \(rate) on"
        }
        return "\(name): at \(Finding.decimal(badShare * 100))% errors of the old version, \(parts.joined(separator: ", "))"
    }
}

extension Exposure {
    /// The new version's share of the requests that are counted; nil where only one version gets any.
    fileprivate var shareCounted: Double? {
        switch self {
        case .weight(let percent) where percent > 0 && percent < 100: Double(percent) / 100
        // Each copy is counted beside the request it was made from.
        case .mirror(let percent) where percent > 0: Double(min(percent, 100)) / Double(100 + min(percent, 100))
        // Nobody knows how many will match.
        case .matching: 0.1
        case .preview, .weight, .mirror: nil
        }
    }

    /// As the annotation writes it.
    fileprivate var annotationText: String {
        switch self {
        case .preview: "preview"
        case .weight(let percent): "\(percent)%"
        case .matching: "match"
        case .mirror(let percent): "mirror \(percent)%"
        }
    }
}
