/// A number that must stay between limits: one look proves nothing, three in a row do.
package struct LimitTest: Sendable, Hashable {
    package var max: Double?
    package var min: Double?

    /// Looks in a row.
    private static let enough = 3.0

    package init(max: Double?, min: Double?) { (self.max, self.min) = (max, min) }

    package func allows(_ number: Double) -> Bool { number <= max ?? .infinity && number >= min ?? -.infinity }

    /// The evidence after a look. Not a number is no look.
    package func updated(_ evidence: Evidence, value: Double) -> Evidence {
        guard !value.isNaN else { return evidence }
        var evidence = evidence
        // JSON has no infinity.
        evidence.lastValue = Swift.min(Swift.max(value, -1e300), 1e300)
        let isAllowed = allows(value)
        evidence.against = [isAllowed ? 0 : count(evidence.against) + 1]
        evidence.inFavor = [isAllowed ? count(evidence.inFavor) + 1 : 0]
        return evidence
    }

    package func verdict(_ evidence: Evidence) -> Verdict {
        if count(evidence.against) >= Self.enough { return .fail }
        return count(evidence.inFavor) >= Self.enough ? .pass : .inconclusive
    }

    private func count(_ counts: [Double]) -> Double {
        guard counts.count == 1, let count = counts.first, count.isFinite else { return 0 }
        return Swift.min(Swift.max(count, 0), 1000)
    }
}
