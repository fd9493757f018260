/// Keeps the last values that were used.
struct BoundedCache<Key: Hashable & Sendable, Stored: Sendable>: Sendable {
    private var values: [Key: (value: Stored, used: UInt64)] = [:]
    private var clock: UInt64 = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Stored? {
        mutating get {
            guard let entry = values[key] else { return nil }
            clock &+= 1
            values[key] = (entry.value, clock)
            return entry.value
        }
        set {
            clock &+= 1
            guard let newValue else {
                values[key] = nil
                return
            }
            values[key] = (newValue, clock)
            guard values.count > limit else { return }
            // A quarter at once, so that this is seldom.
            let old = values.sorted { $0.value.used < $1.value.used }.prefix(max(1, limit / 4))
            for entry in old { values[entry.key] = nil }
        }
    }
}
