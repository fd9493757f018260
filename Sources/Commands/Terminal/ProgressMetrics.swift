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
        case .observed(let sight): note(sight)
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
            for rollout in rollouts { note(application, rollout.workload, phase: rollout.phase, weight: rollout.weight) }
            for workload in ended { note(application, workload, phase: nil, weight: 0) }
        case .status(let status, _):
            gauge("martlet_application_synced", status.application).record(status.sync == .synced ? 1 : 0)
            gauge("martlet_application_healthy", status.application).record(status.health == .healthy ? 1 : 0)
            gauge("martlet_application_objects", status.application).record(status.objects)
        }
    }
}

extension ProgressMetrics {
    /// Rollouts that went on when the daemon began are told by no change of theirs; what git no longer has has no state.
    private func note(_ sight: ApplicationSight) {
        if sight.isRemoved { return forget(sight.application) }
        for workload in sight.workloads {
            if let rollout = workload.rollout { note(sight.application, workload.key, phase: rollout.phase, weight: rollout.weight) }
        }
        guard !sight.isPartial else { return }
        let there = Set(sight.workloads.map(\.key))
        let gone = rollouts.withLock { all -> Set<ObjectKey> in
            let gone = all[sight.application, default: []].subtracting(there)
            all[sight.application]?.subtract(gone)
            return gone
        }
        for workload in gone { forget(sight.application, workload) }
    }

    /// - Parameter phase: nil: none is under way.
    private func note(_ application: String, _ workload: ObjectKey, phase: String?, weight: Int) {
        rollouts.withLock { _ = $0[application, default: []].insert(workload) }
        // One of them is 1, as kube-state-metrics tells the phases of pods.
        for name in RolloutStatus.phases { gauge("martlet_rollout_phase", application, workload, [("phase", name)]).record(name == phase ? 1 : 0) }
        gauge("martlet_rollout_weight", application, workload, [("arm", "next")]).record(weight)
        gauge("martlet_rollout_weight", application, workload, [("arm", "stable")]).record(100 - weight)
    }

    private func forget(_ application: String) {
        for name in ["martlet_application_synced", "martlet_application_healthy", "martlet_application_objects"] { gauge(name, application).destroy() }
        for workload in rollouts.withLock({ $0.removeValue(forKey: application) }) ?? [] { forget(application, workload) }
    }

    private func forget(_ application: String, _ workload: ObjectKey) {
        for name in RolloutStatus.phases { gauge("martlet_rollout_phase", application, workload, [("phase", name)]).destroy() }
        for arm in ["next", "stable"] { gauge("martlet_rollout_weight", application, workload, [("arm", arm)]).destroy() }
    }

    private func gauge(_ label: String, _ application: String, _ workload: ObjectKey? = nil, _ more: [(String, String)] = []) -> Gauge {
        let place = workload.map { [("workload", $0.name), ("namespace", $0.namespace), ("kind", $0.kind)] } ?? []
        return Gauge(label: label, dimensions: [("application", application)] + place + more, factory: factory)
    }
}

extension Timer {
    fileprivate func record(duration: Duration) {
        let (seconds, attoseconds) = duration.components
        recordNanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
