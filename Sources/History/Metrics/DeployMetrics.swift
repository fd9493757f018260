package import Basics
package import Delivery
internal import Kubernetes
package import Metrics

/// Deploy events as series for Prometheus: when each workload was last deployed, how often with which outcome, and
/// which revision and image it got.
///
/// `martlet_deploy_timestamp_seconds`, `martlet_deploys_total{outcome}` and `martlet_deploy_info{revision, image} 1`, each with
/// `application`, `workload`, `namespace` and `kind`; of the last, one series a workload: the one before goes.
///
/// A counter of every outcome is there at 0 as soon as its workload is known: `increase()` sees nothing of a counter
/// that is first seen at 1.
package final class DeployMetrics: Sendable {
    private struct Place: Hashable {
        var application: String
        var workload: ObjectKey?

        var dimensions: [(String, String)] {
            [
                ("application", application), ("workload", workload?.name ?? ""), ("namespace", workload?.namespace ?? ""),
                // A Deployment and a CronJob may have one name.
                ("kind", workload?.kind ?? ""),
            ]
        }
    }

    private struct Known {
        /// The last event that was counted: it may be told again.
        var counted = ""
        var line = DeployLine()
        /// What `martlet_deploy_info` says.
        var shown: DeployLine.Version?
        /// What was told to begin by then makes no series any more, as the workload is not there.
        var goneSince: Timestamp?
    }

    private let factory: any MetricsFactory
    private let known = Locked<[String: [ObjectKey?: Known]]>([:])

    /// How long counters of what is gone stay, so that its end is still read.
    private static let farewell = Duration.seconds(3600)

    package init(factory: any MetricsFactory) { self.factory = factory }

    /// Takes in what the store has, before or after it was told what is new: nothing of it is counted again.
    ///
    /// - Parameter since: what ended later is told by `note`, too, and counted there.
    package func begin(_ deploys: [LastDeploys], since: Timestamp) {
        known.withLock { all in
            for one in deploys { begin(one, since, &all[one.application, default: [:]][one.workload]) }
        }
    }

    private func begin(_ deploys: LastDeploys, _ since: Timestamp, _ known: inout Known?) {
        guard let newest = deploys.events.first else { return }
        let place = Place(application: deploys.application, workload: deploys.workload)
        if known == nil {
            // It is not there to be deployed again.
            guard !newest.isDeletion else { return }
            known = counters(place)
        }
        guard var one = known, one.goneSince.map({ $0 < newest.startedAt }) ?? true else { return }
        if one.counted.isEmpty, let counted = deploys.events.first(where: { $0.endedAt.map { $0 < since } ?? false }) { one.counted = counted.id }
        let told = one.line.event
        one.line = DeployLine(image: deploys.image)
        for event in deploys.events.reversed() {
            if event.isDeletion { one.line = DeployLine() } else if event.id != told?.id { one.line.take(event) }
        }
        if let told { one.line.take(told) }
        show(place, &one)
        known = one
    }

    /// Takes note of an event as it is now.
    package func note(_ event: DeployEvent) {
        let place = Place(application: event.application, workload: event.workload)
        known.withLock { all in
            let time = event.endedAt ?? event.startedAt
            expire(&all, at: time)
            var one = all[event.application]?[event.workload] ?? counters(place)
            if event.endedAt != nil, one.counted != event.id {
                one.counted = event.id
                counter(place, event.outcome).increment()
            }
            if event.isDeletion {
                vanish(place, &one, at: time)
            } else if one.goneSince.map({ $0 < event.startedAt }) ?? true {
                one.goneSince = nil
                one.line.take(event)
                show(place, &one)
            }
            all[event.application, default: [:]][event.workload] = one
        }
    }

    /// Takes note of what is there: each workload that git names, and no other, has its series.
    package func note(_ sight: ApplicationSight, at time: Timestamp) {
        known.withLock { all in
            var own = all[sight.application] ?? [:]
            if sight.isRemoved {
                for (workload, var one) in own {
                    vanish(Place(application: sight.application, workload: workload), &one, at: time)
                    own[workload] = one
                }
            } else {
                for workload in [nil] + sight.workloads.map({ Optional($0.key) }) where own[workload] == nil {
                    own[workload] = counters(Place(application: sight.application, workload: workload))
                }
                if !sight.isPartial {
                    let there = Set(sight.workloads.map(\.key))
                    for (workload, var one) in own {
                        guard let workload, !there.contains(workload), one.goneSince == nil else { continue }
                        vanish(Place(application: sight.application, workload: workload), &one, at: time)
                        own[workload] = one
                    }
                }
            }
            all[sight.application] = own.isEmpty ? nil : own
            expire(&all, at: time)
        }
    }
}

extension DeployMetrics {
    private func counters(_ place: Place) -> Known {
        for outcome in DeployEvent.Outcome.allCases where outcome != .running { counter(place, outcome).increment(by: 0) }
        return Known()
    }

    private func show(_ place: Place, _ one: inout Known) {
        if let event = one.line.event { timestamp(place).record(Double(event.startedAt.milliseconds) / 1000) }
        guard one.line.now != one.shown else { return }
        if let shown = one.shown { info(place, shown).destroy() }
        if let now = one.line.now { info(place, now).record(1) }
        one.shown = one.line.now
    }

    private func vanish(_ place: Place, _ one: inout Known, at time: Timestamp) {
        timestamp(place).destroy()
        if let shown = one.shown { info(place, shown).destroy() }
        (one.line, one.shown, one.goneSince) = (DeployLine(), nil, max(time, one.goneSince ?? time))
    }

    /// What comes and goes, such as the preview of a branch, leaves nothing for ever: nobody tells of it again.
    private func expire(_ all: inout [String: [ObjectKey?: Known]], at time: Timestamp) {
        for name in all.keys where all[name]?.values.contains(where: { $0.goneSince != nil }) ?? true {
            expire(&all[name, default: [:]], name, at: time)
            if all[name]?.isEmpty ?? false { all[name] = nil }
        }
    }

    private func expire(_ own: inout [ObjectKey?: Known], _ application: String, at time: Timestamp) {
        for (workload, one) in own {
            guard let since = one.goneSince, time.duration(since: since) > Self.farewell else { continue }
            let place = Place(application: application, workload: workload)
            for outcome in DeployEvent.Outcome.allCases { counter(place, outcome).reset() }
            own[workload] = nil
        }
    }

    private func counter(_ place: Place, _ outcome: DeployEvent.Outcome) -> Counter {
        Counter(label: "martlet_deploys_total", dimensions: place.dimensions + [("outcome", outcome.rawValue)], factory: factory)
    }

    private func timestamp(_ place: Place) -> Gauge {
        Gauge(label: "martlet_deploy_timestamp_seconds", dimensions: place.dimensions, factory: factory)
    }

    private func info(_ place: Place, _ version: DeployLine.Version) -> Gauge {
        let more = [("revision", version.revision), ("image", version.image)]
        return Gauge(label: "martlet_deploy_info", dimensions: place.dimensions + more, factory: factory)
    }
}
