import Basics
import Document
import Kubernetes

/// Server-side apply (KEP 555; structured-merge-diff's `merge.Updater.Apply`).
extension ClusterState {
    mutating func apply(
        _ call: ResourceCall, _ patch: Value, subresource: String, options: WriteOptions
    ) throws(APIFailure) -> APIResponse {
        guard call.request.parameter("fieldManager") != nil else {
            throw .invalid(
                group: "meta.k8s.io", kind: "PatchOptions", name: "",
                [.required("fieldManager", "is required for apply patch")])
        }
        let intent = try applied(patch, call, options: options)
        let part = WrittenPart(subresource: subresource)
        guard let schema = call.type.schema(call.version) else {
            throw .internalError("no schema for \(call.type.gvk(call.version))")
        }
        let fields: FieldSet
        do {
            fields = try FieldSet(of: intent.value, schema: schema)
        } catch {
            throw Self.typedPatchFailure(intent, "\(error)")
        }
        guard let current = stored(call.type.storage, call.key) else {
            guard subresource.isEmpty else { throw .notFound(call.type.id, call.key.name) }
            if !intent.uid.isEmpty {
                throw .conflict(
                    call.type.id, call.key.name,
                    "uid mismatch: the provided object specified uid \(intent.uid), and no existing object was found")
            }
            var warnings: [String] = []
            guard let object = Object(
                try typed(intent.value, type: call.type, version: call.version, options: options, warnings: &warnings))
            else { throw .badRequest("apiVersion and kind must be strings") }
            let result = try insert(object, type: call.type, version: call.version, options: options, appliedFields: fields)
            return answer(result, call, status: 201)
        }
        let merged = try merge(intent, fields: fields, onto: current, schema: schema, call: call, part: part, options: options)
        var warnings: [String] = []
        guard var object = Object(
            try typed(merged.value, type: call.type, version: call.version, options: options, warnings: &warnings))
        else { throw .badRequest("apiVersion and kind must be strings") }
        object.value[path: "metadata", "resourceVersion"] = intent.resourceVersion.isEmpty ? nil : .string(intent.resourceVersion)
        let result = try update(
            current, to: object, type: call.type, version: call.version, part: part, options: options,
            appliedFields: merged.managers)
        return answer(result, call)
    }

    /// The patch as the object it states, checked against the URL and the schema.
    private func applied(_ patch: Value, _ call: ResourceCall, options: WriteOptions) throws(APIFailure) -> Object {
        guard var object = Object(patch) else {
            throw .badRequest("Object 'Kind' is missing in the patch, or its 'apiVersion' is")
        }
        let expected = call.type.apiVersion(call.version)
        guard object.apiVersion == expected, object.kind == call.type.kind else {
            throw .badRequest(
                "the kind or API version in the data (\(object.apiVersion), Kind=\(object.kind)) does not match the expected one (\(expected), Kind=\(call.type.kind))"
            )
        }
        if object.name.isEmpty { object.name = call.key.name }
        guard object.name == call.key.name else {
            throw .badRequest("the name of the object (\(object.name)) does not match the name on the URL (\(call.key.name))")
        }
        if call.type.isNamespaced {
            guard object.namespace.isEmpty || object.namespace == call.key.namespace else {
                throw .badRequest("the namespace of the object (\(object.namespace)) does not match the namespace on the URL (\(call.key.namespace))")
            }
            object.namespace = call.key.namespace
        }
        if let claimed = object.value[path: "metadata", "managedFields"], claimed.sequence?.isEmpty == false {
            throw .badRequest("metadata.managedFields must be nil")
        }
        object.value[path: "metadata", "managedFields"] = nil
        if let key = call.payload.duplicateKey, options.fieldValidation == .strict {
            throw .badRequest("error decoding YAML: line 1: key \"\(key)\" already set in map")
        }
        return object
    }

    static func typedPatchFailure(_ object: Object, _ text: String) -> APIFailure {
        // A plain error in the server, so a 500 without a reason.
        APIFailure(
            500, "",
            "failed to create typed patch object (\(object.namespace)/\(object.name); \(object.apiVersion), Kind=\(object.kind)): \(text)")
    }

    private struct Merged {
        var value: Value
        var managers: ManagedFields
    }

    private func merge(
        _ intent: Object, fields: FieldSet, onto current: StoredObject, schema: Schema, call: ResourceCall, part: WrittenPart,
        options: WriteOptions
    ) throws(APIFailure) -> Merged {
        let live = call.type.converted(current.object, to: call.version)
        var liveValue = live.value
        liveValue[path: "metadata", "managedFields"] = nil
        let managers = (try? ManagedFields(of: live)) ?? ManagedFields()
        var wanted = intent.value
        wanted[path: "metadata", "resourceVersion"] = nil
        wanted[path: "metadata", "uid"] = nil
        wanted[path: "metadata", "creationTimestamp"] = nil
        if part == .main, call.type.hasStatus { wanted["status"] = nil }
        if part == .status { wanted["spec"] = nil }
        let application = ApplyMerge(
            live: liveValue, managers: managers, intent: wanted, fields: FieldOwnership.stripped(fields, type: call.type, part: part),
            schema: schema, manager: options.manager, subresource: part == .status ? "status" : "",
            apiVersion: call.type.apiVersion(call.version), time: time.now.description)
        do {
            var outcome = try application.outcome()
            if !outcome.conflicts.isEmpty, !options.force, !application.comesFromClientSideApply(outcome.conflicts) {
                throw Self.applyConflict(outcome.conflicts)
            }
            outcome.managers.entries = FieldOwnership.sorted(outcome.managers.entries)
            return Merged(value: outcome.value, managers: outcome.managers)
        } catch let error as KubernetesError {
            throw Self.typedPatchFailure(intent, "\(error)")
        } catch let error as APIFailure {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
    }

    /// The server's words for fields that belong to someone else (managedfields/internal/conflict.go).
    static func applyConflict(_ conflicts: [ApplyMerge.Conflict]) -> APIFailure {
        let message: String
        if conflicts.count == 1, let only = conflicts.first {
            message = "Apply failed with 1 conflict: conflict with \(only.owner): \(only.path)"
        } else {
            let owners = Set(conflicts.map(\.owner)).sorted()
            let blocks = owners.map { owner in
                "conflicts with \(owner):\n"
                    + conflicts.filter { $0.owner == owner }.map { "- \($0.path)" }.joined(separator: "\n")
            }
            message = "Apply failed with \(conflicts.count) conflicts: \(blocks.joined(separator: "\n"))"
        }
        var failure = APIFailure(409, "Conflict", message)
        failure.causes = conflicts.map {
            .init(reason: "FieldManagerConflict", message: "conflict with \($0.owner)", field: "\($0.path)")
        }
        return failure
    }
}
