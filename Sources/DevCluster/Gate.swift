internal import Basics

/// A door that opens once, or is shut for good; everyone who waits before it then goes through, or is sent away.
final class Gate: Sendable {
    private struct State {
        var isOpen: Bool?
        var next = 0
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Locked(State())

    func open() { decide(true) }

    /// Does nothing to a door that is open.
    func shut() { decide(false) }

    private func decide(_ isOpen: Bool) {
        let waiting = state.withLock { state in
            if state.isOpen == nil { state.isOpen = isOpen }
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: isOpen) }
    }

    /// - Throws: `CancellationError` when the door is shut or the task is cancelled first.
    func wait() async throws {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isOpen = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if let isOpen = state.isOpen { return isOpen }
                    if Task.isCancelled { return false }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            waiter?.resume(returning: false)
        }
        if !isOpen { throw CancellationError() }
    }
}
