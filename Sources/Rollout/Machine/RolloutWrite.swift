package import Document
package import Kubernetes

/// Who writes on workloads and their sets while a rollout runs, as it stands in `managedFields`.
package let rolloutFieldManager = "martlet-rollout"

/// One request that carries out an effect.
package enum RolloutWrite: Sendable, Hashable {
    /// A JSON merge patch (RFC 7386).
    case patch(ObjectKey, Value)
    case create(Object)
    /// With its dependents: gone when they are.
    case delete(ObjectKey, uid: String)
    /// Server-side apply under Martlet's own name, taking what others hold.
    case apply(Object)
}

extension RolloutView {
    /// The patch that puts the state on the workload, fenced by the version it was decided on; nil removes it.
    package func keeping(_ state: RolloutState?) -> RolloutWrite {
        .patch(
            workload.key,
            [
                "metadata": [
                    "resourceVersion": .string(workload.resourceVersion),
                    "annotations": [MartletAnnotations.rollout: state.map { .string($0.text) } ?? .null],
                ]
            ])
    }

    /// The request for an effect; nil for one that is no write on the cluster.
    ///
    /// - Parameters:
    ///   - manifest: git's object, as it is applied.
    ///   - template: the candidate's, with the server's defaults.
    package func write(_ effect: RolloutEffect, _ state: RolloutState, manifest: Object, template: Value) -> RolloutWrite? {
        if case .replicas(let count) = effect { return .patch(workload.key, ["spec": ["replicas": .int(Int64(count))]]) }
        if isSet { return writeSet(effect, state, manifest: manifest) }
        switch effect {
        case .pause:
            return .patch(
                workload.key,
                [
                    "metadata": [
                        "resourceVersion": .string(workload.resourceVersion),
                        "annotations": [MartletAnnotations.rollout: .string(state.text)],
                    ],
                    // A defaulted rollingUpdate has no owner: only a null in a merge patch removes it.
                    "spec": ["paused": true, "strategy": ["type": "Recreate", "rollingUpdate": .null]],
                ])
        case .unmark(let set):
            return .patch(key(set), ["metadata": ["annotations": [desiredReplicasAnnotation: .null]]])
        case .create(let replicas): return .create(candidate(state, template, replicas: replicas))
        case .scale(let set, let uid, let count):
            return .patch(key(set), ["metadata": ["uid": .string(uid)], "spec": ["replicas": .int(Int64(count))]])
        case .delete(let set, let uid): return .delete(key(set), uid: uid)
        case .applyTemplate: return .apply(paused(manifest))
        case .resume:
            let originals = state.originals ?? [:]
            var strategy = originals["strategy"] ?? .null
            // The field cannot be empty, and what the Deployment had no word of is the server's default.
            if strategy.mapping?.isEmpty != false { strategy = ["type": "RollingUpdate"] }
            if strategy["rollingUpdate"] == nil { strategy["rollingUpdate"] = .null }
            return .patch(
                workload.key,
                [
                    "metadata": ["resourceVersion": .string(workload.resourceVersion)],
                    "spec": ["paused": originals["paused"]?.bool == true ? true : .null, "strategy": strategy]
                ])
        case .replicas, .partition, .deletePod, .templateBack, .revert, .tell: return nil
        }
    }

    private func key(_ set: String) -> ObjectKey {
        ObjectKey(group: "apps", kind: "ReplicaSet", namespace: workload.namespace, name: set)
    }

    /// The set that the Deployment's controller would make, and adopts when the Deployment states its template.
    private func candidate(_ state: RolloutState, _ template: Value, replicas: Int) -> Object {
        var template = withoutHash(template)
        template[path: "metadata", "labels", templateHashLabel] = .string(state.candidateHash)
        var selector = workload.value[path: "spec", "selector"] ?? [:]
        selector[path: "matchLabels", templateHashLabel] = .string(state.candidateHash)
        var value: Value = [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("\(workload.name)-\(state.candidateHash)"),
                "namespace": .string(workload.namespace),
                "labels": template[path: "metadata", "labels"] ?? [:],
                "ownerReferences": [
                    [
                        "apiVersion": .string(workload.apiVersion), "kind": "Deployment",
                        "name": .string(workload.name),
                        "uid": .string(workload.uid), "controller": true, "blockOwnerDeletion": true,
                    ]
                ],
            ],
            "spec": ["replicas": .int(Int64(replicas)), "selector": selector, "template": template],
        ]
        if let ready = workload.value[path: "spec", "minReadySeconds"] {
            value[path: "spec", "minReadySeconds"] = ready
        }
        return Object(value) ?? workload
    }

    /// Git's manifest as it is applied in the middle of a rollout: the Deployment stays paused, and as large as it is.
    private func paused(_ manifest: Object) -> Object {
        var object = manifest
        object.value[path: "spec", "paused"] = true
        object.value[path: "spec", "strategy"] = ["type": "Recreate"]
        if object.value[path: "spec", "replicas"] != nil {
            object.value[path: "spec", "replicas"] = .int(Int64(replicas))
        }
        return object
    }
}
