internal import Document
package import Kubernetes

/// Makes a volume for each claim that waits, for a control plane that binds
/// claims itself but has no provisioner.
package struct VolumeProvisioner: Controller {
    package let name = "sim.martlet.dev/provisioner"
    package let fieldManager = "martlet-simulator"
    package let kind = GroupKind.volumeClaim
    package let watches: [GroupKind] = [.volume]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        change.object.groupKind == kind ? [change.object.key] : []
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let claim = situation.observed.object(key), !claim.isBeingDeleted, claim.phase == "Pending",
            (claim.string("spec", "volumeName") ?? "").isEmpty
        else { return .nothing }
        let name = "pvc-\(claim.uid)"
        guard situation.observed.object(.volume, name: name) == nil else { return .nothing }
        let volume = Object([
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string(name)],
            "spec": [
                "capacity": ["storage": claim.value[path: "spec", "resources", "requests", "storage"] ?? "1Gi"],
                "accessModes": claim.value[path: "spec", "accessModes"] ?? ["ReadWriteOnce"],
                "volumeMode": claim.value[path: "spec", "volumeMode"] ?? "Filesystem",
                "storageClassName": claim.value[path: "spec", "storageClassName"] ?? "",
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": ["path": .string("/var/lib/simulated/\(name)")],
                "claimRef": [
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(claim.namespace),
                    "name": .string(claim.name), "uid": .string(claim.uid),
                ],
            ],
        ])
        return Decision([volume].compactMap { $0.map(Action.create) })
    }
}
