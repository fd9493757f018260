/// Keeps the values that were used last, up to what they cost together.
struct BoundedCache<Key: Hashable & Sendable, Stored: Sendable>: Sendable {
    private struct Entry {
        var value: Stored
        var cost: Int
        var used: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var total = 0
    private var clock: UInt64 = 0
    private let limit: Int
    private let cost: @Sendable (Stored) -> Int

    /// - Parameters:
    ///   - limit: of all costs together; the newest value is kept whatever it costs.
    ///   - cost: one each, unless said.
    init(limit: Int, cost: @escaping @Sendable (Stored) -> Int = { _ in 1 }) { (self.limit, self.cost) = (limit, cost) }

    subscript(key: Key) -> Stored? {
        mutating get {
            clock &+= 1
            entries[key]?.used = clock
            return entries[key]?.value
        }
        set {
            clock &+= 1
            if let old = entries.removeValue(forKey: key) { total -= old.cost }
            guard let newValue else { return }
            let price = max(1, min(cost(newValue), limit))
            entries[key] = Entry(value: newValue, cost: price, used: clock)
            total += price
            guard total > limit else { return }
            // Down to three quarters at once, so that this is seldom.
            for (old, entry) in entries.sorted(by: { $0.value.used < $1.value.used }) where total > limit / 4 * 3 && old != key {
                entries[old] = nil
                total -= entry.cost
            }
        }
    }
}
