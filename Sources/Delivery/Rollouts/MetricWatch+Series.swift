internal import Basics
internal import Prometheus
internal import Rollout

/// The built-in metrics: finds the series there are, and counts.
extension MetricWatch {
    /// How often it is asked whether there are better series.
    private static let searchPause = Duration.seconds(15)

    func errors(
        _ name: String, _ arms: [Arm: ArmIdentity], _ evidence: Evidence, _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        guard let source = try await source(among: MetricSource.errors, arms, &memory) else {
            return undecided(name, evidence, Self.nothing(name, arms))
        }
        return try await compare(name, source, nil, arms, evidence, &memory)
    }

    func latency(
        _ name: String, _ arms: [Arm: ArmIdentity], _ evidence: Evidence, _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        guard let source = try await source(among: MetricSource.latency, arms, &memory) else {
            return undecided(name, evidence, Self.nothing(name, arms))
        }
        var evidence = evidence
        if evidence.threshold == nil, let query = source.bucketQuery(arms) {
            var buckets: [Double: Double] = [:]
            for sample in try await vector(query) {
                if let bound = sample.labels["le"].flatMap(source.seconds) { buckets[bound] = sample.point.value }
            }
            evidence.threshold = latencyThreshold(buckets)
        }
        guard let threshold = evidence.threshold else {
            return undecided(name, evidence, "\(name): the old version has had too few requests to know what is slow")
        }
        return try await compare(name, source, threshold, arms, evidence, &memory)
    }

    /// The series to read; looked for until a router knows both versions.
    private func source(
        among sources: [MetricSource], _ arms: [Arm: ArmIdentity], _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricSource? {
        if memory.isSettled { return memory.source }
        if let askedAt = memory.askedAt, time.elapsed - askedAt < Self.searchPause, memory.source != nil { return memory.source }
        guard let probe = MetricSource.probe(sources, arms) else { return nil }
        let answer = try await vector(probe).map(\.labels)
        memory.askedAt = time.elapsed
        guard let choice = MetricSource.choose(sources, answer) else { return memory.source }
        // Routers tell of a version only once it gets requests.
        memory.isSettled = choice.knowsBoth && !choice.source.isOfPods
        if choice.source != memory.source {
            memory.source = choice.source
            (memory.counters, memory.pending) = (CounterMemory(), PendingCounts())
        }
        return memory.source
    }

    private func compare(
        _ name: String, _ source: MetricSource, _ threshold: Double?, _ arms: [Arm: ArmIdentity], _ evidence: Evidence, _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        var samples: [Arm: [CounterSample]] = [:]
        for arm in Arm.allCases {
            guard let query = source.query(arm, arms, threshold: threshold) else { continue }
            samples[arm] = try await vector(query).map { CounterSample(labels: $0.labels, value: $0.point.value) }
        }
        // Noted only when all has been told, so that a failure in between loses nothing.
        let grown = memory.counters.increases(samples)
        var counts: [Arm: ArmCounts] = [:]
        let what = threshold.map { "over \(durationText(.milliseconds(Int64(exactly: ($0 * 1000).rounded()) ?? .max)))" }
        for (arm, increases) in grown {
            guard let counted = source.counts(increases) else {
                return undecided(name, evidence, "\(name): no bucket of \(source.name) ends at \(what ?? ""), so nothing can be counted")
            }
            counts[arm] = counted
        }
        return judge(name, what, counts, limit: arms[.stable] == nil ? Self.limit : nil, arms, evidence, &memory)
    }

    /// Counts become evidence, and evidence a verdict.
    func judge(
        _ name: String, _ what: String?, _ counts: [Arm: ArmCounts], limit: Double?, _ arms: [Arm: ArmIdentity], _ evidence: Evidence,
        _ memory: inout MetricMemory
    ) -> MetricLook {
        var evidence = evidence
        var next = counts[.next] ?? .zero
        // None of its pods is old enough: what it does now is not held against it.
        if arms[.next]?.pods.isEmpty ?? true { next = .zero }
        if let limit {
            evidence = test.updated(evidence, next: next, limit: limit)
        } else if let tick = memory.pending.add(next: next, stable: counts[.stable] ?? .zero, at: time.elapsed) {
            evidence = test.updated(evidence, next: tick.next, stable: tick.stable)
        }
        let verdict = test.verdict(evidence)
        return MetricLook(evidence: evidence, verdict: verdict, finding: Finding.counts(name, what: what, evidence, limit: limit, verdict: verdict))
    }

    func undecided(_ name: String, _ evidence: Evidence, _ finding: String) -> MetricLook {
        MetricLook(evidence: evidence, verdict: .inconclusive, finding: finding)
    }

    private static func nothing(_ name: String, _ arms: [Arm: ArmIdentity]) -> String {
        guard let arm = arms[.next] ?? arms[.stable] else { return "\(name): there are no pods to ask about yet" }
        return "\(name): Prometheus knows no requests of \"\(arm.workload)\" in \"\(arm.namespace)\": neither of a router nor of its pods"
    }
}
