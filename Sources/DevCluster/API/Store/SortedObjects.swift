/// The objects of one resource in the order of lists: by namespace, then name.
///
/// A sorted array: copies are free until written (consistent pages of a list are
/// taken from a copy), a namespace is one stretch, and thousands of objects move
/// in microseconds.
struct SortedObjects: Sendable {
    private(set) var all: [StoredObject] = []

    subscript(_ key: StorageKey) -> StoredObject? {
        let index = position(of: key)
        guard all.indices.contains(index), all[index].key == key else { return nil }
        return all[index]
    }

    mutating func set(_ object: StoredObject) {
        let index = position(of: object.key)
        if all.indices.contains(index), all[index].key == object.key {
            all[index] = object
        } else {
            all.insert(object, at: index)
        }
    }

    mutating func remove(_ key: StorageKey) {
        let index = position(of: key)
        if all.indices.contains(index), all[index].key == key { all.remove(at: index) }
    }

    /// The objects of a namespace (nil: of all), those after a key only if one is given.
    func slice(namespace: String?, after start: StorageKey? = nil) -> ArraySlice<StoredObject> {
        var lower = 0
        var upper = all.count
        if let namespace {
            lower = position { $0.key.namespace.utf8.lexicographicallyPrecedes(namespace.utf8) }
            upper = position {
                $0.key.namespace == namespace || $0.key.namespace.utf8.lexicographicallyPrecedes(namespace.utf8)
            }
        }
        if let start { lower = max(lower, position { $0.key < start || $0.key == start }) }
        return all[lower..<max(lower, upper)]
    }

    private func position(of key: StorageKey) -> Int { position { $0.key < key } }

    /// The first index whose element is not before the place looked for.
    private func position(isBefore: (StoredObject) -> Bool) -> Int {
        var low = 0
        var high = all.count
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(all[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
