internal import Basics
internal import Document

/// How long metrics may be missing: the first of new pods take a minute or two.
private let metricsGrace = Duration.seconds(300)

/// A HorizontalPodAutoscaler: able to scale, with metrics to scale by.
func autoscalerHealth(_ status: ObjectStatus, now: Timestamp) -> Health {
    if let able = status.condition("AbleToScale"), able.isFalse { return .degraded(able.text) }
    guard let active = status.condition("ScalingActive"), active.isFalse, active.reason != "ScalingDisabled" else { return .healthy }
    let waited = active.since.map { now.duration(since: $0) } ?? .zero
    return waited >= metricsGrace ? .degraded(active.text) : .progressing(active.text)
}

/// A PodDisruptionBudget: enough healthy pods for what it promises.
func disruptionBudgetHealth(_ status: ObjectStatus) -> Health {
    guard status.status["observedGeneration"] != nil || status.object.generation == nil else {
        return .progressing("the controller has not seen it yet")
    }
    let healthy = status.count("currentHealthy"), wanted = status.count("desiredHealthy")
    return healthy < wanted ? .progressing("\(healthy) of \(wanted) pods healthy") : .healthy
}
