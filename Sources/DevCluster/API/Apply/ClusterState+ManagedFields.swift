import Basics
import Document
import Kubernetes

/// Field ownership after a write (KEP 555; k8s.io/apimachinery/pkg/util/managedfields).
extension ClusterState {
    func managedFieldsAfterCreate(
        _ object: Object, claimed: Value?, type: ResourceType, version: String, options: WriteOptions, appliedFields: FieldSet?
    ) -> Value? {
        if let claimed, claimed.sequence?.isEmpty == false, appliedFields == nil, claimed.sequence?.first?.mapping?.isEmpty == false {
            // A restored object may bring its own.
        }
        guard let schema = type.schema(version) else { return nil }
        let operation: ManagedFields.Entry.Operation = appliedFields == nil ? .update : .apply
        let set = appliedFields ?? (try? FieldSet(of: object.value, schema: schema)) ?? FieldSet()
        let owned = FieldOwnership.stripped(set, type: type, part: .main)
        guard !owned.isEmpty else { return nil }
        let entry = ManagedFields.Entry(
            manager: options.manager, operation: operation, apiVersion: type.apiVersion(version), time: time.now.description,
            fields: owned)
        return ManagedFields(entries: [entry]).value
    }

    /// - Parameter applied: the entries that server-side apply worked out; nil for every other write.
    func managedFieldsAfterUpdate(
        _ object: Object, old: Object, type: ResourceType, version: String, part: WrittenPart, options: WriteOptions,
        applied: ManagedFields?
    ) -> Value? {
        if let applied { return applied.value }
        guard let schema = type.schema(version) else { return old.value[path: "metadata", "managedFields"] }
        var live = (try? ManagedFields(of: old)) ?? ManagedFields()
        if let claimed = object.value[path: "metadata", "managedFields"], claimed != old.value[path: "metadata", "managedFields"] {
            // A client may rewrite the entries (kubectl migrates from client-side apply that way); an empty entry resets them.
            if claimed.sequence?.allSatisfy({ $0.mapping?.isEmpty ?? true }) ?? true {
                live = ManagedFields()
                if claimed.sequence != nil { return nil }
            } else if let read = try? ManagedFields(of: object) {
                live = read
            }
        }
        guard let comparison = try? StructuredMerge.compare(Self.bare(old), Self.bare(object), schema: schema) else {
            return live.value
        }
        let taken = FieldOwnership.stripped(comparison.modified.union(comparison.added), type: type, part: part)
        let identity = FieldOwnership.Identity(
            manager: options.manager, operation: .update, apiVersion: type.apiVersion(version),
            subresource: part == .status ? "status" : "")
        return FieldOwnership.afterUpdate(
            live, identity: identity, taken: taken, removed: comparison.removed, time: time.now.description
        ).value
    }

    /// An object without what no manager owns because the server counts it itself.
    static func bare(_ object: Object) -> Value {
        var value = object.value
        for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"] {
            value[path: "metadata", field] = nil
        }
        return value
    }
}
