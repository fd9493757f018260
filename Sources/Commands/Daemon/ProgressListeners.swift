import Basics
import Delivery

/// Those who are told of the loop's progress; some of them can only be made when the loop is there.
final class ProgressListeners: Sendable {
    private let listeners = Locked<[@Sendable (ProgressEvent) -> Void]>([])

    /// - Parameter listener: must return at once.
    func add(_ listener: @escaping @Sendable (ProgressEvent) -> Void) { listeners.withLock { $0.append(listener) } }

    var progress: Progress {
        Progress { [listeners] event in
            for listener in listeners.withLock({ $0 }) { listener(event) }
        }
    }
}
