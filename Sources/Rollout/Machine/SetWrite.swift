internal import Document
internal import Kubernetes

extension RolloutView {
    /// The request for an effect on a StatefulSet or DaemonSet (`write`).
    func writeSet(_ effect: RolloutEffect, _ state: RolloutState, manifest: Object) -> RolloutWrite? {
        switch effect {
        case .pause:
            let hold: Value =
                isDaemonSet
                ? ["type": "OnDelete", "rollingUpdate": .null]
                : ["type": "RollingUpdate", "rollingUpdate": ["partition": .int(Int64(max(replicas, state.size)))]]
            return .patch(
                workload.key,
                [
                    "metadata": [
                        "resourceVersion": .string(workload.resourceVersion),
                        "annotations": [MartletAnnotations.rollout: .string(state.text)],
                    ],
                    "spec": ["updateStrategy": hold],
                ])
        case .partition(let ordinal):
            return .patch(workload.key, ["spec": ["updateStrategy": ["rollingUpdate": ["partition": .int(Int64(ordinal))]]]])
        case .deletePod(let name, let uid):
            return .delete(ObjectKey(group: "", kind: "Pod", namespace: workload.namespace, name: name), uid: uid)
        case .applyTemplate: return .apply(held(manifest))
        case .templateBack(let isForced):
            guard let stable = revision(state.stableHash) else { return nil }
            let template = template(of: stable)
            guard !isForced else {
                let change = difference(withoutHash(workload.value[path: "spec", "template"] ?? .null), template)
                return .patch(workload.key, ["spec": ["template": change ?? [:]]])
            }
            // By Martlet's own name, so that the next version's apply takes away what only this one has.
            var object = manifest
            object.value[path: "spec", "template"] = template
            return .apply(held(object))
        case .resume:
            var strategy = state.originals?["strategy"] ?? .null
            if strategy.mapping?.isEmpty != false { strategy = ["type": "RollingUpdate"] }
            if strategy["rollingUpdate"] == nil { strategy["rollingUpdate"] = .null }
            return .patch(
                workload.key,
                ["metadata": ["resourceVersion": .string(workload.resourceVersion)], "spec": ["updateStrategy": strategy]])
        case .unmark, .create, .scale, .delete, .replicas, .revert, .tell: return nil
        }
    }

    /// Git's manifest as it is applied in the middle of a rollout: its controller waits as before, and it is as large as it is.
    private func held(_ manifest: Object) -> Object {
        var object = manifest
        object.value[path: "spec", "updateStrategy"] = workload.value[path: "spec", "updateStrategy"] ?? [:]
        if object.value[path: "spec", "replicas"] != nil {
            object.value[path: "spec", "replicas"] = .int(Int64(replicas))
        }
        return object
    }

    /// The merge patch (RFC 7386) from one document to another; nil where they are the same.
    private func difference(_ old: Value, _ new: Value, depth: Int = 64) -> Value? {
        if old == new { return nil }
        guard depth > 0, let before = old.mapping, let after = new.mapping else { return new }
        var patch: Mapping = [:]
        for entry in before where after[entry.key] == nil { patch[entry.key] = .null }
        for entry in after {
            guard let known = before[entry.key] else {
                patch[entry.key] = entry.value
                continue
            }
            if let change = difference(known, entry.value, depth: depth - 1) { patch[entry.key] = change }
        }
        return .mapping(patch)
    }
}
