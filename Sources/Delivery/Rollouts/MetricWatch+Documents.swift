internal import Basics
internal import Prometheus
internal import Rollout

/// The metrics of `Metric` documents: the user's own queries.
extension MetricWatch {
    /// Looks at a value that come faster show the same sample again.
    private static let valuePause = Duration.seconds(15)

    func counts(
        _ name: String, _ requests: QueryTemplate, _ bad: QueryTemplate, _ limit: Double?, _ arms: [Arm: ArmIdentity], _ evidence: Evidence,
        _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        var samples: [Arm: [CounterSample]] = [:]
        for arm in Arm.allCases where arm == .next || limit == nil {
            guard let identity = arms[arm] else { continue }
            samples[arm] = []
            var moment: Timestamp?
            for (role, template) in [("requests", requests), ("bad", bad)] {
                let answer = try await vector(template.query(arm, identity), at: moment)
                // Both at one moment, or a request may be bad before it was made.
                moment = moment ?? answer.first?.point.at
                samples[arm]? += answer.map { sample in
                    CounterSample(labels: sample.labels.merging([Self.roleLabel: role, Self.armLabel: arm.rawValue]) { _, new in new }, value: sample.point.value)
                }
            }
        }
        guard samples.values.contains(where: { !$0.isEmpty }) else {
            return undecided(name, evidence, "\(name): its queries give no series")
        }
        let counts = memory.counters.increases(samples).mapValues { grown in
            grown.reduce(ArmCounts.zero) { sum, sample in
                sample.labels[Self.roleLabel] == "bad"
                    ? ArmCounts(requests: sum.requests, bad: sum.bad + sample.value) : ArmCounts(requests: sum.requests + sample.value, bad: sum.bad)
            }
        }
        return judge(name, nil, counts, limit: limit ?? (arms[.stable] == nil ? Self.limit : nil), arms, evidence, &memory)
    }

    private static let roleLabel = "martlet_role", armLabel = "martlet_arm"

    func value(
        _ name: String, _ template: QueryTemplate, _ limits: LimitTest, _ arms: [Arm: ArmIdentity], _ evidence: Evidence,
        _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        guard let identity = arms[.next], !template.namesArm || !identity.pods.isEmpty else {
            return undecided(name, evidence, "\(name): there are no pods to ask about yet")
        }
        let values: [Double]
        switch try await client.query(template.query(.next, identity)).value {
        case .scalar(let point): values = [point.value]
        case .vector(let samples): values = samples.map(\.point.value)
        case .matrix, .string:
            throw PrometheusError(.query, "its query gives no number: ask for an instant vector or a scalar")
        }
        let numbers = values.filter { !$0.isNaN }
        // Of several the worst counts.
        guard let number = numbers.first(where: { !limits.allows($0) }) ?? numbers.first else {
            return undecided(name, evidence, "\(name): its query gives no value now")
        }
        var evidence = evidence
        if memory.lookedAt.map({ time.elapsed - $0 >= Self.valuePause }) ?? true {
            memory.lookedAt = time.elapsed
            evidence = limits.updated(evidence, value: number)
        }
        let verdict = limits.verdict(evidence)
        return MetricLook(
            evidence: evidence, verdict: verdict, finding: Finding.value(name, evidence, max: limits.max, min: limits.min, verdict: verdict))
    }

    /// The samples of an instant query.
    func vector(_ query: String, at moment: Timestamp? = nil) async throws(PrometheusError) -> [QueryValue.Sample] {
        switch try await client.query(query, at: moment).value {
        case .vector(let samples): samples
        case .scalar(let point): [QueryValue.Sample(labels: [:], point: point)]
        case .matrix, .string: throw PrometheusError(.query, "a query of it gives no instant vector")
        }
    }
}
