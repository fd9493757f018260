internal import Document

/// A StatefulSet: all replicas ready at the newest revision, or those that its partition lets go there.
func statefulSetHealth(_ status: ObjectStatus) -> Health {
    let wanted = status.wantedReplicas
    let strategy = status.spec["updateStrategy"]
    let total = status.count("replicas"), ready = status.count("readyReplicas"), updated = status.count("updatedReplicas")
    if status.object.value["status"] == nil { return .progressing("the controller has not seen it yet") }
    if total < wanted { return .progressing("\(total) of \(wanted) replicas created") }
    if total > wanted { return .progressing("\(total - wanted) surplus replicas are still there") }
    if ready < wanted { return .progressing("\(ready) of \(wanted) replicas ready") }
    // With OnDelete the user, not the controller, replaces pods.
    if strategy?["type"]?.string == "OnDelete" { return .healthy }
    if let partition = ObjectStatus.clamped(strategy?["rollingUpdate"]?["partition"]), partition > 0 {
        let due = max(0, wanted - min(partition, wanted))
        return updated < due ? .progressing("\(updated) of \(due) replicas beyond the partition updated") : .healthy
    }
    let current = status.status["currentRevision"]?.string, newest = status.status["updateRevision"]?.string
    if let current, let newest, current != newest { return .progressing("\(updated) of \(wanted) replicas updated") }
    return .healthy
}

/// A DaemonSet: a pod, updated and available, on every node that should have one.
func daemonSetHealth(_ status: ObjectStatus) -> Health {
    guard status.status["observedGeneration"] != nil || status.object.generation == nil else {
        return .progressing("the controller has not seen it yet")
    }
    let wanted = status.count("desiredNumberScheduled")
    if status.count("currentNumberScheduled") < wanted {
        return .progressing("\(status.count("currentNumberScheduled")) of \(wanted) pods scheduled")
    }
    if status.spec["updateStrategy"]?["type"]?.string != "OnDelete", status.count("updatedNumberScheduled") < wanted {
        return .progressing("\(status.count("updatedNumberScheduled")) of \(wanted) pods updated")
    }
    if status.count("numberAvailable") < wanted { return .progressing("\(status.count("numberAvailable")) of \(wanted) pods available") }
    if status.count("numberReady") < wanted { return .progressing("\(status.count("numberReady")) of \(wanted) pods ready") }
    return .healthy
}

/// A ReplicaSet: as many replicas available as wanted.
func replicaSetHealth(_ status: ObjectStatus) -> Health {
    if let failure = status.condition("ReplicaFailure"), failure.isTrue { return .degraded(failure.text) }
    let wanted = status.wantedReplicas
    let total = status.count("replicas")
    if total < wanted { return .progressing("\(total) of \(wanted) replicas created") }
    if status.count("availableReplicas") < wanted {
        return .progressing("\(status.count("availableReplicas")) of \(wanted) replicas available")
    }
    if total > wanted { return .progressing("\(total - wanted) surplus replicas are still there") }
    return .healthy
}
