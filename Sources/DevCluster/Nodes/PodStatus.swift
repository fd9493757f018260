internal import Basics
internal import Document
internal import Kubernetes

/// The status a kubelet writes for a pod in a stage.
struct PodStatus {
    let pod: Object
    let stage: PodStage
    let restarts: Int
    let exitCode: Int
    let podIP: String
    let hostIP: String
    let now: Timestamp

    private var phase: String {
        switch stage {
        case .creating, .pullFailed: "Pending"
        case .running, .backingOff: "Running"
        case .finished(let code, _): code == 0 ? "Succeeded" : "Failed"
        }
    }

    private var containersReady: Bool { if case .running(_, true) = stage { true } else { false } }

    /// What the status should say; fields of others are not in it.
    var value: Value {
        var status: Value = [
            "phase": .string(phase), "hostIP": .string(hostIP),
            "startTime": .string(pod.string("status", "startTime") ?? now.description),
            "conditions": conditions.value ?? [],
            "containerStatuses": .sequence(pod.sequence("spec", "containers").map { container($0) }),
        ]
        let inits = pod.sequence("spec", "initContainers").map { initContainer($0) }
        if !inits.isEmpty { status["initContainerStatuses"] = .sequence(inits) }
        if stage != .creating, stage != .pullFailed {
            status["podIP"] = .string(podIP)
            status["podIPs"] = [["ip": .string(podIP)]]
        }
        return status
    }

    private var conditions: Conditions {
        var conditions = Conditions(of: pod)
        let isDone = if case .finished = stage { true } else { false }
        let waiting = pod.sequence("spec", "containers").compactMap { $0["name"]?.string }.joined(separator: " ")
        let reason = isDone ? (phase == "Succeeded" ? "PodCompleted" : "PodFailed") : "ContainersNotReady"
        let message = isDone ? "" : "containers with unready status: [\(waiting)]"
        conditions.set(Condition("Initialized", true, reason: isDone && phase == "Succeeded" ? "PodCompleted" : ""), now: now)
        conditions.set(
            containersReady ? Condition("ContainersReady", true) : Condition("ContainersReady", false, reason: reason, message: message),
            now: now)
        let gates = pod.sequence("spec", "readinessGates").compactMap { $0["conditionType"]?.string }
        let closed = gates.filter { !conditions.isTrue($0) }
        if !containersReady {
            conditions.set(Condition("Ready", false, reason: reason, message: message), now: now)
        } else if let gate = closed.first {
            let message = "corresponding condition of pod readiness gate \"\(gate)\" does not exist or is not true."
            conditions.set(Condition("Ready", false, reason: "ReadinessGatesNotReady", message: message), now: now)
        } else {
            conditions.set(Condition("Ready", true), now: now)
        }
        conditions.set(Condition("PodScheduled", true), now: now)
        return conditions
    }

    private func container(_ container: Value) -> Value {
        let name = container["name"]?.string ?? ""
        let image = container["image"]?.string ?? ""
        var state: Value, last: Value = [:], started = false
        switch stage {
        case .creating: state = ["waiting": ["reason": "ContainerCreating"]]
        case .pullFailed:
            state = ["waiting": ["reason": "ImagePullBackOff", "message": .string("Back-off pulling image \"\(image)\"")]]
        case .running(let since, _):
            state = ["running": ["startedAt": .string(since.description)]]
            started = true
            if restarts > 0, let before = lastTermination(of: name) { last = ["terminated": before] }
        case .backingOff(let since, let pause):
            let message = "back-off \(pause.components.seconds)s restarting failed container=\(name) pod=\(pod.name)_\(pod.namespace)(\(pod.uid))"
            state = ["waiting": ["reason": "CrashLoopBackOff", "message": .string(message)]]
            last = ["terminated": termination(code: exitCode, from: since, to: since, name)]
        case .finished(let code, let since): state = ["terminated": termination(code: code, from: since, to: now, name)]
        }
        return [
            "name": .string(name), "image": .string(image), "imageID": .string(hasImage ? "simulated://\(image)" : ""),
            "containerID": .string(hasImage ? containerID(name) : ""), "ready": .bool(containersReady), "started": .bool(started),
            "restartCount": .count(restarts), "state": state, "lastState": last,
        ]
    }

    private var hasImage: Bool { stage != .creating && stage != .pullFailed }

    /// Done at once; one that is to go on (a sidecar, KEP-753) runs with the pod.
    private func initContainer(_ container: Value) -> Value {
        let name = container["name"]?.string ?? ""
        let image = container["image"]?.string ?? ""
        let isSidecar = container["restartPolicy"]?.string == "Always"
        let start = pod.time("status", "startTime") ?? now
        var state: Value = ["terminated": termination(code: 0, from: start, to: start, name)]
        if isSidecar, case .running(let since, _) = stage { state = ["running": ["startedAt": .string(since.description)]] }
        if stage == .pullFailed { state = ["waiting": ["reason": "PodInitializing"]] }
        return [
            "name": .string(name), "image": .string(image), "imageID": .string(hasImage ? "simulated://\(image)" : ""),
            "containerID": .string(hasImage ? containerID(name) : ""), "ready": .bool(stage != .pullFailed),
            "started": .bool(isSidecar && containersReady), "restartCount": 0, "state": state, "lastState": [:],
        ]
    }

    private func containerID(_ name: String) -> String { "simulated://\(pod.uid)/\(name)/\(restarts)" }

    private func termination(code: Int, from: Timestamp, to: Timestamp, _ name: String) -> Value {
        [
            "exitCode": .count(code), "reason": code == 0 ? "Completed" : "Error", "startedAt": .string(from.description),
            "finishedAt": .string(to.description), "containerID": .string(containerID(name)),
        ]
    }

    private func lastTermination(of name: String) -> Value? {
        pod.sequence("status", "containerStatuses").first { $0["name"]?.string == name }?[path: "lastState", "terminated"]
    }
}

/// Whether `value` says all that `wanted` says; an empty wish is always met.
func says(_ value: Value?, _ wanted: Value, depth: Int = 0) -> Bool {
    guard depth < 64 else { return false }
    switch wanted {
    case .mapping(let mapping):
        if mapping.isEmpty { return true }
        return mapping.allSatisfy { says(value?[$0.key], $0.value, depth: depth + 1) }
    case .sequence(let items):
        guard let others = value?.sequence ?? (items.isEmpty ? [] : nil), others.count == items.count else { return false }
        return zip(others, items).allSatisfy { says($0, $1, depth: depth + 1) }
    case .string(""): return value == nil || value == .string("")
    default: return value == wanted
    }
}
