internal import Basics
internal import Delivery
internal import Kubernetes
package import Metrics

/// Deploy events as series for Prometheus: when each workload was last deployed, how often with which outcome, and
/// which revision and image it got.
///
/// `martlet_deploy_timestamp_seconds`, `martlet_deploys_total{outcome}` and `martlet_deploy_info{revision, image} 1`, each with
/// `application`, `workload` and `namespace`; of the last, one series a workload: the one before goes.
package final class DeployMetrics: Sendable {
    private struct Place: Hashable {
        var application: String
        var workload: ObjectKey?

        var dimensions: [(String, String)] {
            [("application", application), ("workload", workload?.name ?? ""), ("namespace", workload?.namespace ?? "")]
        }
    }

    private struct Known {
        /// The last event that was counted: it may be told again.
        var counted = ""
        /// Of the version that is being deployed, or was last; and of the one before it.
        var now: [String: String]?
        var before: [String: String]?
        var event = ""
    }

    private let factory: any MetricsFactory
    private let known = Locked<[Place: Known]>([:])

    package init(factory: any MetricsFactory) { self.factory = factory }

    /// Goes on from what the store has, the newest first: nothing of it is counted again.
    package func begin(_ events: [DeployEvent]) {
        for event in events.reversed() { note(event, counts: false) }
    }

    package func note(_ event: DeployEvent) { note(event, counts: true) }

    private func note(_ event: DeployEvent, counts: Bool) {
        let place = Place(application: event.application, workload: event.workload)
        known.withLock { all in
            var one = all[place] ?? Known()
            if event.endedAt != nil, one.counted != event.id {
                one.counted = event.id
                if counts {
                    Counter(label: "martlet_deploys_total", dimensions: place.dimensions + [("outcome", event.outcome.rawValue)], factory: factory).increment()
                }
            }
            if event.isDeletion {
                timestamp(place).destroy()
                if let now = one.now { info(place, now).destroy() }
                all[place] = nil
                return
            }
            timestamp(place).record(Double(event.startedAt.milliseconds) / 1000)
            if event.workload != nil { describe(event, place, &one) }
            all[place] = one
        }
    }

    private func describe(_ event: DeployEvent, _ place: Place, _ one: inout Known) {
        if one.event != event.id {
            (one.event, one.before) = (event.id, one.now)
        }
        let images = event.images.compactMap(\.to)
        let image = images.isEmpty ? one.before?["image"] ?? "" : images.joined(separator: ", ")
        var next: [String: String]? = ["revision": event.revision.description, "image": image]
        // Who was sent back does not run.
        if event.outcome == .rolledBack { next = one.before }
        guard next != one.now else { return }
        if let now = one.now { info(place, now).destroy() }
        if let next { info(place, next).record(1) }
        one.now = next
    }

    private func timestamp(_ place: Place) -> Gauge {
        Gauge(label: "martlet_deploy_timestamp_seconds", dimensions: place.dimensions, factory: factory)
    }

    private func info(_ place: Place, _ labels: [String: String]) -> Gauge {
        let more = [("revision", labels["revision"] ?? ""), ("image", labels["image"] ?? "")]
        return Gauge(label: "martlet_deploy_info", dimensions: place.dimensions + more, factory: factory)
    }
}
