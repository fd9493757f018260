import Basics
import Delivery
import Kubernetes
import Metrics

/// The loop's progress as metrics.
struct ProgressMetrics: Sendable {
    private let factory: any MetricsFactory
    /// Whose rollouts have gauges, by application.
    private let rollouts = Locked<[String: Set<ObjectKey>]>([:])

    init(factory: any MetricsFactory) { self.factory = factory }

    func note(_ event: ProgressEvent) {
        switch event {
        case .rendered: break
        case .fetched: Counter(label: "martlet_revisions_total", dimensions: [], factory: factory).increment()
        case .sourceFailed: Counter(label: "martlet_source_failures_total", dimensions: [], factory: factory).increment()
        case .observed(let sight): if sight.isRemoved { forget(sight.application) }
        case .planned, .hook, .applications, .notifications: break
        case .outcome(let application, let outcome):
            let result =
                switch outcome.result {
                case .applied(_, let isCreated): isCreated ? "created" : outcome.action == .correct ? "corrected" : "updated"
                case .deleting: "deleted"
                case .failed: "failed"
                case .superseded: "superseded"
                }
            Counter(label: "martlet_objects_total", dimensions: [("application", application), ("result", result)], factory: factory).increment()
        case .applied(let application, _, _, let failures, let duration):
            Counter(
                label: "martlet_syncs_total",
                dimensions: [("application", application), ("outcome", failures == 0 ? "succeeded" : "failed")],
                factory: factory
            ).increment()
            Timer(label: "martlet_sync_duration_seconds", dimensions: [("application", application)], factory: factory).record(duration: duration)
        case .healthy(let application, _, let duration):
            Timer(label: "martlet_healthy_duration_seconds", dimensions: [("application", application)], factory: factory).record(duration: duration)
        case .rollouts(let application, let rollouts, let ended):
            self.rollouts.withLock { $0[application, default: []].formUnion(rollouts.map(\.workload) + ended) }
            for rollout in rollouts { note(application, rollout.workload, phase: rollout.phaseNumber, weight: rollout.weight) }
            for workload in ended { note(application, workload, phase: 0, weight: 0) }
        case .status(let status, _):
            gauge("martlet_application_synced", status.application).record(status.sync == .synced ? 1 : 0)
            gauge("martlet_application_healthy", status.application).record(status.health == .healthy ? 1 : 0)
            gauge("martlet_application_objects", status.application).record(status.objects)
        }
    }
}

extension ProgressMetrics {
    private func note(_ application: String, _ workload: ObjectKey, phase: Int, weight: Int) {
        gauge("martlet_rollout_phase", application, workload).record(phase)
        gauge("martlet_rollout_weight", application, workload, [("arm", "next")]).record(weight)
        gauge("martlet_rollout_weight", application, workload, [("arm", "stable")]).record(100 - weight)
    }

    /// What is no longer there has no state: its series go.
    private func forget(_ application: String) {
        for name in ["martlet_application_synced", "martlet_application_healthy", "martlet_application_objects"] { gauge(name, application).destroy() }
        for workload in rollouts.withLock({ $0.removeValue(forKey: application) }) ?? [] {
            gauge("martlet_rollout_phase", application, workload).destroy()
            for arm in ["next", "stable"] { gauge("martlet_rollout_weight", application, workload, [("arm", arm)]).destroy() }
        }
    }

    private func gauge(_ label: String, _ application: String, _ workload: ObjectKey? = nil, _ more: [(String, String)] = []) -> Gauge {
        let place = workload.map { [("workload", $0.name), ("namespace", $0.namespace)] } ?? []
        return Gauge(label: label, dimensions: [("application", application)] + place + more, factory: factory)
    }
}

extension Timer {
    fileprivate func record(duration: Duration) {
        let (seconds, attoseconds) = duration.components
        recordNanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
