package import Document

/// A Kubernetes object: the document, and names for the parts every object has.
///
/// No generated models: Martlet reads few fields of many kinds, and must keep
/// the ones it does not know.
package struct Object: Sendable, Hashable {
    package var value: Value

    /// Nil unless `apiVersion` and `kind` are strings with something in them.
    package init?(_ value: Value) {
        guard let apiVersion = value["apiVersion"]?.string, !apiVersion.isEmpty, let kind = value["kind"]?.string,
            !kind.isEmpty
        else { return nil }
        self.value = value
    }

    package var apiVersion: String { value["apiVersion"]?.string ?? "" }
    package var kind: String { value["kind"]?.string ?? "" }
    package var gvk: GroupVersionKind { GroupVersionKind(apiVersion: apiVersion, kind: kind) }
    package var groupKind: GroupKind { gvk.groupKind }

    package var name: String {
        get { value[path: "metadata", "name"]?.string ?? "" }
        set { value[path: "metadata", "name"] = .string(newValue) }
    }

    /// "" where the object has none.
    package var namespace: String {
        get { value[path: "metadata", "namespace"]?.string ?? "" }
        set { value[path: "metadata", "namespace"] = newValue.isEmpty ? nil : .string(newValue) }
    }

    package var key: ObjectKey { ObjectKey(group: gvk.group, kind: kind, namespace: namespace, name: name) }

    package var uid: String { value[path: "metadata", "uid"]?.string ?? "" }
    package var resourceVersion: String { value[path: "metadata", "resourceVersion"]?.string ?? "" }
    package var generation: Int64? { value[path: "metadata", "generation"]?.int }
    package var isBeingDeleted: Bool { value[path: "metadata", "deletionTimestamp"]?.string != nil }

    package var labels: Mapping {
        get { value[path: "metadata", "labels"]?.mapping ?? [:] }
        set { value[path: "metadata", "labels"] = newValue.isEmpty ? nil : .mapping(newValue) }
    }

    package var annotations: Mapping {
        get { value[path: "metadata", "annotations"]?.mapping ?? [:] }
        set { value[path: "metadata", "annotations"] = newValue.isEmpty ? nil : .mapping(newValue) }
    }

    package func label(_ name: String) -> String? { labels[name]?.string }
    package func annotation(_ name: String) -> String? { annotations[name]?.string }
}
