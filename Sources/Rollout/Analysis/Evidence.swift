/// What has been learned about one metric since a rollout began: the state of a
/// sequential test, small enough for an annotation.
package struct Evidence: Sendable, Hashable {
    /// Logarithms of the likelihood ratios, one for each risk ratio of the grid that would mean failure.
    package var against: [Double]
    /// The same for those that would mean that all is well.
    package var inFavor: [Double]
    /// Requests seen, and the bad ones among them, by arm.
    package var requests: [Arm: Double]
    package var bad: [Arm: Double]
    /// Latency: the bucket whose upper bound counts as slow, in seconds, chosen at the start.
    package var threshold: Double?
    /// The last value of a metric with limits.
    package var lastValue: Double?

    package init() {
        (against, inFavor, requests, bad) = ([], [], [:], [:])
        (threshold, lastValue) = (nil, nil)
    }
}

/// What the evidence on one metric says so far.
package enum Verdict: String, Sendable, Hashable {
    case pass, fail, inconclusive
    /// The metrics server does not answer: wait for it, decide nothing.
    case unavailable
}
