internal import Basics

/// Wakes a loop: many calls before it looks are one.
package final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let hurry = Locked(false)

    package init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// - Parameter urgent: do not wait for more changes to come together.
    package func wake(urgent: Bool = false) {
        if urgent { hurry.withLock { $0 = true } }
        continuation.yield()
    }

    package var wakes: AsyncStream<Void> { stream }

    /// Whether someone was in a hurry since the last time this was asked.
    package func takeHurry() -> Bool {
        hurry.withLock { hurry in
            defer { hurry = false }
            return hurry
        }
    }
}
