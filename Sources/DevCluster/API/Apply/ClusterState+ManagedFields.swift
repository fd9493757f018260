import Basics
import Document
import Kubernetes

/// Field ownership after a write (KEP 555; k8s.io/apimachinery/pkg/util/managedfields).
extension ClusterState {
    /// - Parameter applied: the entries server-side apply worked out; nil for a plain create, whose manager owns all of it.
    func managedFieldsAfterCreate(
        _ object: Object, type: ResourceType, version: String, options: WriteOptions, applied: ManagedFields?
    ) -> Value? {
        if let applied { return applied.value }
        guard let rules = rules(type, version: version, part: .main) else { return nil }
        return (try? rules.update(from: [:], to: object.value, managed: ManagedFields(), manager: options.manager))?.value
    }

    /// - Parameter applied: the entries server-side apply worked out; nil for every other write.
    func managedFieldsAfterUpdate(
        _ object: Object, old: Object, type: ResourceType, version: String, part: WrittenPart, options: WriteOptions,
        applied: ManagedFields?
    ) -> Value? {
        if let applied { return applied.value }
        let before = old.value[path: "metadata", "managedFields"]
        guard let rules = rules(type, version: version, part: part) else { return before }
        var managed = (try? ManagedFields(of: old)) ?? ManagedFields()
        if let claimed = object.value[path: "metadata", "managedFields"], claimed != before {
            // A client may rewrite the entries (kubectl leaves client-side apply that way); an empty entry resets them.
            if claimed.sequence?.contains(where: { $0.mapping?.isEmpty == false }) != true { return nil }
            if let read = try? ManagedFields(of: object) { managed = read }
        }
        let updated = try? rules.update(from: old.value, to: object.value, managed: managed, manager: options.manager)
        return (updated ?? managed).value
    }

    func rules(_ type: ResourceType, version: String, part: WrittenPart) -> ServerSideApply? {
        type.schema(version).map {
            ServerSideApply(
                schema: $0, apiVersion: type.apiVersion(version), subresource: part == .status ? "status" : "",
                time: time.now.description)
        }
    }
}
