package import Basics
package import Delivery
internal import Git
internal import Kubernetes
package import Logging

/// Writes each ended event as a git note on its commit, so that a lost history can be had again from the repository.
///
/// Events that end close together on one commit are one push, or a few where they are many. What cannot be pushed is
/// tried again with longer and longer pauses, and at the end once more. What was let go of all the same, because too much
/// waited or the end came too soon, is found by comparing the store with the notes, at the start and every hour.
package actor NoteKeeper {
    package nonisolated static let reference = "refs/notes/martlet"

    private nonisolated let mirror: SharedMirror
    private nonisolated let author: (name: String, email: String)
    private nonisolated let mayWrite: @Sendable () -> Bool
    private nonisolated let time: any TimeSource
    private nonisolated let random: RandomSource
    private nonisolated let logger: Logger
    private nonisolated let pause: Duration
    private nonisolated let waiting = Locked<[DeployEvent]>([])
    private nonisolated let bell = Doorbell()

    private var nextCatchUp = Duration.zero
    private var isFailing = false

    private static let waitingLimit = 10_000
    /// In one push: with each of them the whole note of the commit is written anew.
    private static let perPush = 100
    private static let catchUpInterval = Duration.seconds(3600)
    /// Between two tries of what the store and the notes are to be asked.
    private static let retryInterval = Duration.seconds(60)
    /// For what waits when the program is asked to end.
    static let farewell = Duration.seconds(10)

    /// - Parameters:
    ///   - pause: in which the neighbors of an event end, too.
    ///   - mayWrite: false while nothing is to be pushed.
    package init(
        mirror: SharedMirror, author: (name: String, email: String), time: any TimeSource, random: RandomSource, logger: Logger,
        pause: Duration = .seconds(5), mayWrite: @escaping @Sendable () -> Bool = { true }
    ) {
        (self.mirror, self.author, self.time, self.random) = (mirror, author, time, random)
        (self.logger, self.pause, self.mayWrite) = (logger, pause, mayWrite)
    }

    nonisolated func note(_ event: DeployEvent) {
        guard Self.isNoted(event) else { return }
        add([event])
        bell.ring()
    }

    /// What was put back is no word about the commit.
    private static func isNoted(_ event: DeployEvent) -> Bool {
        event.endedAt != nil && event.cause.kind != .drift && !event.revision.commit.isEmpty && !event.isFromNote
    }

    private nonisolated func add(_ events: [DeployEvent]) {
        let over = waiting.withLock { waiting -> Int in
            for var event in events {
                // Notes do not have them, and they would be heavy.
                event.changes = []
                waiting.append(event)
            }
            let over = max(0, waiting.count - Self.waitingLimit)
            waiting.removeFirst(over)
            return over
        }
        if over > 0 { logger.warning("too many deploys wait for their notes: some get theirs later, from the store", metadata: ["deploys": "\(over)"]) }
    }

    private func takeAll() -> [DeployEvent] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    private var isIdle: Bool { waiting.withLock { $0.isEmpty } }

    /// Works until cancelled; then `finish` has the last word.
    func run(_ history: EventStore) async {
        var backoff = Backoff(base: .seconds(5), limit: .seconds(600))
        nextCatchUp = time.elapsed
        while !Task.isCancelled {
            let untilCatchUp = nextCatchUp - time.elapsed
            if isIdle, untilCatchUp > .zero { _ = await bell.wait(upTo: untilCatchUp, time) }
            try? await time.sleep(for: pause)
            guard !Task.isCancelled, mayWrite() else {
                try? await time.sleep(for: .seconds(60))
                continue
            }
            if time.elapsed >= nextCatchUp { await catchUp(history) }
            let left = await write(takeAll())
            guard !left.isEmpty else {
                backoff.reset()
                continue
            }
            waiting.withLock { $0 = Array((left + $0).suffix(Self.waitingLimit)) }
            try? await time.sleep(for: backoff.next(random))
        }
    }

    /// Writes what waits when the program ends, for as long as may be; the next one finds what is left.
    func finish() async {
        guard !isIdle, mayWrite() else { return }
        // The task that this is called in is cancelled, and its pushes would be.
        let writing = Task { await self.write(self.takeAll()) }
        let bound = Task {
            do { try await time.sleep(for: Self.farewell) } catch { return }
            writing.cancel()
        }
        let left = await writing.value
        bound.cancel()
        if !left.isEmpty { logger.warning("deploys have no notes yet: the next start writes them", metadata: ["deploys": "\(left.count)"]) }
    }

    /// - Returns: What is to be tried again.
    private func write(_ events: [DeployEvent]) async -> [DeployEvent] {
        var left: [DeployEvent] = []
        var failure: GitError?
        for (commit, events) in Dictionary(grouping: events, by: \.revision.commit) {
            guard let id = ObjectID(commit) else { continue }
            for start in stride(from: 0, to: events.count, by: Self.perPush) {
                do throws(GitError) {
                    // One refusal is likely that of all: who asks for each commit anew is a burden, and may be locked out.
                    if let failure { throw failure }
                    let text = events.dropFirst(start).prefix(Self.perPush).map(EventNote.text).joined(separator: "\n")
                    try await mirror.open().addNote(
                        text, to: id, reference: Self.reference, author: .init(name: author.name, email: author.email, time: time.now))
                } catch {
                    failure = error
                    left += events.dropFirst(start)
                    break
                }
            }
        }
        tell(failure)
        return left
    }

    /// Said once, not with each try.
    private func tell(_ failure: GitError?) {
        if let failure, !Task.isCancelled {
            if !isFailing { logger.warning("deploys have no notes for now", metadata: ["error": "\(failure)"]) }
            isFailing = true
        } else if failure == nil, isFailing {
            isFailing = false
            logger.notice("deploys have notes again")
        }
    }
}

extension NoteKeeper {
    private static let page = 200
    private static let pageLimit = 50
    private static let memory = Duration.seconds(3 * 86_400)

    /// Adds what ended in the last days and has no note to what waits.
    private func catchUp(_ history: EventStore) async {
        do {
            var query = EventQuery(limit: Self.page)
            query.from = time.now.adding(.zero - Self.memory)
            var known = Set(waiting.withLock { $0.map(\.id) })
            var commits = Set<String>()
            var missing: [DeployEvent] = []
            for _ in 0..<Self.pageLimit where !Task.isCancelled {
                let events = try await history.events(query)
                let ended = events.filter(Self.isNoted)
                if !ended.isEmpty, commits.isEmpty { try await mirror.open().fetchNotes(reference: Self.reference) }
                for commit in Set(ended.map(\.revision.commit)) where commits.insert(commit).inserted {
                    guard let id = ObjectID(commit), let note = try await mirror.open().note(of: id, reference: Self.reference) else { continue }
                    known.formUnion(EventNote.ids(in: note))
                }
                missing += ended.filter { known.insert($0.id).inserted }
                guard events.count >= Self.page, let last = events.last else { break }
                query.before = last.id
            }
            // The oldest first, as they would have come.
            add(missing.reversed())
            nextCatchUp = time.elapsed + Self.catchUpInterval
        } catch {
            nextCatchUp = time.elapsed + Self.retryInterval
            logger.debug("notes are not compared with the store for now", metadata: ["error": "\(error)"])
        }
    }
}
