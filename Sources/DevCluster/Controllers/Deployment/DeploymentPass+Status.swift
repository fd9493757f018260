internal import Basics
internal import Document
internal import Kubernetes

/// Counts and conditions, and when a rollout has taken too long.
extension DeploymentPass {
    /// `checkPausedConditions`.
    mutating func notePause() {
        guard spec.progressDeadline != nil else { return }
        let reason = conditions["Progressing"]?.reason
        if reason == "ProgressDeadlineExceeded" { return }
        if spec.isPaused, reason != "DeploymentPaused" {
            setProgress(nil, "DeploymentPaused", "Deployment is paused")
        } else if !spec.isPaused, reason == "DeploymentPaused" {
            setProgress(nil, "DeploymentResumed", "Deployment is resumed")
        }
    }

    mutating func setProgress(_ status: Bool?, _ reason: String, _ message: String) {
        conditions.set(Condition("Progressing", status, reason: reason, message: message), now: now, updateTime: true, whenSame: false)
    }

    /// `calculateStatus`, and `syncRolloutStatus` where a rollout is judged.
    mutating func status(judging: Bool) -> StatusFields {
        let counts = Counts(all: sets, new: newSet)
        if counts.available >= spec.replicas - spec.maxUnavailable {
            let message = "Deployment has minimum availability."
            set(Condition("Available", true, reason: "MinimumReplicasAvailable", message: message))
        } else {
            let message = "Deployment does not have minimum availability."
            set(Condition("Available", false, reason: "MinimumReplicasUnavailable", message: message))
        }
        if judging {
            judge(counts)
            let failing = ([newSet].compactMap { $0 } + oldSets).lazy.compactMap { Conditions(of: $0)["ReplicaFailure"] }.first
            if let failing { set(failing) } else { conditions.remove("ReplicaFailure") }
        }
        var status = StatusFields(observing: deployment)
        status.count("replicas", counts.replicas)
        status.count("updatedReplicas", counts.updated)
        status.count("readyReplicas", counts.ready)
        status.count("availableReplicas", counts.available)
        status.count("unavailableReplicas", max(0, total(sets) - counts.available))
        status.count("collisionCount", collisions)
        status.set("conditions", conditions.value)
        return status
    }

    private mutating func set(_ condition: Condition) {
        conditions.set(condition, now: now, updateTime: true, whenSame: false)
    }

    private mutating func judge(_ counts: Counts) {
        guard spec.progressDeadline != nil else { return conditions.remove("Progressing") }
        let current = conditions["Progressing"]
        if counts.replicas == counts.updated, current?.reason == "NewReplicaSetAvailable" { return }
        let subject = newSet.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
        if counts.isComplete(spec.replicas) {
            setProgress(true, "NewReplicaSetAvailable", "\(subject) has successfully progressed.")
        } else if counts.hasProgressed(since: Counts(deployment)) {
            // Refreshed each time: the deadline counts from the last progress.
            let condition = Condition("Progressing", true, reason: "ReplicaSetUpdated", message: "\(subject) is progressing.")
            conditions.set(condition, now: now, updateTime: true)
        } else if hasTimedOut {
            setProgress(false, "ProgressDeadlineExceeded", "\(subject) has timed out progressing.")
        }
    }

    /// `DeploymentTimedOut`: no progress since the condition was last written.
    private var hasTimedOut: Bool {
        guard let deadline = spec.progressDeadline, let condition = conditions["Progressing"] else { return false }
        if condition.reason == "NewReplicaSetAvailable" { return false }
        if condition.reason == "ProgressDeadlineExceeded" { return true }
        guard let from = conditions.time("Progressing", "lastUpdateTime") else { return false }
        return now.duration(since: from) > deadline
    }

    /// `requeueStuckDeployment`: nothing else wakes a rollout that stands still.
    func untilDeadline(_ status: StatusFields?) -> Duration? {
        if let again { return again }
        guard let deadline = spec.progressDeadline, let condition = conditions["Progressing"],
            condition.reason != "ProgressDeadlineExceeded", condition.reason != "NewReplicaSetAvailable",
            !Counts(all: sets, new: newSet).isComplete(spec.replicas),
            let from = conditions.time("Progressing", "lastUpdateTime")
        else { return nil }
        return max(.zero, deadline - now.duration(since: from)) + .seconds(1)
    }
}

/// What the ReplicaSets say they have.
private struct Counts {
    var replicas: Int
    var updated: Int
    var ready: Int
    var available: Int

    init(all: [Object], new: Object?) {
        func sum(_ field: String) -> Int { all.reduce(0) { $0 + max(0, $1.int("status", field) ?? 0) } }
        replicas = sum("replicas")
        updated = max(0, new?.int("status", "replicas") ?? 0)
        ready = sum("readyReplicas")
        available = sum("availableReplicas")
    }

    init(_ deployment: Object) {
        func count(_ field: String) -> Int { max(0, deployment.int("status", field) ?? 0) }
        replicas = count("replicas")
        updated = count("updatedReplicas")
        ready = count("readyReplicas")
        available = count("availableReplicas")
    }

    func isComplete(_ wanted: Int) -> Bool { updated == wanted && replicas == wanted && available == wanted }

    /// `DeploymentProgressing`.
    func hasProgressed(since old: Counts) -> Bool {
        updated > old.updated || replicas - updated < old.replicas - old.updated || ready > old.ready || available > old.available
    }
}
