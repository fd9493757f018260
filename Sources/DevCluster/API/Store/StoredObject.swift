import Document
import Kubernetes

/// An object at one revision, encoded once: every get, list and watch shares the bytes.
final class StoredObject: Sendable {
    let object: Object
    let key: StorageKey
    let revision: UInt64
    /// JSON in the storage version, without a final newline.
    let bytes: [UInt8]

    init(_ object: Object, key: StorageKey, revision: UInt64) {
        self.object = object
        self.key = key
        self.revision = revision
        bytes = JSON.write(object.value)
    }
}

/// Where an object stands inside its resource; the namespace is "" for cluster scope.
struct StorageKey: Sendable, Hashable, Comparable {
    var namespace: String
    var name: String

    static func < (left: StorageKey, right: StorageKey) -> Bool {
        left.namespace == right.namespace
            ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            : left.namespace.utf8.lexicographicallyPrecedes(right.namespace.utf8)
    }
}
