import Basics
package import Kubernetes

/// What changed in a cache since a subscriber last looked; not how: it looks again.
package struct CacheChanges: Sendable, Hashable {
    /// Objects that were added, changed or removed, each named once.
    package var keys: Set<ObjectKey> = []
    /// Types to look at as a whole: synced, failed or recovered, or with more changes than are kept one by one.
    package var kinds: Set<GroupKind> = []

    package var isEmpty: Bool { keys.isEmpty && kinds.isEmpty }

    /// Adds more, naming types instead of objects past `limit` objects.
    package mutating func add(_ more: CacheChanges, limit: Int) {
        keys.formUnion(more.keys)
        kinds.formUnion(more.kinds)
        guard keys.count > limit else { return }
        kinds.formUnion(keys.map(\.groupKind))
        keys = []
    }
}

/// The changes one subscriber has not seen yet, as a sequence without end. One reader.
///
/// What it holds is bounded: a key stands in it once, however often its object changes. Ends when
/// the reader's task is cancelled.
package struct CacheChangeStream: AsyncSequence, Sendable {
    package typealias Element = CacheChanges
    package typealias Failure = Never

    let subscription: ChangeSubscription

    package struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: ChangeSubscription
        package mutating func next() async -> CacheChanges? { await subscription.next() }
        package mutating func next(isolation: isolated (any Actor)?) async -> CacheChanges? { await subscription.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }
}

final class ChangeSubscription: Sendable {
    private struct State {
        var pending = CacheChanges()
        var waiter: CheckedContinuation<CacheChanges?, Never>?
    }

    private let state = Locked(State())
    private let isWanted: @Sendable (ObjectKey) -> Bool
    private let limit: Int

    init(limit: Int, isWanted: @escaping @Sendable (ObjectKey) -> Bool) {
        self.limit = limit
        self.isWanted = isWanted
    }

    func add(_ changes: CacheChanges) {
        var wanted = changes
        wanted.keys = wanted.keys.filter(isWanted)
        guard !wanted.isEmpty else { return }
        let (waiter, batch) = state.withLock { state -> (CheckedContinuation<CacheChanges?, Never>?, CacheChanges) in
            state.pending.add(wanted, limit: limit)
            guard let waiter = state.waiter else { return (nil, CacheChanges()) }
            state.waiter = nil
            defer { state.pending = CacheChanges() }
            return (waiter, state.pending)
        }
        waiter?.resume(returning: batch)
    }

    func next() async -> CacheChanges? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: CacheChanges?? = state.withLock { state -> CacheChanges?? in
                    if Task.isCancelled { return .some(nil) }
                    if !state.pending.isEmpty {
                        defer { state.pending = CacheChanges() }
                        return state.pending
                    }
                    // A second reader would lose the first one's wake-up: it gets none itself.
                    guard state.waiter == nil else { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<CacheChanges?, Never>? in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }
}

/// Who is told of changes; forgets a subscriber that is no more.
final class ChangeHub: Sendable {
    private struct Weak: Sendable { weak let subscription: ChangeSubscription? }
    private let subscribers = Locked<[Weak]>([])

    func subscribe(limit: Int, isWanted: @escaping @Sendable (ObjectKey) -> Bool) -> CacheChangeStream {
        let subscription = ChangeSubscription(limit: limit, isWanted: isWanted)
        subscribers.withLock { $0.append(Weak(subscription: subscription)) }
        return CacheChangeStream(subscription: subscription)
    }

    func publish(_ changes: CacheChanges) {
        guard !changes.isEmpty else { return }
        let living = subscribers.withLock { all -> [ChangeSubscription] in
            all.removeAll { $0.subscription == nil }
            return all.compactMap(\.subscription)
        }
        for subscription in living { subscription.add(changes) }
    }
}
