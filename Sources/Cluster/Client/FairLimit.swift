import Basics

/// At most so many at once; the others wait in the order they came.
///
/// A cancelled waiter leaves the line without a place.
package final class FairLimit: Sendable {
    private struct State {
        var free: Int
        var line: [Waiter] = []
        var nextTicket: UInt64 = 0
    }

    private struct Waiter {
        var ticket: UInt64
        var continuation: CheckedContinuation<Bool, Never>
    }

    private let state: Locked<State>

    package init(_ places: Int) { state = Locked(State(free: max(1, places))) }

    /// Runs `body` when there is a place.
    ///
    /// - Throws: `CancellationError` while waiting, and what `body` throws.
    package func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws(CancellationError) {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The check comes after the handler is set: a cancellation before is seen here, one after finds the waiter.
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.line.append(Waiter(ticket: ticket, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.line.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.line.remove(at: index).continuation
            }
            waiter?.resume(returning: false)
        }
        guard isIn else { throw CancellationError() }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if state.line.isEmpty {
                state.free += 1
                return nil
            }
            return state.line.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    /// How many wait, for tests and metrics.
    package var waiting: Int { state.withLock { $0.line.count } }
}
