import Basics
import Document
import Kubernetes

/// The life of CustomResourceDefinitions: served as soon as they are stored, gone with their objects.
extension ClusterState {
    mutating func definitionChanged(_ new: StoredObject, old: StoredObject?) {
        guard let type = ResourceType(definition: new.object) else { return }
        if let existing = types[type.id], existing.custom == nil { return }
        let known = types[type.id]
        types.add(type)
        if known?.storageVersion != type.storageVersion, known != nil { restore(type) }
        guard let definitionType = types[Self.definitions], !new.object.isBeingDeleted else { return }
        var object = new.object
        let moment = now
        let condition = { (kind: String, reason: String, message: String) -> Value in
            [
                "type": .string(kind), "status": "True", "reason": .string(reason), "message": .string(message),
                "lastTransitionTime": moment,
            ]
        }
        var conditions = object.value[path: "status", "conditions"]?.sequence ?? []
        if !conditions.contains(where: { $0["type"]?.string == "NamesAccepted" }) {
            conditions.append(condition("NamesAccepted", "NoConflicts", "no conflicts found"))
        }
        if !conditions.contains(where: { $0["type"]?.string == "Established" }) {
            conditions.append(condition("Established", "InitialNamesAccepted", "the initial names have been accepted"))
        }
        object.value[path: "status", "conditions"] = .sequence(conditions)
        object.value[path: "status", "acceptedNames"] = object.value[path: "spec", "names"] ?? [:]
        var versions = object.value[path: "status", "storedVersions"]?.sequence ?? []
        if !versions.contains(.string(type.storageVersion)) { versions.append(.string(type.storageVersion)) }
        object.value[path: "status", "storedVersions"] = .sequence(versions)
        if object != new.object { commit(object, in: definitionType) }
    }

    /// Objects stored in a version that is no longer the storage version are written anew in it.
    private mutating func restore(_ type: ResourceType) {
        for stored in tables[type.storage]?.objects.all ?? [] {
            let converted = type.converted(stored.object, to: type.storageVersion)
            if converted != stored.object { commit(converted, in: type) }
        }
    }

    /// Deletes the objects of a definition that is being deleted, then the definition.
    mutating func emptyDefinition(_ definition: StoredObject) {
        if let type = ResourceType(definition: definition.object), types[type.id]?.custom != nil {
            for stored in tables[type.storage]?.objects.all ?? [] {
                guard let current = self.stored(type.storage, stored.key), !current.object.isBeingDeleted else { continue }
                _ = try? delete(current, type: type, options: DeleteOptions())
            }
        }
        finishDefinition(definition)
    }

    private mutating func finishDefinition(_ definition: StoredObject) {
        guard let definitionType = types[Self.definitions], let current = stored(Self.definitions, definition.key),
            current.object.isBeingDeleted, current.object.finalizers.isEmpty
        else { return }
        if let type = ResourceType(definition: current.object), types[type.id]?.custom != nil {
            guard tables[type.storage]?.objects.all.isEmpty ?? true else { return }
            types.remove(type.id)
            tables[type.storage]?.watchers.forEach { $0.finish() }
            tables[type.storage] = nil
        }
        finishDeletion(current, type: definitionType)
    }

    /// A custom object went: its definition may have waited for it.
    mutating func definitionMayFinish(after object: Object) {
        guard let type = types.find(object.groupKind), type.custom != nil else { return }
        let key = StorageKey(namespace: "", name: type.id.description)
        guard let definition = stored(Self.definitions, key), definition.object.isBeingDeleted else { return }
        finishDefinition(definition)
    }
}
