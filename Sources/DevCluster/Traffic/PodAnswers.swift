package import Basics
package import Kubernetes

/// How a simulated pod answers requests: what the annotations of its template say.
///
/// | annotation `sim.martlet.dev/…` | |
/// | --- | --- |
/// | `error-rate: "0.05"` or `5%` | this share of its answers is a 500 |
/// | `latency: 40ms` | half of its answers take longer (log-normal; the slowest in a hundred 2.3 times as long) |
/// | `slow-share: 1%` | this share takes `slow-latency` |
/// | `slow-latency: 2s` | without it ten times `latency` |
package struct PodAnswers: Sendable, Hashable {
    package var errorRate: Double
    package var latency: Duration
    package var slowShare: Double
    package var slowLatency: Duration

    package init(errorRate: Double = 0, latency: Duration = .milliseconds(20), slowShare: Double = 0, slowLatency: Duration? = nil) {
        (self.errorRate, self.latency, self.slowShare) = (errorRate, latency, slowShare)
        self.slowLatency = slowLatency ?? latency * 10
    }

    package init(of pod: Object) {
        func annotation(_ name: String) -> String? { pod.annotation("sim.martlet.dev/\(name)") }
        self.init(
            errorRate: annotation("error-rate").flatMap(share) ?? 0,
            latency: annotation("latency").flatMap(duration) ?? .milliseconds(20),
            slowShare: annotation("slow-share").flatMap(share) ?? 0,
            slowLatency: annotation("slow-latency").flatMap(duration))
    }

    /// One answer: its status and how long it took.
    package func answer(_ random: inout SplitMix64) -> (status: Int, latency: Duration) {
        let status = random.chance(errorRate) ? 500 : 200
        let median = random.chance(slowShare) ? slowLatency : latency
        return (status, median * random.spread(sigma: 0.36))
    }
}

/// `0.05` or `5%`; nil for what is not between nothing and all.
private func share(_ text: String) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? text.dropLast() : text[...]) else { return nil }
    let share = isPercent ? number / 100 : number
    return share >= 0 && share <= 1 ? share : nil
}
