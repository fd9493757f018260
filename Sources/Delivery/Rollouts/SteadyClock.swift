package import Basics

/// The wall clock as it stood at the beginning, and the time that has passed since: nobody puts it back or forward.
///
/// The moments in a rollout's state are of the wall clock, for another process may read them. But within one process a
/// correction of the machine's clock must neither stretch a wait nor cut a deadline short.
package struct SteadyClock: Sendable {
    private let time: any TimeSource
    private let start: (now: Timestamp, elapsed: Duration)

    package init(_ time: any TimeSource) {
        self.time = time
        start = (time.now, time.elapsed)
    }

    package var now: Timestamp { start.now.adding(time.elapsed - start.elapsed) }
}
