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
package actor MetricWatch {
    private let client: PrometheusClient
    private let time: any TimeSource

    package init(client: PrometheusClient, time: any TimeSource) {
        self.client = client
        self.time = time
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
        for metric in metrics {
            report.verdicts[metric.name] = .inconclusive
            report.findings.append("\(metric.name): nothing is known yet")
        }
        return report
    }

    /// The rollout is over: what was kept for it is dropped.
    package func forget(rollout id: String) {}
}
