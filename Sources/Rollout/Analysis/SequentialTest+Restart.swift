internal import Glibc

/// A version that was well for hours must not be able to live on that when it
/// turns bad: half of the weight is spread over later starts. A mixture over
/// starts whose weights add up to at most 1 is an e-process as well.
extension SequentialTest {
    /// Requests of the candidate between two starts: something that says nothing about errors.
    private static let stride = 50.0

    /// The logarithm of the weight of the starts that lie between two numbers of requests:
    /// half of `1/(k(k+1))` for the k-th.
    static func startWeight(from: Double, to: Double) -> Double {
        let first = (max(0, from) / stride).rounded(.down), last = (max(0, to) / stride).rounded(.down)
        guard last > first else { return -.infinity }
        return log(0.5 * (1 / (first + 1) - 1 / (last + 1)))
    }

    /// `log(exp(a) + exp(b))`.
    static func logSum(_ a: Double, _ b: Double) -> Double {
        let high = max(a, b), low = min(a, b)
        guard high > -.infinity else { return high }
        return high + log1p(exp(low - high))
    }

    /// Sums as they were kept, or as they begin, where the grid was another.
    func known(_ sums: [Double], _ count: Int, else start: Double) -> [Double] {
        sums.count == count ? sums.map { Self.bounded($0) } : Array(repeating: start, count: count)
    }

    /// A logarithm that stays a number, whatever was read from an annotation.
    static func bounded(_ number: Double) -> Double { number.isNaN ? -1e6 : min(max(number, -1e6), 1e6) }
}
