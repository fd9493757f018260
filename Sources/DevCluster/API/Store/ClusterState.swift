import Basics
import Document
import HTTP
import Kubernetes

/// All the server knows, as one value behind one lock.
struct ClusterState: Sendable {
    let time: any TimeSource
    let random: RandomSource
    let options: APIServer.Options
    /// The last revision given out.
    private(set) var revision: UInt64 = 0
    var types: ResourceTypes
    var tables: [ResourceID: ResourceTable] = [:]
    var owners = OwnerIndex()
    var addresses = ServiceAddresses()
    /// Objects just erased whose dependents and owners are still to be looked at.
    var erased: [Object] = []
    var isCollecting = false

    init(time: any TimeSource, random: RandomSource, options: APIServer.Options) {
        self.time = time
        self.random = random
        self.options = options
        types = ResourceTypes(builtinResources)
        makeFirstObjects()
    }

    var now: Value { .string(time.now.description) }

    func stored(_ id: ResourceID, _ key: StorageKey) -> StoredObject? { tables[id]?.objects[key] }

    /// A new object, or a new state of one, at the next revision; its watches hear of it.
    @discardableResult
    mutating func commit(_ object: Object, in type: ResourceType) -> StoredObject {
        var object = object
        revision += 1
        object.value[path: "metadata", "resourceVersion"] = .string("\(revision)")
        let key = StorageKey(namespace: object.namespace, name: object.name)
        let new = StoredObject(object, key: key, revision: revision)
        let old = stored(type.storage, key)
        tables[type.storage, default: ResourceTable()].objects.set(new)
        owners.replace(old?.object, by: object, at: OwnerIndex.Place(resource: type.storage, key: key))
        publish(StoredEvent(change: old.map { .modified(old: $0, new: new) } ?? .added(new)), of: type)
        return new
    }

    /// The end of an object.
    mutating func erase(_ old: StoredObject, in type: ResourceType) {
        revision += 1
        var object = old.object
        object.value[path: "metadata", "resourceVersion"] = .string("\(revision)")
        let last = StoredObject(object, key: old.key, revision: revision)
        tables[type.storage]?.objects.remove(old.key)
        owners.replace(old.object, by: nil, at: OwnerIndex.Place(resource: type.storage, key: old.key))
        addresses.release(old.object)
        publish(StoredEvent(change: .deleted(old: old, last: last)), of: type)
    }

    private mutating func publish(_ event: StoredEvent, of type: ResourceType) {
        let limit = options.historyLimit
        tables[type.storage]?.remember(event, limit: limit)
        var hasEnded = false
        var encoder = WatchEncoder(event: event, now: time.now)
        for sink in tables[type.storage]?.watchers ?? [] {
            if sink.isFinished { hasEnded = true; continue }
            if let line = encoder.line(for: sink.filter) { sink.push(line) }
        }
        if hasEnded { tables[type.storage]?.watchers.removeAll(where: \.isFinished) }
    }

    mutating func compact() {
        let now = revision
        for id in tables.keys { tables[id]?.forget(through: now) }
    }

    mutating func cutWatches(of plural: String?) {
        for id in tables.keys where plural == nil || id.plural == plural {
            tables[id]?.watchers.forEach { $0.finish() }
            tables[id]?.watchers.removeAll()
        }
    }

    mutating func sendBookmarks() {
        for (id, table) in tables {
            guard let type = types[id] else { continue }
            for sink in table.watchers where sink.filter.allowsBookmarks {
                sink.push(WatchEncoder.bookmark(revision, type: type, version: sink.filter.version))
            }
        }
    }

    mutating func endOverdueWatches() {
        let elapsed = time.elapsed
        for id in tables.keys {
            tables[id]?.watchers.removeAll { sink in
                guard let deadline = sink.deadline, deadline <= elapsed else { return sink.isFinished }
                sink.finish()
                return true
            }
        }
    }
}
