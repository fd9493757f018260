/// Requests of one arm in one tick, and the bad ones among them. Not always whole: some counters are estimates.
package struct ArmCounts: Sendable, Hashable {
    package var requests: Double
    package var bad: Double

    package init(requests: Double, bad: Double) { (self.requests, self.bad) = (requests, bad) }

    package static let zero = ArmCounts(requests: 0, bad: 0)

    package static func + (left: ArmCounts, right: ArmCounts) -> ArmCounts {
        ArmCounts(requests: left.requests + right.requests, bad: left.bad + right.bad)
    }

    /// What can be counted: no negative number, nothing that is not one, not more bad requests than requests.
    package var clamped: ArmCounts {
        let requests = Self.count(self.requests)
        return ArmCounts(requests: requests, bad: min(Self.count(bad), requests))
    }

    /// Counters are doubles: past 2^53 they do not count any more.
    private static func count(_ number: Double) -> Double { number.isNaN ? 0 : min(max(number, 0), 9_007_199_254_740_992) }
}
