import Document
import Kubernetes

/// Who owns which fields, as pure functions over `ManagedFields`.
enum FieldOwnership {
    /// One manager as the server tells it from others: appliers by name and
    /// subresource, updaters by the API version too (BuildManagerIdentifier).
    struct Identity: Sendable, Hashable {
        var manager: String
        var operation: ManagedFields.Entry.Operation
        var apiVersion: String
        var subresource: String

        func isSame(as entry: ManagedFields.Entry) -> Bool {
            entry.manager == manager && entry.operation == operation && entry.subresource == subresource
                && (operation == .apply || entry.apiVersion == apiVersion)
        }
    }

    /// Fields nobody owns: the object's identity and what the server counts (StripMetaManager), and what the
    /// written part may not change (`GetResetFields`).
    static func stripped(_ set: FieldSet, type: ResourceType, part: WrittenPart) -> FieldSet {
        var result = set.subtractingTrees(serverOwned)
        guard type.hasStatus else { return result }
        switch part {
        case .main: result = result.subtractingTrees(FieldSet([FieldPath([.field("status")])]))
        case .status: result = result.subtractingTrees(FieldSet([FieldPath([.field("spec")])]))
        case .all: break
        }
        return result
    }

    private static let serverOwned: FieldSet = {
        var paths = [FieldPath([.field("apiVersion")]), FieldPath([.field("kind")])]
        for field in ["name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion"] {
            paths.append(FieldPath([.field("metadata"), .field(field)]))
        }
        return FieldSet(paths)
    }()

    /// After a plain write: the writer takes what it changed, others lose that and what is gone.
    static func afterUpdate(
        _ live: ManagedFields, identity: Identity, taken: FieldSet, removed: FieldSet, time: String
    ) -> ManagedFields {
        var entries: [ManagedFields.Entry] = []
        var isKnown = false
        for entry in live.entries {
            var entry = entry
            if identity.isSame(as: entry) {
                isKnown = true
                entry.fields = entry.fields.subtracting(removed).union(taken)
                if !taken.isEmpty { entry.time = time }
            } else {
                entry.fields = entry.fields.subtracting(taken).subtracting(removed)
            }
            if !entry.fields.isEmpty { entries.append(entry) }
        }
        if !isKnown, !taken.isEmpty {
            entries.append(
                ManagedFields.Entry(
                    manager: identity.manager, operation: .update, apiVersion: identity.apiVersion, time: time,
                    subresource: identity.subresource, fields: taken))
        }
        return ManagedFields(entries: sorted(entries))
    }

    /// Appliers first, then by time, then by name, as the server orders them (sortEncodedManagedFields).
    static func sorted(_ entries: [ManagedFields.Entry]) -> [ManagedFields.Entry] {
        entries.sorted { left, right in
            if left.operation != right.operation { return left.operation == .apply }
            if left.time != right.time { return (left.time ?? "") < (right.time ?? "") }
            if left.manager != right.manager { return left.manager < right.manager }
            if left.apiVersion != right.apiVersion { return left.apiVersion < right.apiVersion }
            return left.subresource < right.subresource
        }
    }
}
