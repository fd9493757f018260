/// Everything the store holds of one resource.
struct ResourceTable: Sendable {
    var objects = SortedObjects()
    /// The last events, oldest first; at most twice the limit before the older half is dropped.
    private(set) var history: [StoredEvent] = []
    /// A watch from before this revision would miss events: it gets 410.
    private(set) var forgottenThrough: UInt64 = 0
    var watchers: [WatchSink] = []
    /// Lists that someone is paging through, by the revision they began at; newest last.
    private(set) var snapshots: [(revision: UInt64, objects: SortedObjects)] = []

    mutating func remember(_ event: StoredEvent, limit: Int) {
        history.append(event)
        if history.count > max(1, limit) * 2 {
            let dropped = history.count - max(1, limit)
            forgottenThrough = history[dropped - 1].revision
            history.removeFirst(dropped)
        }
    }

    /// Forgets the past, as etcd's compaction does: who resumes from it must list again.
    mutating func forget(through revision: UInt64) {
        history.removeAll { $0.revision <= revision }
        snapshots.removeAll { $0.revision < revision }
        forgottenThrough = max(forgottenThrough, revision)
    }

    /// Events after a revision; nil when some of them are forgotten.
    func events(after revision: UInt64) -> ArraySlice<StoredEvent>? {
        guard revision >= forgottenThrough else { return nil }
        let first = history.firstIndex { $0.revision > revision } ?? history.endIndex
        return history[first...]
    }

    mutating func keepSnapshot(at revision: UInt64) {
        if snapshots.contains(where: { $0.revision == revision }) { return }
        snapshots.append((revision, objects))
        if snapshots.count > 16 { snapshots.removeFirst() }
    }

    func snapshot(at revision: UInt64) -> SortedObjects? { snapshots.last { $0.revision == revision }?.objects }
}
