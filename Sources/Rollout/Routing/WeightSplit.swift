/// What becomes of the weights of one rule when some of its backends are split between the arms.
enum WeightSplit: Sendable, Hashable {
    /// A backend that is not the rollout's.
    case whole(Int64)
    case split(stable: Int64, next: Int64)

    /// What the Gateway API takes as a weight; Istio takes more.
    static let limit: Int64 = 1_000_000

    /// Splits so that every backend keeps exactly the share it had, and the sum stays where the numbers allow it.
    ///
    /// Else all weights of the rule are multiplied by the smallest number that makes the parts whole. Only where that
    /// would leave the range is a part rounded, by less than half of one of git's own units.
    ///
    /// - Parameters:
    ///   - weights: not negative and within 32 bits, which the reader has checked.
    ///   - percent: of each split backend's weight for the next arm.
    static func of(_ weights: [(weight: Int64, isSplit: Bool)], percent: Int) -> [WeightSplit] {
        let percent = Int64(max(0, min(100, percent)))
        let total = weights.reduce(0) { $0 &+ $1.weight }
        let isOne = total == 1 && weights.contains { $0.isSplit && $0.weight == 1 }
        var factor: Int64 = isOne ? 100 : 1
        if !isOne {
            for (weight, isSplit) in weights where isSplit {
                factor = leastCommonMultiple(factor, 100 / greatestCommonDivisor(100, weight &* percent))
            }
        }
        var scaled = weights.map { $0.weight &* factor }
        var next = zip(scaled, weights).map { $1.isSplit ? $0 &* percent / 100 : 0 }
        if factor > 1, scaled.contains(where: { $0 > limit }) {
            factor = max(1, limit / max(1, weights.reduce(0) { max($0, $1.weight) }))
            scaled = weights.map { $0.weight &* factor }
            next = zip(scaled, weights).map { $1.isSplit ? ($0 &* percent &+ 50) / 100 : 0 }
        }
        return zip(weights, zip(scaled, next)).map { original, new in
            original.isSplit ? .split(stable: new.0 &- new.1, next: new.1) : .whole(new.0)
        }
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return max(1, a)
    }

    private static func leastCommonMultiple(_ a: Int64, _ b: Int64) -> Int64 { a / greatestCommonDivisor(a, b) &* b }
}
