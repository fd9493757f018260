internal import Document

extension Object {
    /// Fields of `metadata` that only a server writes.
    package static let serverMetadata: Set<String> = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"]

    /// Leaves what somebody wants of the object, without what the server and its controllers say of it.
    package mutating func dropServerFields() {
        for field in Self.serverMetadata { value[path: "metadata", field] = nil }
        value["status"] = nil
    }
}
