package import Basics
internal import Document
package import Kubernetes

/// What the kubelets of the simulated nodes do: they start pods, make them
/// ready, let them fail or end, and confirm that they are gone.
package struct Kubelet: Controller {
    package let name = "kubelet"
    package let fieldManager = "kubelet"
    package let kind = GroupKind.pod

    private let options: NodeOptions
    private let names: Set<String>
    private let clock = PodClock()

    package init(_ options: NodeOptions) {
        self.options = options
        names = Set(options.names)
    }

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        names.contains(change.object.nodeName) ? [change.object.key] : []
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let pod = situation.observed.object(key), names.contains(pod.nodeName) else {
            clock.forget(key)
            return .nothing
        }
        var moments = clock.moments(of: pod) ?? PodClock.Moments(from: pod, now: situation.now)
        let decision = Self.decide(pod, &moments, options, now: situation.now, address: { clock.address(of: pod) })
        clock.set(moments, of: pod)
        return decision
    }

    /// What to do about a pod of ours.
    package static func decide(
        _ pod: Object, _ moments: inout PodClock.Moments, _ options: NodeOptions, now: Timestamp, address: () -> String
    ) -> Decision {
        if pod.isBeingDeleted { return stop(pod, &moments, options, now: now) }
        if pod.phase == "Succeeded" || pod.phase == "Failed" { return .nothing }
        let behavior = SimulatedBehavior(of: pod, options)
        let (stage, lasts) = PodStage.of(pod, behavior, &moments, options, now: now)
        let hostIP = options.addresses[pod.nodeName] ?? "10.0.0.1"
        let status = PodStatus(
            pod: pod, stage: stage, restarts: moments.restarts, exitCode: behavior.exitCode,
            podIP: pod.bool("spec", "hostNetwork") ? hostIP : address(), hostIP: hostIP, now: now)
        let wanted = status.value
        var decision = Decision(again: lasts)
        if !says(pod.value["status"], wanted) {
            decision.actions.append(.patchStatus(pod.key, ["metadata": ["uid": .string(pod.uid)], "status": wanted]))
        }
        decision.actions += events(pod, stage, behavior).map { .event($0) }
        return decision
    }

    private static func stop(
        _ pod: Object, _ moments: inout PodClock.Moments, _ options: NodeOptions, now: Timestamp
    ) -> Decision {
        // Confirmed already; a finalizer holds it.
        if pod.int("metadata", "deletionGracePeriodSeconds") == 0 { return .nothing }
        let since = moments.stopping ?? now
        moments.stopping = since
        let grace = Duration.seconds(max(0, pod.int("metadata", "deletionGracePeriodSeconds") ?? 30))
        let left = min(options.stopDelay, grace) - now.duration(since: since)
        if left > .zero { return Decision(again: left) }
        return Decision([.delete(pod.key, uid: pod.uid, .confirmed)])
    }

    /// What a person sees in `kubectl describe`, when the stage begins.
    private static func events(_ pod: Object, _ stage: PodStage, _ behavior: SimulatedBehavior) -> [EventRecord] {
        let states = pod.sequence("status", "containerStatuses")
        func isWaiting(_ reason: String) -> Bool { states.contains { $0[path: "state", "waiting", "reason"]?.string == reason } }
        let isRunning = states.contains { $0[path: "state", "running"] != nil }
        let containers = pod.sequence("spec", "containers")
        switch stage {
        case .pullFailed where !isWaiting("ImagePullBackOff"):
            let image = containers.first?["image"]?.string ?? ""
            return [
                EventRecord(.warning, "Failed", "Failed to pull image \"\(image)\": not found", on: pod),
                EventRecord(.warning, "Failed", "Error: ImagePullBackOff", on: pod),
            ]
        case .backingOff where !isWaiting("CrashLoopBackOff"):
            let name = containers.first?["name"]?.string ?? ""
            return [EventRecord(.warning, "BackOff", "Back-off restarting failed container \(name) in pod \(pod.name)_\(pod.namespace)", on: pod)]
        case .running where !isRunning:
            var events = containers.prefix(8).map { EventRecord(.normal, "Started", "Started container \($0["name"]?.string ?? "")", on: pod) }
            if behavior.isNeverReady { events.append(EventRecord(.warning, "Unhealthy", "Readiness probe failed: never ready, as its annotation asks", on: pod)) }
            return events
        default: return []
        }
    }
}
