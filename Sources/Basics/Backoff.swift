/// How long to wait before the next try: doubling from `base` to `limit`, with
/// full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015),
/// so that many clients of one failed server do not come back together.
package struct Backoff: Sendable {
    package var base: Duration
    package var limit: Duration
    /// Failures in a row so far.
    package private(set) var failures = 0

    package init(base: Duration = .milliseconds(200), limit: Duration = .seconds(60)) {
        self.base = base
        self.limit = limit
    }

    /// Counts a failure and says how long to wait; at least half of the full
    /// step, so that a busy server gets a real pause.
    package mutating func next(_ random: RandomSource) -> Duration {
        failures += 1
        var step = base
        for _ in 1..<max(1, min(failures, 64)) where step < limit { step = step * 2 }
        step = min(step, limit)
        return step / 2 + step / 2 * (Double(random.next(below: 1000)) / 1000)
    }

    package mutating func reset() { failures = 0 }
}
