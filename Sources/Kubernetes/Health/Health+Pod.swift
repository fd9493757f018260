internal import Basics
internal import Document

/// Reasons a container waits for that do not pass by waiting.
private let stuckReasons: Set<String> = [
    "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
    "CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError",
    "PostStartHookError",
]

/// How long a pod may be unschedulable before it counts as failed: an autoscaler
/// or a pod that is just going away may still make room.
private let schedulingGrace = Duration.seconds(15)

/// A Pod: ready, or succeeded; what its containers wait for tells why not.
func podHealth(_ status: ObjectStatus, now: Timestamp) -> Health {
    let phase = status.status["phase"]?.string ?? "Pending"
    switch phase {
    case "Succeeded": return .healthy
    case "Failed":
        return .degraded(failedText(status))
    default: break
    }
    for list in ["initContainerStatuses", "containerStatuses"] {
        for container in status.status[list]?.sequence ?? [] {
            if let text = stuckText(container) { return .degraded(text) }
        }
    }
    if let scheduled = status.condition("PodScheduled"), scheduled.isFalse, scheduled.reason == "Unschedulable" {
        let text = "unschedulable: \(scheduled.message)"
        let waited = scheduled.since.map { now.duration(since: $0) } ?? .zero
        return waited >= schedulingGrace ? .degraded(text) : .progressing(text)
    }
    if let ready = status.condition("Ready"), ready.isTrue { return .healthy }
    let waiting = (status.status["containerStatuses"]?.sequence ?? []).compactMap { container -> String? in
        guard container["ready"]?.bool != true, let name = container["name"]?.string else { return nil }
        let reason = container["state"]?["waiting"]?["reason"]?.string
        return "container \"\(name)\" " + (reason.map { "waits: \($0)" } ?? "is not ready")
    }
    return .progressing(waiting.first ?? "phase \(phase)")
}

/// Why a container will not start by itself; nil while there is hope.
private func stuckText(_ container: Value) -> String? {
    guard let waiting = container["state"]?["waiting"], let reason = waiting["reason"]?.string, stuckReasons.contains(reason)
    else { return nil }
    var text = "container \"\(container["name"]?.string ?? "")\": \(reason)"
    if let message = waiting["message"]?.string, !message.isEmpty { text += ": \(message)" }
    if let last = container["lastState"]?["terminated"] { text += " (\(exitText(last)))" }
    return text
}

private func failedText(_ status: ObjectStatus) -> String {
    if let message = status.status["message"]?.string, !message.isEmpty { return message }
    for list in ["containerStatuses", "initContainerStatuses"] {
        for container in status.status[list]?.sequence ?? [] {
            guard let end = container["state"]?["terminated"], end["exitCode"]?.int != 0 else { continue }
            return "container \"\(container["name"]?.string ?? "")\" ended: \(exitText(end))"
        }
    }
    return status.status["reason"]?.string ?? "the pod failed"
}

private func exitText(_ terminated: Value) -> String {
    let code = "exit code \(terminated["exitCode"]?.int ?? 0)"
    guard let reason = terminated["reason"]?.string, !reason.isEmpty, reason != "Error" else { return code }
    return "\(reason), \(code)"
}
