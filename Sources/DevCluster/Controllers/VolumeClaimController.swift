internal import Document
package import Kubernetes

/// Binds every claim at once, to a volume that exists by name only: what is
/// written to a simulated pod's volume is never read.
package struct VolumeClaimController: Controller {
    package let name = "persistentvolume-binder"
    package let kind = GroupKind.volumeClaim

    package init() {}

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let claim = situation.observed.object(key), !claim.isBeingDeleted, claim.phase != "Bound" else { return .nothing }
        let status: Value = [
            "phase": "Bound", "accessModes": claim.value[path: "spec", "accessModes"] ?? ["ReadWriteOnce"],
            "capacity": claim.value[path: "spec", "resources", "requests"] ?? [:],
        ]
        var actions: [Action] = []
        if (claim.string("spec", "volumeName") ?? "").isEmpty {
            actions.append(.patch(key, ["spec": ["volumeName": .string("pvc-\(claim.uid)")]]))
        }
        actions.append(.patchStatus(key, ["status": status]))
        return Decision(actions)
    }
}
