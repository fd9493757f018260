package import Basics

/// A clock that stands still until a test moves it: hours pass in milliseconds.
package final class VirtualTime: TimeSource {
    private struct Sleeper {
        var ticket: UInt64
        var wakes: Duration
        var length: Duration
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var elapsed = Duration.zero
        var sleepers: [Sleeper] = []
        var nextTicket: UInt64 = 0
        /// Counts every sleep begun or ended, to see whether the program still moves.
        var activity: UInt64 = 0
    }

    private let start: Timestamp
    private let state = Locked(State())

    package init(start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) { self.start = start }

    package var elapsed: Duration { state.withLock { $0.elapsed } }

    package var now: Timestamp {
        let parts = elapsed.components
        return Timestamp(
            milliseconds: start.milliseconds &+ parts.seconds &* 1000 &+ parts.attoseconds / 1_000_000_000_000_000)
    }

    /// The lengths of the sleeps under way.
    package var sleeping: [Duration] { state.withLock { $0.sleepers.map(\.length) } }

    package func sleep(for duration: Duration) async throws {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            state.activity &+= 1
            return state.nextTicket
        }
        let isOver = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if duration <= .zero { return true }
                    state.sleepers.append(
                        Sleeper(ticket: ticket, wakes: state.elapsed + duration, length: duration, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.sleepers.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                state.activity &+= 1
                return state.sleepers.remove(at: index).continuation
            }
            sleeper?.resume(returning: false)
        }
        if !isOver { throw CancellationError() }
    }

    /// Moves on, waking the sleepers on the way in their order and letting each do what it woke for.
    package func advance(by duration: Duration) async {
        await settle()
        let end = elapsed + duration
        while wakeNext(before: end) { await settle() }
        state.withLock { $0.elapsed = max($0.elapsed, end) }
        await settle()
    }

    /// Jumps from one sleeper to the next until a condition holds.
    ///
    /// - Returns: false when nobody sleeps any more, or `limit` has passed, and it does not within half a minute of the real clock.
    package func run(limit: Duration = .seconds(86_400), until condition: () async -> Bool) async -> Bool {
        let end = elapsed + limit
        var looks = 0
        while looks < 30_000 {
            if await condition() { return true }
            await settle()
            if await condition() { return true }
            if wakeNext(before: end) {
                looks = 0
            } else {
                // Somebody may be at work on a thread of their own, and sleep or be done only then.
                looks += 1
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        return false
    }

    /// Waits, in real time but at most some minutes, until a sleep of that length is under way.
    package func waitForSleep(of length: Duration) async -> Bool {
        for _ in 0..<60_000 {
            if sleeping.contains(length) { return true }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return false
    }

    private func wakeNext(before end: Duration) -> Bool {
        let sleeper = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            let candidates = state.sleepers.indices.filter { state.sleepers[$0].wakes <= end }
            guard
                let index = candidates.min(by: { left, right in
                    (state.sleepers[left].wakes, state.sleepers[left].ticket)
                        < (state.sleepers[right].wakes, state.sleepers[right].ticket)
                })
            else { return nil }
            let sleeper = state.sleepers.remove(at: index)
            state.elapsed = max(state.elapsed, sleeper.wakes)
            state.activity &+= 1
            return sleeper.continuation
        }
        sleeper?.resume(returning: true)
        return sleeper != nil
    }

    /// Lets other tasks run until none of them has begun or ended a sleep for a moment.
    package func settle() async {
        var quiet = 0
        var last = state.withLock { $0.activity }
        for _ in 0..<2000 {
            for _ in 0..<20 { await Task.yield() }
            try? await Task.sleep(for: .microseconds(200))
            let current = state.withLock { $0.activity }
            quiet = current == last ? quiet + 1 : 0
            last = current
            if quiet >= 4 { return }
        }
    }
}
