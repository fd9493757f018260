import Document
import Kubernetes

/// Owners and dependents (the garbage collector's work, done at once instead of soon).
extension ClusterState {
    static let namespaces = ResourceID(group: "", plural: "namespaces")
    static let definitions = ResourceID(group: "apiextensions.k8s.io", plural: "customresourcedefinitions")

    /// The object goes; who it leaves alone goes too, and who waited for it may go on.
    mutating func finishDeletion(_ current: StoredObject, type: ResourceType) {
        erase(current, in: type)
        erased.append(current.object)
        guard !isCollecting else { return }
        isCollecting = true
        defer { isCollecting = false }
        // A list instead of recursion: chains of owners may be long.
        while !erased.isEmpty {
            let object = erased.removeFirst()
            collectDependents(ofOwner: object.uid)
            for owner in object.ownerLinks { continueOwner(owner, of: object.namespace) }
            if !object.namespace.isEmpty { finishNamespaceIfEmpty(object.namespace) }
            definitionMayFinish(after: object)
        }
    }

    private mutating func collectDependents(ofOwner uid: String) {
        for place in owners.dependents(of: uid) {
            guard let type = types[place.resource], let dependent = stored(place.resource, place.key) else { continue }
            let remaining = dependent.object.ownerLinks.filter { $0.uid != uid && owners.exists($0.uid) }
            if remaining.isEmpty {
                _ = try? delete(dependent, type: type, options: DeleteOptions())
            } else {
                dropOwner(uid, of: dependent, type: type)
            }
        }
    }

    private mutating func dropOwner(_ uid: String, of dependent: StoredObject, type: ResourceType) {
        var object = dependent.object
        let kept = (object.value[path: "metadata", "ownerReferences"]?.sequence ?? []).filter { $0["uid"]?.string != uid }
        object.value[path: "metadata", "ownerReferences"] = kept.isEmpty ? nil : .sequence(kept)
        commit(object, in: type)
    }

    mutating func orphanDependents(of owner: StoredObject) {
        for place in owners.dependents(of: owner.object.uid) {
            guard let type = types[place.resource], let dependent = stored(place.resource, place.key) else { continue }
            dropOwner(owner.object.uid, of: dependent, type: type)
        }
        removeFinalizer("orphan", uid: owner.object.uid, resource: resource(of: owner.object), key: owner.key)
    }

    mutating func deleteDependents(of owner: StoredObject, foreground: Bool) {
        for place in owners.dependents(of: owner.object.uid) {
            guard let type = types[place.resource], let dependent = stored(place.resource, place.key),
                !dependent.object.isBeingDeleted
            else { continue }
            var options = DeleteOptions()
            if foreground { options.propagation = .foreground }
            _ = try? delete(dependent, type: type, options: options)
        }
    }

    /// An owner that waits in the foreground goes when nothing blocks it any more. It lives in its
    /// dependent's namespace, or in none.
    mutating func continueOwner(_ reference: OwnerLink, of namespace: String) {
        let kind = GroupVersionKind(apiVersion: reference.apiVersion, kind: reference.kind)
        guard let type = types.find(kind.groupKind) else { return }
        let key = StorageKey(namespace: type.isNamespaced ? namespace : "", name: reference.name)
        guard let owner = stored(type.storage, key), owner.object.uid == reference.uid else { return }
        continueDeletion(of: owner, type: type)
    }

    /// Takes the next step of a deletion that has begun; called whenever something it may wait for changed.
    mutating func continueDeletion(of marked: StoredObject, type: ResourceType) {
        guard let current = stored(type.storage, marked.key), current.object.isBeingDeleted else { return }
        if current.object.finalizers.contains("foregroundDeletion") {
            let isBlocked = owners.dependents(of: current.object.uid).contains { place in
                stored(place.resource, place.key)?.object.ownerLinks
                    .contains { $0.uid == current.object.uid && $0.blocksOwnerDeletion } ?? false
            }
            if !isBlocked {
                removeFinalizer("foregroundDeletion", uid: current.object.uid, resource: type.storage, key: current.key)
            }
        }
        if type.id == Self.namespaces { emptyNamespace(current.object.name) }
        if type.id == Self.definitions { emptyDefinition(current) }
    }

    mutating func removeFinalizer(_ name: String, uid: String, resource: ResourceID?, key: StorageKey) {
        guard let resource, let type = types[resource], let current = stored(resource, key), current.object.uid == uid else {
            return
        }
        var object = current.object
        object.finalizers = object.finalizers.filter { $0 != name }
        let new = commit(object, in: type)
        if object.isBeingDeleted, object.finalizers.isEmpty, isReadyToErase(object, type: type) {
            finishDeletion(new, type: type)
        }
    }

    /// Whether an object without finalizers may go now: pods wait for their node,
    /// namespaces and definitions for their content.
    func isReadyToErase(_ object: Object, type: ResourceType) -> Bool {
        switch type.id {
        case ResourceID(group: "", plural: "pods"): (object.value[path: "metadata", "deletionGracePeriodSeconds"]?.int ?? 0) == 0
        case Self.namespaces: isEmpty(namespace: object.name) && (object.value[path: "spec", "finalizers"]?.sequence ?? []).isEmpty
        case Self.definitions: true
        default: true
        }
    }

    func resource(of object: Object) -> ResourceID? { types.find(object.groupKind)?.storage }

    /// An object whose owners are all gone is garbage from the start.
    mutating func collectIfOwnerless(_ stored: StoredObject, type: ResourceType) {
        let references = stored.object.ownerLinks
        guard !references.isEmpty, !references.contains(where: { owners.exists($0.uid) }) else { return }
        _ = try? delete(stored, type: type, options: DeleteOptions())
    }
}
