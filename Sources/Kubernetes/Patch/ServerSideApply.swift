package import Document

/// Server-side apply as the API server decides it (structured-merge-diff,
/// `merge.Updater`): from the live object, who owns what, and what one manager
/// wants, to the new object and its owners, or the conflicts.
package struct ServerSideApply: Sendable {
    package var schema: Schema
    /// The version everything is said in.
    package var apiVersion: String
    package var subresource: String
    /// RFC 3339, recorded for a manager whose fields change.
    package var time: String

    package init(schema: Schema, apiVersion: String, subresource: String = "", time: String) {
        self.schema = schema
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
    }

    /// A field that another manager owns and this one wants to be different.
    package struct Conflict: Sendable, Hashable {
        package var manager: String
        package var operation: ManagedFields.Entry.Operation
        package var subresource: String
        package var path: FieldPath
    }

    package struct Outcome: Sendable, Hashable {
        /// Without `metadata.managedFields`.
        package var object: Value
        package var managed: ManagedFields
        /// Nothing was decided when there are any: without `force` the apply fails with them.
        package var conflicts: [Conflict]
    }

    /// Fields that nobody owns: the object's identity and what the server sets.
    package static let unowned = FieldSet(
        [["apiVersion"], ["kind"], ["metadata"]].map { FieldPath($0.map { .field($0) }) }
            + [
                "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
                "resourceVersion",
            ].map { FieldPath([.field("metadata"), .field($0)]) })

    /// What `manager` gets by applying `wanted`.
    package func apply(
        _ wanted: Value, to live: Value, managed: ManagedFields, manager: String, force: Bool
    ) throws(KubernetesError) -> Outcome {
        var wanted = wanted, live = live
        wanted[path: "metadata", "managedFields"] = nil
        live[path: "metadata", "managedFields"] = nil
        let previous = managed.appliedFields(of: manager, subresource: subresource)
        let fields = try FieldSet(of: wanted, schema: schema).subtracting(Self.unowned)
        var managed = managed
        managed.set(fields, of: manager, operation: .apply, in: self)

        let merged = try StructuredMerge.merge(live, with: wanted, schema: schema)
        let object = try prune(merged, previous: previous, managed: managed)
        let comparison = try StructuredMerge.compare(live, object, schema: schema)
        let conflicts = managed.yield(comparison, from: manager, operation: .apply, force: force, in: self)
        if !conflicts.isEmpty, !force { return Outcome(object: live, managed: managed, conflicts: conflicts) }
        return Outcome(object: object, managed: managed, conflicts: [])
    }

    /// Who owns what after `manager` wrote `new` by create, update or patch.
    package func update(
        from live: Value, to new: Value, managed: ManagedFields, manager: String
    ) throws(KubernetesError) -> ManagedFields {
        var live = live, new = new
        live[path: "metadata", "managedFields"] = nil
        new[path: "metadata", "managedFields"] = nil
        let comparison = try StructuredMerge.compare(live, new, schema: schema)
        var managed = managed
        _ = managed.yield(comparison, from: manager, operation: .update, force: true, in: self)
        let own = managed.entries.first {
            $0.manager == manager && $0.operation == .update && $0.subresource == subresource
        }
        let fields = (own?.fields ?? FieldSet())
            .union(comparison.added).union(comparison.modified)
            .subtractingTrees(comparison.removed).subtracting(Self.unowned)
        if fields != own?.fields { managed.set(fields, of: manager, operation: .update, in: self) }
        return managed
    }

    /// Removes what the manager applied before and no longer wants, as far as nobody else owns it.
    private func prune(_ merged: Value, previous: FieldSet, managed: ManagedFields) throws(KubernetesError) -> Value {
        guard !previous.isEmpty else { return merged }
        var pruned = StructuredMerge.remove(previous, from: merged, schema: schema)
        let owned = managed.entries.reduce(FieldSet()) { $0.union($1.fields) }
        let all = try present(merged)
        // Back comes what anyone owns, and what was never the manager's.
        pruned = StructuredMerge.remove(
            all.subtracting(try present(pruned).namingStructFields()).subtracting(owned.namingStructFields()), from: merged,
            schema: schema)
        return StructuredMerge.remove(
            all.namingStructFields().subtracting(try present(pruned).namingStructFields())
                .intersection(previous.namingStructFields()),
            from: merged, schema: schema)
    }

    /// Every field of a live object, duplicates in lists taken as they are.
    private func present(_ value: Value) throws(KubernetesError) -> FieldSet {
        try StructuredMerge.compare([:], value, schema: schema).added
    }
}

extension ManagedFields {
    fileprivate mutating func set(
        _ fields: FieldSet, of manager: String, operation: Entry.Operation, in context: ServerSideApply
    ) {
        let index = entries.firstIndex {
            $0.manager == manager && $0.operation == operation && $0.subresource == context.subresource
        }
        let isSame = index.map { entries[$0].fields == fields && entries[$0].apiVersion == context.apiVersion } ?? false
        if isSame { return }
        entries.removeAll { $0.manager == manager && $0.operation == operation && $0.subresource == context.subresource }
        if fields.isEmpty { return }
        entries.append(
            Entry(
                manager: manager, operation: operation, apiVersion: context.apiVersion, time: context.time,
                subresource: context.subresource, fields: fields))
    }

    /// Takes from every other manager what changed; what of that it owned are the conflicts.
    fileprivate mutating func yield(
        _ comparison: StructuredMerge.Comparison, from manager: String, operation: Entry.Operation, force: Bool,
        in context: ServerSideApply
    ) -> [ServerSideApply.Conflict] {
        let changed = comparison.modified.union(comparison.added)
        var conflicts: [ServerSideApply.Conflict] = []
        var rest: [Entry] = []
        for var entry in entries {
            if entry.manager == manager, entry.operation == operation, entry.subresource == context.subresource {
                rest.append(entry)
                continue
            }
            let lost = entry.fields.intersection(changed)
            for path in lost.paths {
                conflicts.append(
                    .init(manager: entry.manager, operation: entry.operation, subresource: entry.subresource, path: path))
            }
            entry.fields = entry.fields.subtracting(lost).subtractingTrees(comparison.removed)
            if !entry.fields.isEmpty { rest.append(entry) }
        }
        if conflicts.isEmpty || force { entries = rest }
        return conflicts
    }
}
