package import Basics
package import Prometheus
package import Rollout

/// What one look at the metrics of a rollout gave.
package struct MetricReport: Sendable, Hashable {
    /// To be kept in the rollout's state.
    package var evidence: [String: Evidence]
    package var verdicts: [String: Verdict]
    /// One sentence for each metric, for people.
    package var findings: [String]

    package init(evidence: [String: Evidence] = [:], verdicts: [String: Verdict] = [:], findings: [String] = []) {
        (self.evidence, self.verdicts, self.findings) = (evidence, verdicts, findings)
    }
}

/// Looks at the metrics of running rollouts: keeps the counters of the last look
/// in memory, so that evidence comes from what happened since.
///
/// After a restart the first look only notes where the counters stand; the
/// evidence itself is in the rollout's state.
package actor MetricWatch {
    let client: PrometheusClient
    let time: any TimeSource
    let test: SequentialTest
    private var rollouts: [String: RolloutMemory] = [:]

    /// What was kept for a rollout that nobody asks about any more is dropped, whether or not it was said to be over.
    private static let longestSilence = Duration.seconds(3600)

    /// How many of a version's requests may be bad where there is no other to compare with.
    static let limit = 0.05

    package init(client: PrometheusClient, time: any TimeSource, test: SequentialTest = SequentialTest()) {
        (self.client, self.time, self.test) = (client, time, test)
    }

    /// One look. Never throws: what cannot be asked is `.unavailable`, and its evidence stays as it was.
    ///
    /// - Parameters:
    ///   - id: of the rollout.
    ///   - arms: without `.stable` there is no baseline, and absolute limits hold.
    ///   - evidence: as the last look gave it.
    package func tick(
        rollout id: String, metrics: [MetricDefinition], arms: [Arm: ArmIdentity], evidence: [String: Evidence]
    ) async -> MetricReport {
        var report = MetricReport(evidence: evidence)
        let now = time.elapsed
        if rollouts[id] == nil {
            rollouts = rollouts.filter { now - $0.value.lookedAt < Self.longestSilence }
            rollouts[id] = RolloutMemory(lookedAt: now)
        }
        rollouts[id]?.lookedAt = now
        /// Once the server has not answered it is not asked again in this look: each try may last as long as its time limit.
        var outage: PrometheusError?
        for metric in metrics {
            let known = evidence[metric.name] ?? Evidence()
            var memory = rollouts[id]?.metrics[metric.name] ?? MetricMemory()
            do throws(PrometheusError) {
                if let outage { throw outage }
                let look = try await look(metric, arms, known, &memory)
                report.evidence[metric.name] = look.evidence
                report.verdicts[metric.name] = look.verdict
                report.findings.append(look.finding)
            } catch {
                if error.kind == .unavailable { outage = error }
                report.verdicts[metric.name] = .unavailable
                report.findings.append("\(metric.name): \(error)")
            }
            // Nothing, where the rollout was over meanwhile.
            rollouts[id]?.metrics[metric.name] = memory
        }
        return report
    }

    /// The rollout is over: what was kept for it is dropped.
    package func forget(rollout id: String) { rollouts[id] = nil }

    private func look(
        _ metric: MetricDefinition, _ arms: [Arm: ArmIdentity], _ evidence: Evidence, _ memory: inout MetricMemory
    ) async throws(PrometheusError) -> MetricLook {
        switch metric.kind {
        case .errors: try await errors(metric.name, arms, evidence, &memory)
        case .latency: try await latency(metric.name, arms, evidence, &memory)
        case .counts(let requests, let bad, let max): try await counts(metric.name, requests, bad, max, arms, evidence, &memory)
        case .value(let query, let max, let min):
            try await value(metric.name, query, LimitTest(max: max, min: min), arms, evidence, &memory)
        }
    }
}

/// What is remembered of one rollout.
private struct RolloutMemory: Sendable {
    var lookedAt: Duration
    var metrics: [String: MetricMemory] = [:]
}

/// What is remembered of one metric of one rollout.
struct MetricMemory: Sendable {
    /// Which series are read, and whether they are known for both versions.
    var source: MetricSource?
    var isSettled = false
    var askedAt: Duration?
    var counters = CounterMemory()
    var pending = PendingCounts()
    /// When a value was last held against its limits.
    var lookedAt: Duration?
}

/// What came out for one metric.
struct MetricLook: Sendable {
    var evidence: Evidence
    var verdict: Verdict
    var finding: String
}
