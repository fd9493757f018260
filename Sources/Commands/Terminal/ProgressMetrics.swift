import Delivery
import Metrics

/// The loop's progress as metrics.
struct ProgressMetrics: Sendable {
    func note(_ event: ProgressEvent) {
        switch event {
        case .rendered: break
        case .fetched: Counter(label: "martlet_revisions_total").increment()
        case .sourceFailed: Counter(label: "martlet_source_failures_total").increment()
        case .planned, .hook: break
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
        case .status(let status, _):
            let dimensions = [("application", status.application)]
            Gauge(label: "martlet_application_synced", dimensions: dimensions).record(status.sync == .synced ? 1 : 0)
            Gauge(label: "martlet_application_healthy", dimensions: dimensions).record(status.health == .healthy ? 1 : 0)
            Gauge(label: "martlet_application_objects", dimensions: dimensions).record(status.objects)
        }
    }
}

extension Timer {
    fileprivate func record(duration: Duration) {
        let (seconds, attoseconds) = duration.components
        recordNanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
