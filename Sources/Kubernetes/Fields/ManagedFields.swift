package import Document

/// Who set which fields of an object: `metadata.managedFields`.
package struct ManagedFields: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package enum Operation: String, Sendable { case apply = "Apply", update = "Update" }

        package var manager: String
        package var operation: Operation
        /// The version the fields are named in.
        package var apiVersion: String
        package var time: String?
        /// "" for the main resource, else "status", "scale"…
        package var subresource: String
        package var fields: FieldSet

        package init(
            manager: String, operation: Operation, apiVersion: String, time: String? = nil, subresource: String = "",
            fields: FieldSet
        ) {
            self.manager = manager
            self.operation = operation
            self.apiVersion = apiVersion
            self.time = time
            self.subresource = subresource
            self.fields = fields
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry] = []) { self.entries = entries }

    /// Reads `metadata.managedFields`; no entries where the object has none.
    package init(of object: Object) throws(KubernetesError) {
        entries = []
        for item in object.value[path: "metadata", "managedFields"]?.sequence ?? [] {
            guard let manager = item["manager"]?.string, let operation = item["operation"]?.string.flatMap(Entry.Operation.init)
            else { throw KubernetesError(.managedFields("an entry lacks its manager or operation")) }
            entries.append(
                Entry(
                    manager: manager, operation: operation, apiVersion: item["apiVersion"]?.string ?? "",
                    time: item["time"]?.string, subresource: item["subresource"]?.string ?? "",
                    fields: try FieldSet(fieldsV1: item["fieldsV1"] ?? [:])))
        }
    }

    /// What `metadata.managedFields` holds: applied entries first, then by time,
    /// as the API server sorts them; nil when there are no entries.
    package var value: Value? {
        guard !entries.isEmpty else { return nil }
        let sorted = entries.sorted { left, right in
            if left.operation != right.operation { return left.operation == .apply }
            if left.operation == .update, left.time != right.time { return left.time ?? "" < right.time ?? "" }
            return (left.manager, left.apiVersion, left.subresource) < (right.manager, right.apiVersion, right.subresource)
        }
        return .sequence(sorted.map(\.value))
    }

    /// Everything a manager owns in one subresource, whichever way it came to it.
    package func fields(of manager: String, subresource: String = "") -> FieldSet {
        entries.reduce(FieldSet()) {
            $1.manager == manager && $1.subresource == subresource ? $0.union($1.fields) : $0
        }
    }

    /// What a manager owns by server-side apply.
    package func appliedFields(of manager: String, subresource: String = "") -> FieldSet {
        entries.first { $0.manager == manager && $0.operation == .apply && $0.subresource == subresource }?.fields ?? FieldSet()
    }
}

extension ManagedFields.Entry {
    fileprivate var value: Value {
        var value: Value = [
            "apiVersion": .string(apiVersion), "fieldsType": "FieldsV1", "fieldsV1": fields.fieldsV1, "manager": .string(manager),
            "operation": .string(operation.rawValue),
        ]
        if !subresource.isEmpty { value["subresource"] = .string(subresource) }
        if let time { value["time"] = .string(time) }
        return value
    }
}

/// The fields of an object that `managedFields` says `manager` owns; nothing
/// where the entry is missing or unreadable.
package func ownedFields(of object: Object, manager: String, subresource: String = "") -> FieldSet {
    (try? ManagedFields(of: object))?.fields(of: manager, subresource: subresource) ?? FieldSet()
}
