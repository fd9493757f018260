internal import Basics
internal import Document
internal import Kubernetes

/// Which ReplicaSet is the Deployment's own, and the numbers by which
/// `kubectl rollout history` knows them all.
extension DeploymentPass {
    /// `getAllReplicaSetsAndSyncRevision`: the set with the Deployment's template,
    /// adopted as it is or, where asked, made.
    mutating func syncRevision(creating: Bool) {
        let next = oldSets.map(\.revision).max().map { $0 + 1 } ?? 1
        guard let name = newName else {
            if creating { createSet(revision: next) }
            return
        }
        let deployment = deployment
        let minReadySeconds = spec.minReadySeconds
        edit(name) { set in
            set.annotations = annotations(of: deployment, copiedTo: set, revision: next)
            if set.int("spec", "minReadySeconds") ?? 0 != minReadySeconds {
                set.value[path: "spec", "minReadySeconds"] = minReadySeconds == 0 ? nil : .count(minReadySeconds)
            }
        }
        revision = newSet?.annotation(DeploymentAnnotations.revision)
        if spec.progressDeadline != nil, conditions["Progressing"] == nil {
            setProgress(true, "FoundNewReplicaSet", "Found new replica set \"\(name)\"")
        }
    }

    private mutating func createSet(revision next: Int) {
        let hash = template.hash(collisions: collisions)
        let name = "\(deployment.name)-\(hash)"
        if situation.observed.object(.replicaSet, namespace: deployment.namespace, name: name) != nil {
            // Someone else's, or ours with another template: two templates of one hash. The next pass takes another name.
            collisions += 1
            again = .milliseconds(10)
            return
        }
        if let failure = situation.failure, failure.action.key.kind == "ReplicaSet" {
            setProgress(false, "ReplicaSetCreateError", "Failed to create new replica set \"\(name)\": \(failure.message)")
        }
        var pods = deployment.value[path: "spec", "template"] ?? [:]
        pods[path: "metadata", "labels", PodLabels.templateHash] = .string(hash)
        var selector = deployment.value[path: "spec", "selector"] ?? [:]
        selector[path: "matchLabels", PodLabels.templateHash] = .string(hash)
        let value: Value = [
            "apiVersion": .string(deployment.apiVersion), "kind": "ReplicaSet",
            "metadata": [
                "name": .string(name), "namespace": .string(deployment.namespace),
                "labels": pods[path: "metadata", "labels"] ?? [:], "ownerReferences": [deployment.asController],
            ],
            "spec": ["replicas": 0, "selector": selector, "template": pods],
        ]
        guard var set = Object(value) else { return }
        if spec.minReadySeconds > 0 { set.value[path: "spec", "minReadySeconds"] = .count(spec.minReadySeconds) }
        set.annotations = annotations(of: deployment, copiedTo: set, revision: next)
        set.setAnnotations(desired: spec.replicas, most: spec.replicas + spec.maxSurge)
        sets.append(set)
        newName = name
        let count = wantedOfNew()
        edit(name) { $0.value[path: "spec", "replicas"] = .count(count) }
        if count > 0 { tell("ScalingReplicaSet", "Scaled up replica set \(name) from 0 to \(count)") }
        revision = String(next)
        if spec.progressDeadline != nil { setProgress(true, "NewReplicaSetCreated", "Created new replica set \"\(name)\"") }
    }

    /// `cleanupDeployment`: old sets without pods, beyond the history that is kept.
    mutating func cleanUp() {
        guard let limit = spec.revisionHistoryLimit else { return }
        let cleanable = oldSets.filter { !$0.isBeingDeleted }.sorted { ($0.revision, $0.created) < ($1.revision, $1.created) }
        guard cleanable.count > limit else { return }
        for set in cleanable.prefix(cleanable.count - limit) {
            if set.replicas != 0 || set.int("status", "replicas") ?? 0 != 0 { continue }
            if let generation = set.generation, generation > set.value[path: "status", "observedGeneration"]?.int ?? 0 { continue }
            delete(set)
        }
    }
}

/// `SetNewReplicaSetAnnotations`: the Deployment's annotations, and a revision
/// that never goes back; one that is taken up again remembers the old ones.
private func annotations(of deployment: Object, copiedTo set: Object, revision next: Int) -> Mapping {
    var annotations = set.annotations
    for entry in deployment.annotations where !DeploymentAnnotations.own.contains(entry.key) {
        annotations[entry.key] = entry.value
    }
    guard set.revision < next else { return annotations }
    if let old = annotations[DeploymentAnnotations.revision]?.string {
        let history = annotations[DeploymentAnnotations.revisionHistory]?.string ?? ""
        annotations[DeploymentAnnotations.revisionHistory] = .string(history.isEmpty ? old : "\(history),\(old)")
    }
    annotations[DeploymentAnnotations.revision] = .string(String(next))
    return annotations
}

extension Object {
    /// A ReplicaSet's revision; 0 for one that has none.
    var revision: Int { annotation(DeploymentAnnotations.revision).flatMap { Int32($0) }.map { Int($0) } ?? 0 }

    /// How many replicas the Deployment wanted when this set was last scaled: what proportional scaling goes by.
    mutating func setAnnotations(desired: Int, most: Int) {
        var copy = annotations
        copy[DeploymentAnnotations.desiredReplicas] = .string(String(desired))
        copy[DeploymentAnnotations.maxReplicas] = .string(String(most))
        annotations = copy
    }
}
