/// A change of one object, kept for watches that resume.
struct StoredEvent: Sendable {
    enum Change: Sendable {
        case added(StoredObject)
        case modified(old: StoredObject, new: StoredObject)
        /// The last state, with the revision of the deletion.
        case deleted(old: StoredObject, last: StoredObject)
    }

    var change: Change

    /// The object as the event shows it.
    var object: StoredObject {
        switch change {
        case .added(let object): object
        case .modified(_, let new): new
        case .deleted(_, let last): last
        }
    }

    var revision: UInt64 { object.revision }
}
