import Document
import Kubernetes

/// One server-side apply as a pure function: live object, its managers and the
/// intent make the new object, its managers and the conflicts.
struct ApplyMerge: Sendable {
    var live: Value
    var managers: ManagedFields
    var intent: Value
    /// The fields the intent states, without the ones nobody owns.
    var fields: FieldSet
    var schema: Schema
    var manager: String
    var subresource: String
    var apiVersion: String
    var time: String

    struct Conflict: Sendable, Hashable {
        /// `"kubectl-client-side-apply" using apps/v1`.
        var owner: String
        var entry: ManagedFields.Entry
        var path: FieldPath
    }

    struct Outcome: Sendable {
        var value: Value
        var managers: ManagedFields
        var conflicts: [Conflict]
    }

    func outcome() throws -> Outcome {
        var merged = try StructuredMerge.merge(live, with: intent, schema: schema)
        let identity = FieldOwnership.Identity(manager: manager, operation: .apply, apiVersion: apiVersion, subresource: subresource)
        let mine = managers.entries.first { identity.isSame(as: $0) }
        var others = managers.entries.filter { !identity.isSame(as: $0) }
        if managers.entries.isEmpty, let everything = try? FieldSet(of: withoutServerFields(live), schema: schema) {
            // An object from before anyone tracked it belongs to nobody in particular.
            others = [
                ManagedFields.Entry(
                    manager: "before-first-apply", operation: .update, apiVersion: apiVersion, time: time, fields: everything)
            ]
        }
        if let before = mine?.fields {
            merged = pruned(merged, before: before, owned: others.reduce(fields) { $0.union($1.fields) })
        }
        let comparison = try StructuredMerge.compare(live, merged, schema: schema)
        let changed = comparison.modified.union(comparison.added)
        var conflicts: [Conflict] = []
        var entries: [ManagedFields.Entry] = []
        for var entry in others {
            let contested = entry.fields.intersection(changed)
            for path in contested.paths { conflicts.append(Conflict(owner: Self.shown(entry), entry: entry, path: path)) }
            entry.fields = entry.fields.subtracting(contested).subtracting(comparison.removed)
            if !entry.fields.isEmpty { entries.append(entry) }
        }
        if !fields.isEmpty {
            let isUnchanged = mine?.fields == fields && merged == live
            entries.append(
                ManagedFields.Entry(
                    manager: manager, operation: .apply, apiVersion: apiVersion, time: isUnchanged ? mine?.time : time,
                    subresource: subresource, fields: fields))
        }
        return Outcome(value: merged, managers: ManagedFields(entries: entries), conflicts: conflicts)
    }

    /// Without what this manager stated before, states no more, and nobody else owns. A struct
    /// goes with its last owned field, also if defaults stand beside it (`prune`, `addBackDanglingItems`).
    private func pruned(_ merged: Value, before: FieldSet, owned: FieldSet) -> Value {
        let ownedPaths = owned.paths
        var kept: Set<FieldPath> = [
            FieldPath([.field("metadata")]), FieldPath([.field("metadata"), .field("name")]),
            FieldPath([.field("metadata"), .field("namespace")]), FieldPath([]),
        ]
        for path in ownedPaths {
            for length in path.elements.indices { kept.insert(FieldPath(Array(path.elements.prefix(length)))) }
            kept.insert(path)
        }
        var doomed = FieldSet()
        for path in before.paths {
            if !kept.contains(path) { doomed.insert(path) }
            // Named fields on the way down are members too; keys of maps are not.
            var schema = self.schema
            for (index, element) in path.elements.enumerated().dropLast() {
                let prefix = FieldPath(Array(path.elements.prefix(index + 1)))
                switch element {
                case .field(let name):
                    if case .object = schema.shape, !kept.contains(prefix) { doomed.insert(prefix) }
                    schema = schema.field(name) ?? .any
                default: schema = schema.item ?? .any
                }
            }
        }
        return doomed.isEmpty ? merged : StructuredMerge.remove(doomed, from: merged, schema: schema)
    }

    private func withoutServerFields(_ value: Value) -> Value {
        var value = value
        for field in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace", "selfLink"] {
            value[path: "metadata", field] = nil
        }
        value["apiVersion"] = nil
        value["kind"] = nil
        value["status"] = nil
        return value
    }

    /// kubectl's own client-side past does not stand in the way of its server-side present: fields that
    /// the last-applied annotation states may be taken (LastAppliedManager).
    func comesFromClientSideApply(_ conflicts: [Conflict]) -> Bool {
        guard manager == "kubectl",
            let text = live[path: "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]?.string,
            let last = try? JSON.parse(text), let stated = try? FieldSet(of: last, schema: schema)
        else { return false }
        return conflicts.allSatisfy { stated.contains($0.path) }
    }

    private static func shown(_ entry: ManagedFields.Entry) -> String {
        var text = "\"\(entry.manager)\""
        if !entry.subresource.isEmpty { text += " with subresource \"\(entry.subresource)\"" }
        if entry.operation == .update { text += " using \(entry.apiVersion)" }
        return text
    }
}
