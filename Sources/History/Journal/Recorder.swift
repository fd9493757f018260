package import Basics
package import Delivery
internal import Git
internal import Kubernetes
package import Logging

/// Keeps the history: takes what the loop's looks saw, makes deploy events of it, keeps both in the store and tells
/// who listens. The loop never waits for it, and it waits for no listener.
///
/// A store that cannot be written costs no event its listeners: what could not be kept is kept with the next.
package actor Recorder {
    /// How much history is kept.
    package struct Retention: Sendable, Hashable {
        package var age: Duration
        package var bytes: Int64

        package init(age: Duration = .seconds(400 * 86_400), bytes: Int64 = 2 << 30) { (self.age, self.bytes) = (age, bytes) }
    }

    private nonisolated let store: EventStore
    private nonisolated let commits: CommitReader
    private nonisolated let time: any TimeSource
    private nonisolated let random: RandomSource
    private nonisolated let logger: Logger
    private nonisolated let retention: Retention
    private nonisolated let inbox = Locked(SightQueue())
    private nonisolated let existing = Locked<Set<String>?>(nil)
    private nonisolated let bell = Doorbell()
    private nonisolated let listeners = Locked<[UInt64: AsyncStream<DeployEvent>.Continuation]>([:])
    private nonisolated let notes: NoteKeeper?
    private nonisolated let rebuild: Rebuild?
    private nonisolated let inventories: InventoryStore?
    /// Says that a file that was lost has got back what could be had again; for one listener.
    package nonisolated let refills: AsyncStream<Void>
    private nonisolated let refilled: AsyncStream<Void>.Continuation

    private var journal = Journal()
    /// Applications that the store was asked about.
    private var known: Set<String> = []
    /// Applications that were seen since the start.
    private var seen: Set<String> = []
    private var hasBegun = false
    private var beginTries = 0
    /// What goes on is known from the store.
    private var isLoaded = false
    /// False for a file that was lost, until it has what can be had again, which a sight says where from.
    private var isRebuilt = true
    /// By `TimeSource.elapsed`.
    private var nextRebuild: Duration?
    private var rebuildBackoff = Backoff(base: .seconds(30), limit: .seconds(3600))
    private var isStoreDown = false
    /// What the store could not take, by id.
    private var unsaved: [String: DeployEvent] = [:]
    /// The last sight of each application that the store could not take: nobody tells it again.
    private var unseen: [String: (sight: ApplicationSight, at: Timestamp)] = [:]
    /// What was taken out of the inbox when the end came.
    private var unfinished: [(sight: ApplicationSight, at: Timestamp)] = []
    private var expiredAt: Duration?

    private static let unsavedLimit = 10_000
    private static let beginLimit = 4
    /// Between two tries of a store that cannot be used.
    private static let retryInterval = Duration.seconds(5)
    private static let expireInterval = Duration.seconds(3600)
    /// For what waits when the daemon ends.
    private static let drainLimit = Duration.seconds(5)

    /// - Parameters:
    ///   - mirror: where commits are read; nil where there is no repository.
    ///   - notes: keeps each ended event beside its commit, too; nil where nothing is written to git.
    ///   - inventories: what a lost history begins anew with.
    package init(
        store: EventStore, mirror: SharedMirror?, time: any TimeSource, random: RandomSource, logger: Logger, retention: Retention = Retention(),
        notes: NoteKeeper? = nil, inventories: InventoryStore? = nil
    ) {
        (self.store, self.time, self.random, self.logger, self.retention) = (store, time, random, logger, retention)
        (self.notes, self.inventories) = (notes, inventories)
        rebuild = mirror.map { Rebuild(mirror: $0) }
        commits = CommitReader(mirror: mirror)
        (refills, refilled) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes note of what the loop did; returns at once.
    package nonisolated func note(_ event: ProgressEvent) {
        switch event {
        case .observed(let sight):
            let now = time.now
            inbox.withLock { $0.add(sight, at: now) }
        case .applications(let names): existing.withLock { $0 = names }
        default: return
        }
        bell.ring()
    }

    /// Events as they begin, change and end, each whole; a listener that is behind misses the oldest.
    package nonisolated func updates() -> AsyncStream<DeployEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: DeployEvent.self, bufferingPolicy: .bufferingNewest(1024))
        let id = random.next()
        listeners.withLock { $0[id] = continuation }
        continuation.onTermination = { [listeners] _ in listeners.withLock { $0[id] = nil } }
        return stream
    }

    /// Works until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            if let notes { group.addTask { await notes.run(self.store) } }
            group.addTask { await self.work() }
        }
        // What was told before the end is kept: in a task of its own, for who is cancelled writes nothing.
        await Task { await self.drain() }.value
        // Nothing ends any more.
        await notes?.finish()
    }

    private func work() async {
        while !Task.isCancelled {
            await begin()
            guard hasBegun else {
                // Nothing is taken in before it is known what goes on; what waits is bounded by itself.
                try? await time.sleep(for: .seconds(1))
                continue
            }
            await endMissing()
            var waiting = inbox.withLock { $0.takeAll() }[...]
            while let (sight, at) = waiting.popFirst() {
                await take(sight, at: at)
                if Task.isCancelled { return unfinished = Array(waiting) }
            }
            let ended = journal.tick(at: time.now)
            if !ended.isEmpty || !unsaved.isEmpty || !unseen.isEmpty { await keep(ended, nil, at: time.now) }
            await expire()
            let wait = journal.nextTick.map { max(.milliseconds(50), $0.duration(since: time.now)) } ?? .seconds(60)
            _ = await bell.wait(upTo: min(wait, unsaved.isEmpty && unseen.isEmpty && isLoaded ? .seconds(60) : Self.retryInterval), time)
        }
    }

    /// Keeps what waits, as long as there is time.
    private func drain() async {
        guard hasBegun else { return }
        let end = time.elapsed + Self.drainLimit
        for (sight, at) in unfinished + inbox.withLock({ $0.takeAll() }) where time.elapsed < end { await take(sight, at: at) }
        if !unsaved.isEmpty || !unseen.isEmpty { await keep([], nil, at: time.now) }
    }

    /// Goes on where the daemon was when it ended.
    private func begin() async {
        guard !isLoaded else { return }
        do {
            let open = try await store.openEvents().filter { unsaved[$0.id] == nil }
            isRebuilt = try await store.isRebuilt()
            isLoaded = true
            if hasBegun {
                let ended = journal.adopt(open, at: time.now)
                if !ended.isEmpty { await keep(ended, nil, at: time.now) }
            } else {
                journal = Journal(open: open)
            }
            hasBegun = true
        } catch {
            storeFailed(error)
            // Who listens is not to wait for ever for a store that cannot be read at all.
            beginTries += 1
            if beginTries >= Self.beginLimit { hasBegun = true }
        }
    }

    /// What was removed while nobody could tell is gone, too: the daemon ended between the deed and the word.
    private func endMissing() async {
        guard isLoaded, let names = existing.withLock({ $0 }) else { return }
        do {
            for name in try await store.applications() where !names.contains(name) && !seen.contains(name) {
                var sight = ApplicationSight(
                    application: name, revision: SourceRevision(reference: "", commit: ""), previousCommit: "", status: ApplicationStatus(application: name))
                sight.isRemoved = true
                await take(sight, at: time.now)
            }
            // What could not be kept is tried again.
            if !isStoreDown { existing.withLock { $0 = nil } }
        } catch {
            storeFailed(error)
        }
    }

    /// Fills a file that was lost from git's notes and the cluster's inventories, now or later: it is done when all
    /// that they have is kept.
    private func refill(at revision: SourceRevision) async {
        guard !isRebuilt, rebuild == nil || !revision.commit.isEmpty, nextRebuild.map({ time.elapsed >= $0 }) ?? true else { return }
        do {
            let events = try await rebuild?.events(upTo: revision) ?? []
            let records = try await inventories?.loadAll() ?? [:]
            for start in stride(from: 0, to: events.count, by: 500) { try await store.restore(Array(events.dropFirst(start).prefix(500))) }
            for record in records.values {
                guard let sight = ApplicationSight(record), let since = sight.status.changedAt else { continue }
                try await store.restore(sight, since: since)
            }
            try await store.setRebuilt()
            isRebuilt = true
            // What is known now is more than was asked for.
            known = []
            refilled.yield()
            if !events.isEmpty { logger.notice("deploy events were had again from git notes", metadata: ["events": "\(events.count)"]) }
        } catch {
            nextRebuild = time.elapsed + rebuildBackoff.next(random)
            if !Task.isCancelled { logger.warning("the history is not had again for now", metadata: ["error": "\(error)"]) }
        }
    }

    private func take(_ sight: ApplicationSight, at: Timestamp) async {
        await refill(at: sight.revision)
        if !known.contains(sight.application) {
            do {
                let (seen, last) = try await store.known(of: sight.application)
                journal.remember(sight.application, seen: seen, last: last)
                known.insert(sight.application)
            } catch {
                storeFailed(error)
            }
        }
        if sight.isRemoved { known.remove(sight.application) }
        seen.insert(sight.application)
        let sight = journal.completed(sight)
        let (journal, events) = noted(sight, at: at)
        self.journal = journal
        var told: [DeployEvent] = []
        for event in events {
            var event = event
            if event.cause.kind == .commit, event.cause.by.isEmpty {
                let found = await commits.between(event.previousCommit, event.revision.commit, touching: sight.files)
                event.commits = found.map { DeployEvent.CommitLine($0) }
                if let cause = DeployEvent.Cause.behind(found, of: event.workload) { event.cause = cause }
                self.journal.fill(event)
            }
            told.append(event)
        }
        await keep(told, sight, at: at)
    }

    /// Away from any await, so that the journal has one owner.
    private func noted(_ sight: ApplicationSight, at: Timestamp) -> (Journal, [DeployEvent]) {
        var journal = self.journal
        self.journal = Journal()
        let events = journal.note(sight, at: at) { ULID(at: at, random: random).description }
        return (journal, events)
    }

    /// Saves what a sight says, and tells it.
    private func keep(_ events: [DeployEvent], _ sight: ApplicationSight?, at: Timestamp) async {
        var all = unsaved
        for event in events { all[event.id] = event }
        do {
            for (name, missed) in unseen.sorted(by: { $0.key < $1.key }) {
                // One that is followed by another of its application is seen there.
                if name != sight?.application { try await store.save([], missed.sight, at: missed.at) }
                unseen[name] = nil
            }
            try await store.save(all.values.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }, sight, at: at)
            unsaved = [:]
            if isStoreDown { logger.notice("the history is kept again") }
            isStoreDown = false
        } catch {
            storeFailed(error)
            if all.count <= Self.unsavedLimit { unsaved = all }
            if var sight {
                (sight.changes, sight.files) = ([], [])
                unseen[sight.application] = (sight, at)
            }
        }
        let continuations = listeners.withLock { Array($0.values) }
        for event in events {
            for continuation in continuations { continuation.yield(event) }
            if event.endedAt != nil { notes?.note(event) }
        }
    }

    /// Said once, not with each event.
    private func storeFailed(_ error: HistoryError) {
        guard !Task.isCancelled else { return }
        if !isStoreDown { logger.error("deploy events are not kept for now", metadata: ["error": "\(error)"]) }
        isStoreDown = true
    }

    private func expire() async {
        guard expiredAt.map({ time.elapsed - $0 >= Self.expireInterval }) ?? true else { return }
        expiredAt = time.elapsed
        do {
            try await store.expire(olderThan: time.now.adding(.zero - retention.age), maxBytes: retention.bytes)
        } catch {
            storeFailed(error)
        }
    }
}
