/// The bucket of a histogram whose upper bound counts as slow: the first that
/// holds the 99th percentile of the stable version. Chosen once for a rollout,
/// so that one limit holds from its start to its end.
///
/// - Parameter buckets: how many requests took at most so long, by the bound; with the infinite one.
/// - Returns: nil where there are fewer than 100 requests, or no bound but the infinite one.
package func latencyThreshold(_ buckets: [Double: Double]) -> Double? {
    let total = buckets[.infinity] ?? buckets.values.filter(\.isFinite).max() ?? 0
    guard total.isFinite, total >= 100 else { return nil }
    let bounds = buckets.filter { $0.key.isFinite && $0.key > 0 && $0.value.isFinite && $0.value >= 0 }.sorted { $0.key < $1.key }
    // Slower than all bounds: the last is the best there is.
    return (bounds.first { $0.value >= 0.99 * total } ?? bounds.last)?.key
}
