import Document
import Kubernetes

/// The admission plugins whose answer depends on other objects (ServiceAccount, Priority, DefaultStorageClass).
extension ClusterState {
    /// Fills in and checks what a new object takes from others.
    func admit(_ object: inout Object, type: ResourceType) throws(APIFailure) {
        switch (type.group, type.kind) {
        case ("", "Pod"):
            try admitPriority(&object, type: type)
            try admitServiceAccount(of: object, type: type)
        case ("", "PersistentVolumeClaim") where object.value[path: "spec", "storageClassName"] == nil:
            let classes = tables[ResourceID(group: "storage.k8s.io", plural: "storageclasses")]?.objects.all ?? []
            let first = classes.first { $0.object.annotation("storageclass.kubernetes.io/is-default-class") == "true" }
            if let first { object.value[path: "spec", "storageClassName"] = .string(first.key.name) }
        default: break
        }
    }

    private func admitServiceAccount(of object: Object, type: ResourceType) throws(APIFailure) {
        let name = object.value[path: "spec", "serviceAccountName"]?.string ?? "default"
        let accounts = ResourceID(group: "", plural: "serviceaccounts")
        guard stored(accounts, StorageKey(namespace: object.namespace, name: name)) == nil else { return }
        throw .forbidden(
            type.id, object.name,
            "error looking up service account \(object.namespace)/\(name): serviceaccount \"\(name)\" not found")
    }

    private func admitPriority(_ object: inout Object, type: ResourceType) throws(APIFailure) {
        guard let name = object.value[path: "spec", "priorityClassName"]?.string, !name.isEmpty else { return }
        let classes = ResourceID(group: "scheduling.k8s.io", plural: "priorityclasses")
        guard let found = stored(classes, StorageKey(namespace: "", name: name)) else {
            throw .forbidden(type.id, object.name, "no PriorityClass with name \(name) was found")
        }
        object.value[path: "spec", "priority"] = found.object.value["value"] ?? 0
        if let policy = found.object.value["preemptionPolicy"] { object.value[path: "spec", "preemptionPolicy"] = policy }
    }
}
