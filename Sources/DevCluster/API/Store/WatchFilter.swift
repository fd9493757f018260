import Document
import Kubernetes

/// Which objects of a resource a list or a watch shows, and in which form.
struct WatchFilter: Sendable {
    /// The resource as the client named it; Events have two names.
    var type: ResourceType
    var namespace: String?
    var labels: LabelSelector?
    var fields: FieldSelector?
    var name: String?
    var version: String
    var form: ObjectForm
    var allowsBookmarks = false

    func matches(_ stored: StoredObject) -> Bool {
        if let namespace, stored.key.namespace != namespace { return false }
        if let name, stored.key.name != name { return false }
        if let labels, !labels.matches(stored.object.labels) { return false }
        if let fields, !fields.matches(stored.object.value) { return false }
        return true
    }
}

/// How a client wants objects shown (KEP 555's neighbors: Table and PartialObjectMetadata).
enum ObjectForm: Sendable, Hashable {
    case whole
    case table(includesObject: TableObject)
    case metadata

    enum TableObject: Sendable, Hashable { case none, metadata, whole }
}
