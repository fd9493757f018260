import Delivery
import Kubernetes
import Metrics

/// The loop's progress as metrics.
struct ProgressMetrics: Sendable {
    func note(_ event: ProgressEvent) {
        switch event {
        case .rendered: break
        case .fetched: Counter(label: "martlet_revisions_total").increment()
        case .sourceFailed: Counter(label: "martlet_source_failures_total").increment()
        case .planned, .hook, .observed, .notifications: break
        case .outcome(let application, let outcome):
            let result =
                switch outcome.result {
                case .applied(_, let isCreated): isCreated ? "created" : outcome.action == .correct ? "corrected" : "updated"
                case .deleting: "deleted"
                case .failed: "failed"
                case .superseded: "superseded"
                }
            Counter(label: "martlet_objects_total", dimensions: [("application", application), ("result", result)]).increment()
        case .applied(let application, _, _, let failures, let duration):
            Counter(
                label: "martlet_syncs_total",
                dimensions: [("application", application), ("outcome", failures == 0 ? "succeeded" : "failed")]
            ).increment()
            Timer(label: "martlet_sync_duration_seconds", dimensions: [("application", application)]).record(duration: duration)
        case .healthy(let application, _, let duration):
            Timer(label: "martlet_healthy_duration_seconds", dimensions: [("application", application)]).record(duration: duration)
        case .rollouts(let application, let rollouts, let ended):
            for rollout in rollouts { note(application, rollout.workload, phase: rollout.phaseNumber, weight: rollout.weight) }
            for workload in ended { note(application, workload, phase: 0, weight: 0) }
        case .status(let status, _):
            let dimensions = [("application", status.application)]
            Gauge(label: "martlet_application_synced", dimensions: dimensions).record(status.sync == .synced ? 1 : 0)
            Gauge(label: "martlet_application_healthy", dimensions: dimensions).record(status.health == .healthy ? 1 : 0)
            Gauge(label: "martlet_application_objects", dimensions: dimensions).record(status.objects)
        }
    }
}

extension ProgressMetrics {
    private func note(_ application: String, _ workload: ObjectKey, phase: Int, weight: Int) {
        let dimensions = [("application", application), ("workload", workload.name), ("namespace", workload.namespace)]
        Gauge(label: "martlet_rollout_phase", dimensions: dimensions).record(phase)
        Gauge(label: "martlet_rollout_weight", dimensions: dimensions + [("arm", "next")]).record(weight)
        Gauge(label: "martlet_rollout_weight", dimensions: dimensions + [("arm", "stable")]).record(100 - weight)
    }
}

extension Timer {
    fileprivate func record(duration: Duration) {
        let (seconds, attoseconds) = duration.components
        recordNanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
