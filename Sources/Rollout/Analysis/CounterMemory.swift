/// A counter as it stands now.
package struct CounterSample: Sendable, Hashable {
    package var labels: [String: String]
    package var value: Double

    package init(labels: [String: String], value: Double) { (self.labels, self.value) = (labels, value) }
}

/// Counters as they stood at the last look, and so by how much each has grown.
///
/// Exact, where Prometheus' `increase()` extrapolates: the test counts requests.
package struct CounterMemory: Sendable {
    private var last: [[String: String]: Double] = [:]
    /// Who was heard of before: a further series of theirs has grown from nothing.
    private var origins: Set<[String: String]> = []

    /// Series; what is more is not counted.
    private static let limit = 50_000

    package init() {}

    /// How much each has grown since it was looked at last. A counter that is smaller than before has begun anew.
    ///
    /// Of a series from somewhere new nobody knows since when it counts, so it
    /// counts from the next look on. The same holds for every series without an
    /// origin, which a query has summed up: it shrinks whenever a pod goes.
    package mutating func increases(_ samples: [Arm: [CounterSample]]) -> [Arm: [CounterSample]] {
        var met: Set<[String: String]> = []
        var grown: [Arm: [CounterSample]] = [:]
        for arm in Arm.allCases {
            guard let samples = samples[arm] else { continue }
            grown[arm] = samples.compactMap { increase($0, &met) }
        }
        if origins.count < Self.limit { origins.formUnion(met) }
        return grown
    }

    private mutating func increase(_ sample: CounterSample, _ met: inout Set<[String: String]>) -> CounterSample? {
        guard sample.value.isFinite, sample.value >= 0 else { return nil }
        let origin = Self.origin(sample.labels)
        if !origin.isEmpty { met.insert(origin) }
        let before = last[sample.labels]
        guard before != nil || last.count < Self.limit else { return nil }
        last[sample.labels] = sample.value
        var increase = 0.0
        if let before {
            increase = sample.value >= before ? sample.value - before : origin.isEmpty ? 0 : sample.value
        } else if origins.contains(origin) {
            increase = sample.value
        }
        return CounterSample(labels: sample.labels, value: increase)
    }

    /// The process that counts.
    private static func origin(_ labels: [String: String]) -> [String: String] {
        labels.filter { ["job", "instance", "pod", "kubernetes_pod_name", "pod_name"].contains($0.key) && !$0.value.isEmpty }
    }
}

extension MetricSource {
    /// What an arm's series have grown by, as counts.
    ///
    /// - Returns: nil where a histogram has no bucket of the threshold, so that nothing can be told.
    package func counts(_ grown: [CounterSample]) -> ArmCounts? {
        guard case .slow = outcome else {
            return grown.reduce(.zero) { $0 + ArmCounts(requests: $1.value, bad: isFailure($1.labels) ? $1.value : 0) }
        }
        var quick: [[String: String]: Double] = [:], all: [[String: String]: Double] = [:]
        for sample in grown {
            var labels = sample.labels
            let name = labels.removeValue(forKey: "__name__")
            let bound = labels.removeValue(forKey: "le")
            if bound == nil, name == "\(metric)_count" { all[labels] = sample.value } else { quick[labels] = max(quick[labels] ?? 0, sample.value) }
        }
        var counts = ArmCounts.zero
        var isKnown = all.isEmpty
        for (labels, requests) in all {
            // A count without its bucket says nothing: its library may have other bounds now.
            guard let fast = quick[labels] else { continue }
            isKnown = true
            counts = counts + ArmCounts(requests: requests, bad: max(0, requests - fast))
        }
        return isKnown ? counts : nil
    }
}
