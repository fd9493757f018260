import Basics
import Document
import Kubernetes

/// Turns one event into watch lines; each form is encoded once, however many watch.
struct WatchEncoder {
    private let event: StoredEvent
    private let now: Timestamp
    private var made: [Form: [UInt8]] = [:]

    private struct Form: Hashable {
        var word: String
        var resource: ResourceID
        var version: String
        var form: ObjectForm
    }

    init(event: StoredEvent, now: Timestamp) {
        self.event = event
        self.now = now
    }

    /// The line a watch with this filter gets; nil where the event is none of its business.
    /// An object that leaves a selector is deleted for its watch, one that enters is added.
    mutating func line(for filter: WatchFilter) -> [UInt8]? {
        switch event.change {
        case .added(let object): filter.matches(object) ? line("ADDED", object, filter) : nil
        case .deleted(let old, let last): filter.matches(old) ? line("DELETED", last, filter) : nil
        case .modified(let old, let new):
            switch (filter.matches(old), filter.matches(new)) {
            case (true, true): line("MODIFIED", new, filter)
            case (false, true): line("ADDED", new, filter)
            case (true, false): line("DELETED", left(old, at: new.revision), filter)
            case (false, false): nil
            }
        }
    }

    /// What a watch is told of an object that no longer matches: its old state at the new revision.
    private func left(_ old: StoredObject, at revision: UInt64) -> StoredObject {
        var object = old.object
        object.value[path: "metadata", "resourceVersion"] = .string("\(revision)")
        return StoredObject(object, key: old.key, revision: revision)
    }

    private mutating func line(_ word: String, _ object: StoredObject, _ filter: WatchFilter) -> [UInt8] {
        let form = Form(word: word, resource: filter.type.id, version: filter.version, form: filter.form)
        if let line = made[form] { return line }
        let line = Self.line(word, filter.type.encoded(object, version: filter.version, form: filter.form, now: now))
        made[form] = line
        return line
    }

    static func line(_ word: String, _ object: [UInt8]) -> [UInt8] {
        var line = Array("{\"type\":\"\(word)\",\"object\":".utf8)
        line.reserveCapacity(line.count + object.count + 2)
        line += object
        line += [UInt8(ascii: "}"), 10]
        return line
    }

    static func bookmark(_ revision: UInt64, type: ResourceType, version: String, endsInitialEvents: Bool = false) -> [UInt8] {
        var metadata: Mapping = ["resourceVersion": .string("\(revision)")]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object: Value = [
            "kind": .string(type.kind), "apiVersion": .string(type.apiVersion(version)), "metadata": .mapping(metadata),
        ]
        return line("BOOKMARK", JSON.write(object))
    }
}

extension ResourceType {
    /// An object's JSON as a client asked for it; the stored bytes where nothing has to change.
    func encoded(_ stored: StoredObject, version: String, form: ObjectForm, now: Timestamp) -> [UInt8] {
        switch form {
        case .whole:
            version == storageVersion && id == storage
                ? stored.bytes : JSON.write(converted(stored.object, to: version).value)
        case .metadata: JSON.write(partialMetadata(stored.object))
        case .table(let includes):
            JSON.write(
                table(
                    of: [stored], version: version, includes: includes,
                    metadata: ["resourceVersion": .string("\(stored.revision)")], now: now))
        }
    }

    func partialMetadata(_ object: Object) -> Value {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object.value["metadata"] ?? [:],
        ]
    }
}
