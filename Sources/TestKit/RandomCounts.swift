package import Basics
internal import Glibc

/// Counts as traffic makes them, repeatable from a seed.
extension SplitMix64 {
    /// Above 0, at most 1.
    private mutating func positiveFraction() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }

    /// How many events there are where `mean` are to be expected: exact up to a mean of 60 (Knuth, "Seminumerical
    /// Algorithms", 3.4.1), the normal distribution from there on.
    package mutating func poisson(_ mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        if mean > 60 {
            let radius = sqrt(-2 * log(positiveFraction()))
            return max(0, (mean + sqrt(mean) * radius * cos(2 * .pi * positiveFraction())).rounded())
        }
        var count = 0.0
        var product = positiveFraction()
        let end = exp(-mean)
        while product > end {
            count += 1
            product *= positiveFraction()
        }
        return count
    }

    /// Requests and the bad ones among them, where `requests` are to be expected and `badShare` of them are bad.
    package mutating func requests(_ requests: Double, badShare: Double) -> (all: Double, bad: Double) {
        let bad = poisson(requests * badShare)
        return (bad + poisson(requests * (1 - badShare)), bad)
    }
}
