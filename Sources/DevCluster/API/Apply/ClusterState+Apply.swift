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
        guard let rules = rules(call.type, version: call.version, part: part) else {
            throw .internalError("no schema for \(call.type.gvk(call.version))")
        }
        let misfits = TypedPatch.misfits(intent.value, rules.schema)
        if !misfits.isEmpty { throw Self.typedPatchFailure(intent, misfits) }
        let current = stored(call.type.storage, call.key)
        if current == nil {
            guard subresource.isEmpty else { throw .notFound(call.type.id, call.key.name) }
            guard intent.uid.isEmpty else {
                throw .conflict(
                    call.type.id, call.key.name,
                    "uid mismatch: the provided object specified uid \(intent.uid), and no existing object was found")
            }
        }
        let outcome = try merge(intent, onto: current, rules: rules, call: call, part: part, options: options)
        var warnings: [String] = []
        guard var object = Object(
            try typed(outcome.object, type: call.type, version: call.version, options: options, warnings: &warnings))
        else { throw .badRequest("apiVersion and kind must be strings") }
        guard let current else {
            let result = try insert(
                object, type: call.type, version: call.version, options: options, applied: outcome.managed)
            return answer(result, call, status: 201)
        }
        object.value[path: "metadata", "resourceVersion"] = intent.value[path: "metadata", "resourceVersion"]
        object.value[path: "metadata", "uid"] = intent.value[path: "metadata", "uid"]
        let result = try update(
            current, to: object, type: call.type, version: call.version, part: part, options: options, applied: outcome.managed)
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

    private func merge(
        _ intent: Object, onto current: StoredObject?, rules: ServerSideApply, call: ResourceCall, part: WrittenPart,
        options: WriteOptions
    ) throws(APIFailure) -> ServerSideApply.Outcome {
        var wanted = intent.value
        for field in ["resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"] {
            wanted[path: "metadata", field] = nil
        }
        // Each side of the status subresource keeps off the other's fields.
        if part == .main, call.type.hasStatus { wanted["status"] = nil }
        if part == .status { wanted["spec"] = nil }
        do {
            guard let current else {
                let empty: Value = ["apiVersion": .string(intent.apiVersion), "kind": .string(intent.kind)]
                return try rules.apply(wanted, to: empty, managed: ManagedFields(), manager: options.manager, force: true)
            }
            let live = call.type.converted(current.object, to: call.version)
            let managed = managers(of: live, rules: rules)
            var outcome = try rules.apply(wanted, to: live.value, managed: managed, manager: options.manager, force: options.force)
            if !outcome.conflicts.isEmpty, options.manager == "kubectl", isOwnPast(outcome.conflicts, live: live, rules: rules) {
                outcome = try rules.apply(wanted, to: live.value, managed: managed, manager: options.manager, force: true)
            }
            if !outcome.conflicts.isEmpty { throw Self.applyConflict(outcome.conflicts, managed: managed) }
            return outcome
        } catch let error as KubernetesError {
            throw Self.typedPatchFailure(intent, "\(error)")
        } catch let error as APIFailure {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
    }

    /// Who manages a live object; one from before anyone tracked it belongs to `before-first-apply`.
    private func managers(of live: Object, rules: ServerSideApply) -> ManagedFields {
        let managed = (try? ManagedFields(of: live)) ?? ManagedFields()
        guard managed.entries.isEmpty else { return managed }
        var value = live.value
        value["status"] = nil
        return (try? rules.update(from: [:], to: value, managed: managed, manager: "before-first-apply")) ?? managed
    }

    /// kubectl's own client-side past does not stand in the way of its server-side present: it may take
    /// fields that the last-applied annotation states (LastAppliedManager).
    private func isOwnPast(_ conflicts: [ServerSideApply.Conflict], live: Object, rules: ServerSideApply) -> Bool {
        guard let text = live.annotation("kubectl.kubernetes.io/last-applied-configuration"), let last = try? JSON.parse(text),
            let stated = try? FieldSet(of: last, schema: rules.schema)
        else { return false }
        return conflicts.allSatisfy { stated.contains($0.path) }
    }

    /// The server's words for fields that belong to someone else (managedfields/internal/conflict.go).
    static func applyConflict(_ conflicts: [ServerSideApply.Conflict], managed: ManagedFields) -> APIFailure {
        let named = conflicts.map { conflict -> (owner: String, path: String) in
            var owner = "\"\(conflict.manager)\""
            if !conflict.subresource.isEmpty { owner += " with subresource \"\(conflict.subresource)\"" }
            if conflict.operation == .update {
                let entry = managed.entries.first {
                    $0.manager == conflict.manager && $0.operation == .update && $0.subresource == conflict.subresource
                }
                owner += " using \(entry?.apiVersion ?? "")"
            }
            return (owner, "\(conflict.path)")
        }
        let message: String
        if named.count == 1, let only = named.first {
            message = "Apply failed with 1 conflict: conflict with \(only.owner): \(only.path)"
        } else {
            let blocks = Set(named.map(\.owner)).sorted().map { owner in
                "conflicts with \(owner):\n" + named.filter { $0.owner == owner }.map { "- \($0.path)" }.joined(separator: "\n")
            }
            message = "Apply failed with \(named.count) conflicts: \(blocks.joined(separator: "\n"))"
        }
        var failure = APIFailure(409, "Conflict", message)
        failure.causes = named.map {
            .init(reason: "FieldManagerConflict", message: "conflict with \($0.owner)", field: $0.path)
        }
        return failure
    }
}
