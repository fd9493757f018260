import Basics
import HTTP

/// One open watch: what it wants to see, and the lines that wait for its reader.
///
/// The store pushes while it holds its lock, so pushing never waits: a reader
/// that falls too far behind is cut off and has to resume, as on the real server.
final class WatchSink: Sendable {
    let filter: WatchFilter
    private let limit: Int
    private let state: Locked<State>

    private struct State {
        var pending: [[UInt8]] = []
        var waiter: CheckedContinuation<[UInt8]?, any Error>?
        var isFinished = false
        /// Object lines that may still pass before the watch is cut, for fault injection.
        var remaining: Int?
        var deadline: Duration?
    }

    init(filter: WatchFilter, limit: Int, deadline: Duration?, remaining: Int?) {
        self.filter = filter
        self.limit = limit
        var state = State()
        state.deadline = deadline
        state.remaining = remaining
        self.state = Locked(state)
    }

    var isFinished: Bool { state.withLock { $0.isFinished } }
    var deadline: Duration? { state.withLock { $0.deadline } }

    func push(_ line: [UInt8]) {
        state.withLock { state in
            guard !state.isFinished else { return }
            if let waiter = state.waiter {
                state.waiter = nil
                waiter.resume(returning: line)
            } else if state.pending.count < limit {
                state.pending.append(line)
            } else {
                state.isFinished = true
            }
            if let remaining = state.remaining {
                state.remaining = remaining - 1
                if remaining <= 1 { state.isFinished = true }
            }
        }
    }

    /// Ends the watch; what is pending still goes out.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            state.waiter?.resume(returning: nil)
            state.waiter = nil
        }
    }

    var body: HTTPBody {
        HTTPBody(next: { try await self.next() }, cancel: { self.abandon() })
    }

    /// Everything pending as one piece, nil at the end.
    private func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[UInt8]?, any Error>) in
                state.withLock { state in
                    if !state.pending.isEmpty {
                        let lines = state.pending
                        state.pending = []
                        continuation.resume(returning: lines.count == 1 ? lines.first : Array(lines.joined()))
                    } else if state.isFinished {
                        continuation.resume(returning: nil)
                    } else if Task.isCancelled {
                        state.isFinished = true
                        continuation.resume(throwing: CancellationError())
                    } else {
                        state.waiter?.resume(returning: nil)
                        state.waiter = continuation
                    }
                }
            }
        } onCancel: {
            state.withLock { state in
                state.isFinished = true
                state.waiter?.resume(throwing: CancellationError())
                state.waiter = nil
            }
        }
    }

    private func abandon() {
        state.withLock { state in
            state.isFinished = true
            state.pending = []
            state.waiter?.resume(returning: nil)
            state.waiter = nil
        }
    }
}
