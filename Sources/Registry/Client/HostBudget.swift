internal import Basics

/// How fast and until when not one registry host may be asked. Pure: the caller
/// tells the time (`TimeSource.elapsed`).
struct HostBudget: Sendable {
    enum Admission: Sendable, Hashable {
        case go
        /// Ask again after this time.
        case wait(Duration)
        /// The host wants to be left alone for longer than a request may wait.
        case refused(Duration)
    }

    private let interval: Duration
    private let burst: Int
    private let longestPause: Duration
    /// When the next request would be due if they came evenly (the "generic cell rate algorithm" of ATM).
    private var nextDue = Duration.zero
    private(set) var pausedUntil: Duration?
    private var backoff = Backoff(base: .seconds(1), limit: .seconds(300))

    init(perSecond: Int, burst: Int, longestPause: Duration) {
        interval = .seconds(1) / max(1, perSecond)
        self.burst = max(1, burst)
        self.longestPause = longestPause
    }

    /// Asks for one request; `.go` counts it.
    mutating func admit(at now: Duration) -> Admission {
        if let pausedUntil, now < pausedUntil {
            let rest = pausedUntil - now
            return rest > longestPause ? .refused(rest) : .wait(rest)
        }
        pausedUntil = nil
        let due = max(nextDue, now)
        let early = due - now - interval * (burst - 1)
        guard early <= .zero else { return .wait(early) }
        nextDue = due + interval
        return .go
    }

    /// The host said 429 or 503. The pauses double, and are never shorter than it asks for: "0" would undo them.
    ///
    /// What it says of requests that were under way when a pause began belongs to that pause.
    mutating func pause(for length: Duration?, at now: Duration, random: RandomSource) {
        if let until = pausedUntil, now < until {
            pausedUntil = max(until, now + (length ?? .zero))
            return
        }
        let step = backoff.next(random)
        pausedUntil = max(pausedUntil ?? .zero, now + max(length ?? .zero, step))
    }

    func isPaused(at now: Duration) -> Bool { pausedUntil.map { now < $0 } ?? false }

    mutating func succeeded() { backoff.reset() }
}
