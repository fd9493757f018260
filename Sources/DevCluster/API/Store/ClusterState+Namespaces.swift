import Document
import Kubernetes

/// The life of namespaces (admission plugin NamespaceLifecycle and the namespace controller).
extension ClusterState {
    func admitNamespace(of object: Object, type: ResourceType) throws(APIFailure) {
        guard let namespace = stored(Self.namespaces, StorageKey(namespace: "", name: object.namespace)) else {
            throw .notFound(Self.namespaces, object.namespace)
        }
        guard namespace.object.isBeingDeleted else { return }
        var failure = APIFailure.forbidden(
            type.id, object.name, "unable to create new content in namespace \(object.namespace) because it is being terminated")
        failure.causes = [
            .init(
                reason: "NamespaceTerminating", message: "namespace \(object.namespace) is being terminated",
                field: "metadata.namespace")
        ]
        throw failure
    }

    /// Deletes what a terminating namespace holds, and the namespace once nothing is left.
    mutating func emptyNamespace(_ name: String) {
        for type in types.all where type.isNamespaced && type.isStored && type.id == type.storage {
            for stored in (tables[type.storage]?.objects ?? SortedObjects()).slice(namespace: name) {
                guard let current = self.stored(type.storage, stored.key), !current.object.isBeingDeleted else { continue }
                _ = try? delete(current, type: type, options: DeleteOptions())
            }
        }
        finishNamespaceIfEmpty(name)
    }

    func isEmpty(namespace name: String) -> Bool {
        tables.values.allSatisfy { $0.objects.slice(namespace: name).isEmpty }
    }

    mutating func finishNamespaceIfEmpty(_ name: String) {
        guard let type = types[Self.namespaces], let current = stored(Self.namespaces, StorageKey(namespace: "", name: name)),
            current.object.isBeingDeleted, isEmpty(namespace: name)
        else { return }
        if current.object.value[path: "spec", "finalizers"]?.sequence?.isEmpty == false {
            var object = current.object
            let kept = (object.value[path: "spec", "finalizers"]?.sequence ?? []).filter { $0.string != "kubernetes" }
            object.value[path: "spec"] = kept.isEmpty ? [:] : ["finalizers": .sequence(kept)]
            let new = commit(object, in: type)
            if kept.isEmpty, object.finalizers.isEmpty { finishDeletion(new, type: type) }
        } else if current.object.finalizers.isEmpty {
            finishDeletion(current, type: type)
        }
    }

    /// What a cluster has before anyone used it.
    mutating func makeFirstObjects() {
        let options = WriteOptions(manager: "kube-apiserver")
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            makeOwn(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]], options)
        }
        makeOwn(
            [
                "apiVersion": "v1", "kind": "Service",
                "metadata": [
                    "name": "kubernetes", "namespace": "default",
                    "labels": ["component": "apiserver", "provider": "kubernetes"],
                ],
                "spec": [
                    "type": "ClusterIP", "clusterIP": .string(addresses.first),
                    "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
                ],
            ], options)
        for (name, value) in [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)] as [(String, Int64)] {
            makeOwn(
                [
                    "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)],
                    "value": .int(value), "preemptionPolicy": "PreemptLowerPriority",
                ], options)
        }
    }

    private mutating func makeOwn(_ value: Value, _ options: WriteOptions) {
        guard let object = Object(value), let type = types.find(object.groupKind) else { return }
        _ = try? insert(object, type: type, version: object.gvk.version, options: options, applied: nil)
    }

    /// What the server does after a write was stored.
    mutating func afterWrite(_ new: StoredObject, old: StoredObject?, type: ResourceType) {
        if type.id == Self.namespaces, old == nil {
            makeOwn(
                ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default", "namespace": .string(new.object.name)]],
                WriteOptions(manager: "kube-controller-manager"))
        }
        if type.id == Self.definitions { definitionChanged(new, old: old) }
        if old?.object.ownerLinks != new.object.ownerLinks { collectIfOwnerless(new, type: type) }
        if new.object.isBeingDeleted { continueDeletion(of: new, type: type) }
        for reference in old?.object.ownerLinks ?? [] where !new.object.ownerLinks.contains(where: { $0.uid == reference.uid }) {
            continueOwner(reference, of: new.object.namespace)
        }
    }
}
