import Document

extension Value {
    /// Sets a field that is not there.
    mutating func fill(_ keys: String..., with value: Value) {
        if self[path: keys] == nil { self[path: keys] = value }
    }

    /// Changes each item of the sequence under a key; nothing where there is none.
    mutating func eachItem(_ key: String, _ change: (inout Value) -> Void) {
        guard var items = self[key]?.sequence else { return }
        for index in items.indices { change(&items[index]) }
        self[key] = .sequence(items)
    }

    /// Changes the value some keys down, if it is there.
    mutating func change(_ keys: String..., by change: (inout Value) -> Void) {
        guard var value = self[path: keys] else { return }
        change(&value)
        self[path: keys] = value
    }
}
