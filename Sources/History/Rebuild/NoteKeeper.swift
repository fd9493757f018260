package import Basics
package import Delivery
internal import Git
internal import Kubernetes
package import Logging

/// Writes each ended event as a git note on its commit, so that a lost history can be had again from the repository.
///
/// Events that end close together on one commit are one push. What cannot be pushed is tried again with longer and
/// longer pauses, and let go when too much waits: the store has it.
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

    private static let waitingLimit = 1000
    /// On one commit by one push: a storm is no reason for a note that nobody can read.
    private static let perCommit = 100
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
        // What was put back is no word about the commit.
        guard event.cause.kind != .drift, !event.revision.commit.isEmpty else { return }
        waiting.withLock { waiting in
            waiting.append(event)
            if waiting.count > Self.waitingLimit { waiting.removeFirst(waiting.count - Self.waitingLimit) }
        }
        bell.ring()
    }

    /// Works until cancelled.
    func run() async {
        var backoff = Backoff(base: .seconds(5), limit: .seconds(600))
        while !Task.isCancelled {
            if waiting.withLock({ $0.isEmpty }) { _ = await bell.wait(upTo: .seconds(3600), time) }
            try? await time.sleep(for: pause)
            guard !Task.isCancelled, mayWrite() else {
                try? await time.sleep(for: .seconds(60))
                continue
            }
            let events = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            let left = await write(events)
            guard !left.isEmpty else {
                backoff.reset()
                continue
            }
            waiting.withLock { $0 = Array((left + $0).suffix(Self.waitingLimit)) }
            try? await time.sleep(for: backoff.next(random))
        }
    }

    /// - Returns: What is to be tried again.
    private func write(_ events: [DeployEvent]) async -> [DeployEvent] {
        var left: [DeployEvent] = []
        var failure: GitError?
        for (commit, events) in Dictionary(grouping: events, by: \.revision.commit) {
            guard let id = ObjectID(commit) else { continue }
            do throws(GitError) {
                let mirror = try await mirror.open()
                let text = events.prefix(Self.perCommit).map(EventNote.text).joined(separator: "\n")
                try await mirror.addNote(
                    text, to: id, reference: Self.reference, author: .init(name: author.name, email: author.email, time: time.now))
            } catch {
                failure = error
                left += events
            }
        }
        if let failure { logger.debug("deploy events have no notes for now", metadata: ["error": "\(failure)"]) }
        return left
    }
}
