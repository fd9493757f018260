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
        // Compared with an empty object of the type, which has its plain struct fields: they are nobody's.
        let empty = Self.skeleton(object.value, depth: 0)
        return (try? rules.update(from: empty, to: object.value, managed: ManagedFields(), manager: options.manager))?.value
    }

    private static let structFields: Set<String> = [
        "metadata", "spec", "status", "template", "strategy", "updateStrategy", "jobTemplate", "loadBalancer",
        "podSelector",
    ]

    private static func skeleton(_ value: Value, depth: Int) -> Value {
        var result: Mapping = [:]
        for entry in value.mapping ?? [:] where depth < 6 {
            if structFields.contains(entry.key), entry.value.mapping != nil {
                result[entry.key] = skeleton(entry.value, depth: depth + 1)
            } else if entry.key == "containers" || entry.key == "rules", entry.value.sequence?.isEmpty == false {
                // Lists that Go writes as null rather than not at all.
                result[entry.key] = []
            }
        }
        return .mapping(result)
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
