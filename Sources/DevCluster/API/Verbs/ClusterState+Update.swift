import Document
import Kubernetes

/// Which part of an object a write is for.
enum WrittenPart: Sendable, Hashable {
    case main
    case status
    /// The server's own changes: nothing is held back.
    case all

    init(subresource: String) { self = subresource == "status" ? .status : .main }
}

extension ClusterState {
    mutating func replace(_ call: ResourceCall, subresource: String) throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(call.request)
        var warnings: [String] = []
        var object = try decoded(call, options: options, warnings: &warnings)
        let name = call.name ?? ""
        if object.name.isEmpty { object.name = name }
        guard object.name == name else {
            throw .badRequest("the name of the object (\(object.name)) does not match the name on the URL (\(name))")
        }
        guard let current = stored(call.type.storage, call.key) else {
            // Leases, Endpoints and the like may be made by PUT; the common kinds may not.
            let allowed = ["leases", "endpoints", "events", "limitranges", "resourcequotas", "services"]
            guard allowed.contains(call.type.plural), subresource.isEmpty, object.uid.isEmpty, object.resourceVersion.isEmpty
            else { throw .notFound(call.type.id, name) }
            let result = try insert(object, type: call.type, version: call.version, options: options, applied: nil)
            return answer(result, call, status: 201)
        }
        if object.resourceVersion.isEmpty, call.type.custom != nil {
            throw .invalid(
                group: call.type.group, kind: call.type.kind, name: name,
                [.invalid("metadata.resourceVersion", .int(0), "must be specified for an update")])
        }
        var result = try update(
            current, to: object, type: call.type, version: call.version, part: WrittenPart(subresource: subresource),
            options: options, applied: nil)
        result.warnings = warnings + result.warnings
        return answer(result, call)
    }

    /// A new state of an object that exists: what the part may not touch is put
    /// back, the rest prepared, checked and stored, unless nothing changed.
    mutating func update(
        _ current: StoredObject, to proposed: Object, type: ResourceType, version: String, part: WrittenPart,
        options: WriteOptions, applied: ManagedFields?
    ) throws(APIFailure) -> WriteResult {
        let old = type.converted(current.object, to: version)
        var object = proposed
        if !object.uid.isEmpty, object.uid != old.uid {
            throw .conflict(
                type.id, old.name, "Precondition failed: UID in precondition: \(object.uid), UID in object meta: \(old.uid)")
        }
        if !object.resourceVersion.isEmpty, object.resourceVersion != old.resourceVersion {
            throw .modified(type.id, old.name)
        }
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink", "generateName", "namespace", "resourceVersion"] {
            object.value[path: "metadata", field] = old.value[path: "metadata", field]
        }
        object.name = old.name
        switch part {
        case .main: if type.hasStatus { object.value["status"] = old.value["status"] }
        case .status:
            var metadata = old.value["metadata"] ?? [:]
            for field in ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"] where type.custom == nil || field == "managedFields" {
                metadata[field] = object.value[path: "metadata", field]
            }
            let status = object.value["status"]
            object.value = old.value
            object.value["metadata"] = metadata
            object.value["status"] = status
        case .all: break
        }
        object = prepareUpdated(object, old: old, type: type, version: version)
        if part != .status {
            let errors = validateUpdated(object, old: old, type: type, version: version)
            if !errors.isEmpty { throw .invalid(group: type.group, kind: type.kind, name: old.name, errors) }
            try allocate(&object, old: old, type: type, isDryRun: options.isDryRun)
        }
        if type.hasGeneration, part != .status, type.changesGeneration(from: old, to: object) {
            object.value[path: "metadata", "generation"] = .int((old.generation ?? 0) + 1)
        }
        object.value[path: "metadata", "managedFields"] = managedFieldsAfterUpdate(
            object, old: old, type: type, version: version, part: part, options: options, applied: applied)
        if isSame(object, old) { return WriteResult(stored: current) }
        var stored = type.converted(object, to: type.storageVersion)
        if type.id == ResourceType.newEvents, let core = types[ResourceType.coreEvents] { stored = core.converted(object, to: "v1") }
        if options.isDryRun {
            return WriteResult(stored: StoredObject(stored, key: current.key, revision: current.revision))
        }
        if stored.isBeingDeleted, stored.finalizers.isEmpty, isReadyToErase(stored, type: type) {
            // The last finalizer went: the write is the deletion.
            let last = commit(stored, in: type)
            finishDeletion(last, type: type)
            return WriteResult(stored: last)
        }
        let new = commit(stored, in: type)
        afterWrite(new, old: current, type: type)
        return WriteResult(stored: self.stored(type.storage, current.key) ?? new)
    }

    /// Equal but for the times in managedFields: no new revision, no event (KEP 555's no-op rule).
    private func isSame(_ left: Object, _ right: Object) -> Bool {
        func bare(_ object: Object) -> Value {
            var value = object.value
            guard let entries = value[path: "metadata", "managedFields"]?.sequence else { return value }
            value[path: "metadata", "managedFields"] = .sequence(
                entries.map { entry in
                    var entry = entry
                    entry["time"] = nil
                    return entry
                })
            return value
        }
        return bare(left) == bare(right)
    }
}

extension ResourceType {
    /// Whether users ask for something else than before: a changed spec, for most kinds all but metadata and status.
    func changesGeneration(from old: Object, to new: Object) -> Bool {
        func asked(_ object: Object) -> Value {
            var value = object.value
            for field in ["metadata", "apiVersion", "kind"] { value[field] = nil }
            if hasStatus || custom == nil { value["status"] = nil }
            return value
        }
        return asked(old) != asked(new)
    }
}
