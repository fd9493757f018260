package import Basics
package import Delivery
internal import Git
package import Logging

/// Keeps the history: takes what the loop's looks saw, makes deploy events of it, keeps both in the store and tells
/// who listens. The loop never waits for it.
package actor Recorder {
    private nonisolated let store: EventStore
    private nonisolated let mirror: SharedMirror?
    private nonisolated let time: any TimeSource
    private nonisolated let random: RandomSource
    private nonisolated let logger: Logger
    private nonisolated let listeners = Locked<[UInt64: AsyncStream<DeployEvent>.Continuation]>([:])

    /// - Parameter mirror: where commits are read; nil where there is no repository.
    package init(store: EventStore, mirror: SharedMirror?, time: any TimeSource, random: RandomSource, logger: Logger) {
        (self.store, self.mirror, self.time, self.random, self.logger) = (store, mirror, time, random, logger)
    }

    /// Takes note of what the loop did; returns at once.
    package nonisolated func note(_ event: ProgressEvent) {
        guard case .observed = event else { return }
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
        while !Task.isCancelled { try? await time.sleep(for: .seconds(3600)) }
    }
}
