internal import Basics
internal import Glibc

extension SplitMix64 {
    /// At least 0, below 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True in this share of cases. Always uses one number, so that a change of a share does not shift all later ones.
    mutating func chance(_ share: Double) -> Bool { fraction() < share }

    /// A factor around 1, log-normal (Box & Muller 1958).
    mutating func spread(sigma: Double) -> Double {
        let radius = sqrt(-2 * log(1 - fraction()))
        return exp(sigma * radius * cos(2 * .pi * fraction()))
    }

    /// Which of these weights is drawn; nil where they add up to nothing.
    mutating func choose(_ weights: [Double]) -> Int? {
        let draw = fraction()
        let total = weights.reduce(0) { $0 + max(0, $1) }
        guard total > 0 else { return nil }
        var rest = draw * total
        var last: Int?
        for (index, weight) in weights.enumerated() where weight > 0 {
            last = index
            if rest < weight { return index }
            rest -= weight
        }
        return last
    }
}
