import Basics
import Delivery
import Testing

/// A machine whose clock is corrected: what waits is not told.
@Suite struct SteadyClockTests {
    private final class CorrectedTime: TimeSource {
        private let state = Locked((now: Timestamp(milliseconds: 1_000_000), elapsed: Duration.zero))

        var now: Timestamp { state.withLock { $0.now } }
        var elapsed: Duration { state.withLock { $0.elapsed } }
        func sleep(for duration: Duration) async throws {}
        func pass(_ duration: Duration, by wall: Duration) { state.withLock { $0 = ($0.now.adding(wall), $0.elapsed + duration) } }
    }

    @Test func goesByTheTimeThatHasPassed() {
        let time = CorrectedTime()
        let clock = SteadyClock(time)
        #expect(clock.now == time.now)
        time.pass(.seconds(10), by: .seconds(-3600))
        #expect(clock.now == Timestamp(milliseconds: 1_010_000))
        time.pass(.seconds(10), by: .seconds(7200))
        #expect(clock.now == Timestamp(milliseconds: 1_020_000))
    }
}
