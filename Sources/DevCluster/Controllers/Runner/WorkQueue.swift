internal import Basics

/// What is to be looked at next, each item once, however often it is asked for.
///
/// client-go's work queue as a value: an item that is asked for again while it
/// is being worked on comes back afterward, and never runs twice at a time.
package struct WorkQueue<Item: Hashable & Sendable>: Sendable {
    private var ready: [Item] = []
    private var head = 0
    private var waiting: Set<Item> = []
    private var running: Set<Item> = []
    private var again: Set<Item> = []
    private var delayed: [Item: Duration] = [:]
    /// When the next delayed item is due.
    package private(set) var earliest: Duration?

    package init() {}

    /// As soon as possible.
    package mutating func add(_ item: Item) {
        if running.contains(item) {
            again.insert(item)
        } else if waiting.insert(item).inserted {
            ready.append(item)
        }
    }

    /// When `moment` has come; of two moments the earlier counts.
    package mutating func add(_ item: Item, at moment: Duration) {
        delayed[item] = min(delayed[item] ?? moment, moment)
        earliest = min(earliest ?? moment, moment)
    }

    /// Takes the next item to work on; say `finish` when it is done.
    package mutating func next() -> Item? {
        guard ready.indices.contains(head) else { return nil }
        let item = ready[head]
        head += 1
        if head > 256, head * 2 > ready.count {
            ready.removeFirst(head)
            head = 0
        }
        waiting.remove(item)
        running.insert(item)
        // Whatever it waited for, it looks now.
        if let moment = delayed.removeValue(forKey: item), moment == earliest { earliest = delayed.values.min() }
        return item
    }

    package mutating func finish(_ item: Item) {
        running.remove(item)
        if again.remove(item) != nil { add(item) }
    }

    /// Makes everything ready whose moment has come.
    package mutating func wake(at now: Duration) {
        guard let due = earliest, due <= now else { return }
        for (item, moment) in delayed where moment <= now {
            delayed[item] = nil
            add(item)
        }
        earliest = delayed.values.min()
    }

    package var isIdle: Bool { waiting.isEmpty && running.isEmpty }
}
