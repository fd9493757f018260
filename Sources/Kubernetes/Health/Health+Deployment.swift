internal import Document

/// A Deployment: all replicas updated, available, and none of the old left.
func deploymentHealth(_ status: ObjectStatus) -> Health {
    let progressing = status.condition("Progressing")
    if let progressing, progressing.reason == "ProgressDeadlineExceeded" { return .degraded(progressing.text) }
    if let failure = status.condition("ReplicaFailure"), failure.isTrue { return .degraded(failure.text) }
    if status.object.value["status"] == nil || status.object.generation != nil && status.status["observedGeneration"] == nil {
        return .progressing("the controller has not seen it yet")
    }
    let wanted = status.wantedReplicas
    let total = status.count("replicas"), updated = status.count("updatedReplicas")
    let available = status.count("availableReplicas"), ready = status.count("readyReplicas")
    let isPaused = status.spec["paused"]?.bool == true
    if updated < wanted {
        return isPaused ? .suspended("paused with \(updated) of \(wanted) replicas updated") : .progressing("\(updated) of \(wanted) replicas updated")
    }
    if total > updated { return .progressing("\(total - updated) old replicas are still there") }
    if available < updated { return .progressing("\(available) of \(updated) replicas available") }
    if ready < wanted { return .progressing("\(ready) of \(wanted) replicas ready") }
    if let condition = status.condition("Available"), !condition.isTrue { return .progressing(condition.text) }
    return .healthy
}
