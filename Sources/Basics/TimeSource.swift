internal import Glibc

/// The one way to know the time or to wait: passed in everywhere, so that a
/// test can run hours in milliseconds and replay them.
package protocol TimeSource: Sendable {
    /// The wall clock: for what people and other programs read. It may jump.
    var now: Timestamp { get }

    /// Time since some fixed moment, never backwards: for timers and deadlines.
    var elapsed: Duration { get }

    /// Waits; throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's own clocks.
package struct SystemTime: TimeSource {
    private let start = ContinuousClock().now

    package init() {}

    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000)
    }

    package var elapsed: Duration { ContinuousClock().now - start }

    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }
}
