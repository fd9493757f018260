package import Basics
package import Git
package import Logging

/// Follows one branch, tag or commit of a repository, and hands on each new tip.
package actor SourceWatcher {
    package struct Settings: Sendable {
        package var remote: GitRemote
        package var reference: GitReference
        package var root: String
        /// Where the mirror is kept between restarts.
        package var mirrorPath: String
        package var pollInterval: Duration
        /// Follow a branch that was rewritten, instead of staying with what is known.
        package var followsRewrites: Bool

        package init(
            remote: GitRemote, reference: GitReference, root: String, mirrorPath: String, pollInterval: Duration = .seconds(60),
            followsRewrites: Bool = false
        ) {
            self.remote = remote
            self.reference = reference
            self.root = root
            self.mirrorPath = mirrorPath
            self.pollInterval = pollInterval
            self.followsRewrites = followsRewrites
        }
    }

    /// What is known of the source.
    package struct State: Sendable, Hashable {
        /// The tip that was handed on last.
        package var revision: SourceRevision?
        /// Why the source, or its newest revision, cannot be used; nil while it can.
        package var error: String?
        /// When the server was last asked with success.
        package var fetchedAt: Timestamp?

        /// The branch was rewritten, and the commit before that stays applied.
        package var isDiverged: Bool { error?.hasPrefix("DivergedHistory") ?? false }

        package init() {}
    }

    /// Two fetches of one source are at least this far apart, however often a webhook calls.
    package static let leastInterval = Duration.seconds(5)

    private let settings: Settings
    /// What is fetched, for those who write to it too.
    package nonisolated let mirror: SharedMirror
    private let time: any TimeSource
    private let random: RandomSource
    private let logger: Logger
    private let progress: Progress
    private nonisolated let bell = Doorbell()
    private nonisolated let shared = Locked(State())
    private var delivered: ObjectID?
    /// The tip that was told of last.
    private var told: ObjectID?
    /// The tip that a restart begins with.
    private var remembered: ObjectID?
    /// Why the delivered tip is not used; nil when it is.
    private var refusal: String?

    package init(settings: Settings, time: any TimeSource, random: RandomSource, logger: Logger, progress: Progress) {
        self.settings = settings
        mirror = SharedMirror(path: settings.mirrorPath, remote: settings.remote)
        self.time = time
        self.random = random
        self.logger = logger
        self.progress = progress
    }

    package nonisolated var state: State { shared.withLock { $0 } }

    /// The source may have something new: look soon. Never fetches itself.
    package nonisolated func markDue() { bell.ring() }

    /// Fetches until cancelled.
    ///
    /// - Parameter deliver: takes a new tip; when it throws, the tip counts as bad and is
    ///   tried again only with the next one or after a while.
    ///   - note: told of each change of state, to keep it where people look; what it throws is logged.
    package func run(
        deliver: @escaping @Sendable (GitTree) async throws -> Void,
        note: @escaping @Sendable (State) async throws -> Void = { _ in }
    ) async {
        var noted = State()
        var backoff = Backoff(base: .seconds(1), limit: settings.pollInterval < .seconds(120) ? max(settings.pollInterval, .seconds(1)) : .seconds(120))
        var isFirst = true
        while !Task.isCancelled {
            let start = time.elapsed
            var wait = settings.pollInterval
            do {
                let opened = try await mirror.open()
                if isFirst {
                    isFirst = false
                    // What the disk has is applied at once, so that a restart does not depend on the git server.
                    if let tip = try await opened.remembered(settings.reference) { _ = await handOn(tip, of: opened, deliver) }
                }
                let result = try await opened.fetch(settings.reference)
                shared.withLock { $0.fetchedAt = time.now }
                if let delivered, !settings.followsRewrites, try await !opened.isAncestor(delivered, of: result.tip) {
                    report(
                        "DivergedHistory: \"\(settings.reference)\" was rewritten: \(result.tip.short) does not descend from \(delivered.short), which stays applied; follow it with --on-rewrite follow"
                    )
                } else if await !handOn(result.tip, of: opened, deliver) {
                    wait = min(backoff.next(random), settings.pollInterval)
                } else {
                    backoff.reset()
                }
            } catch {
                report(error.description)
                wait = error.isTemporary ? min(backoff.next(random), settings.pollInterval) : settings.pollInterval
            }
            if state.revision != noted.revision || state.error != noted.error {
                do {
                    try await note(state)
                    noted = state
                } catch {
                    logger.warning("the state of the source cannot be recorded", metadata: ["error": "\(error)"])
                }
            }
            let isDue = await bell.wait(upTo: max(.zero, wait - (time.elapsed - start)), time)
            if isDue {
                let pause = min(Self.leastInterval, settings.pollInterval) - (time.elapsed - start)
                if pause > .zero { try? await time.sleep(for: pause) }
            }
        }
    }

    /// - Returns: False when it should be tried again soon: the cluster failed, not the revision.
    private func handOn(_ tip: ObjectID, of mirror: Mirror, _ deliver: @Sendable (GitTree) async throws -> Void) async -> Bool {
        if tip == delivered {
            // The same tip again: an earlier trouble with the server is over, one with the tip is not.
            if let refusal {
                report(refusal)
            } else if state.revision?.commit == tip.description, await remember(tip, of: mirror) {
                shared.withLock { $0.error = nil }
            }
            return true
        }
        do {
            let tree = try await GitTree(mirror: mirror, commit: tip, reference: settings.reference.name, path: settings.root)
            if told != tip {
                told = tip
                let commit = try? await mirror.commit(tip)
                progress.report(
                    .fetched(
                        source: settings.remote.description, revision: tree.revision, subject: commit?.subject ?? "",
                        author: commit?.author.name ?? ""))
            }
            try await deliver(tree)
            (delivered, refusal) = (tip, nil)
            shared.withLock {
                $0.revision = tree.revision
                $0.error = nil
            }
            _ = await remember(tip, of: mirror)
            return true
        } catch {
            let message = "\(settings.reference.name)@\(tip.short): \(error)"
            report(message)
            guard error is RenderError || (error as? SourceError)?.isTransient == false else { return false }
            // A revision that cannot be used stays unused until the next one.
            delivered = tip
            refusal = message
            return true
        }
    }

    /// Keeps the tip for the next start, which would apply an older one first; tried again at each fetch until it is kept.
    private func remember(_ tip: ObjectID, of mirror: Mirror) async -> Bool {
        if remembered == tip { return true }
        do {
            try await mirror.remember(tip, for: settings.reference)
        } catch {
            report("\(settings.reference.name)@\(tip.short) is in force, and cannot be noted for the next start: \(error)")
            return false
        }
        remembered = tip
        return true
    }

    private func report(_ message: String) {
        let isNew = shared.withLock { state in
            defer { state.error = message }
            return state.error != message
        }
        guard isNew else { return }
        logger.error("source", metadata: ["source": "\(settings.remote)", "error": "\(message)"])
        progress.report(.sourceFailed(source: settings.remote.description, message: message))
    }
}
