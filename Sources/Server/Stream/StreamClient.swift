internal import Basics
internal import History

/// What one listener has still to be told: names of applications, which become one look, and deploys, which do not.
final class StreamClient: Sendable {
    private struct State {
        var changed: Set<String> = []
        var deploys: [DeployEvent] = []
        var isOver = false
        /// Since when one piece is being written.
        var writingSince: Duration?
    }

    private let state = Locked(State())
    let bell = Doorbell()

    /// Deploys that wait; who is further behind is cut.
    static let longestQueue = 256

    func note(application: String) {
        state.withLock { _ = $0.changed.insert(application) }
        bell.ring()
    }

    func note(deploy: DeployEvent) {
        state.withLock { state in
            // The newest state of an event says all.
            if let index = state.deploys.firstIndex(where: { $0.id == deploy.id }) { state.deploys.remove(at: index) }
            state.deploys.append(deploy)
            if state.deploys.count > Self.longestQueue { state.isOver = true }
        }
        bell.ring()
    }

    /// Takes everything that waits; nil when it is over.
    func take() -> (changed: Set<String>, deploys: [DeployEvent])? {
        state.withLock { state in
            if state.isOver { return nil }
            defer { (state.changed, state.deploys) = ([], []) }
            return (state.changed, state.deploys)
        }
    }

    func end() {
        state.withLock { $0.isOver = true }
        bell.ring()
    }

    func writes(since: Duration?) { state.withLock { $0.writingSince = since } }

    /// Too far behind, or does not take what is written.
    func isStuck(at now: Duration, limit: Duration) -> Bool {
        state.withLock { state in state.writingSince.map { state.isOver || now - $0 > limit } ?? false }
    }
}
