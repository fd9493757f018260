internal import Basics
package import Delivery

/// What the loop last saw of every application, for whoever asks now; and who wants to hear when that changes.
package final class OverviewBoard: Sendable {
    private struct State {
        var sights: [String: ApplicationSight] = [:]
        var version: UInt64 = 0
        var listeners: [UInt64: @Sendable (String) -> Void] = [:]
        var nextListener: UInt64 = 0
    }

    private let state = Locked(State())

    package init() {}

    /// Takes note of what the loop does; returns at once.
    package func note(_ event: ProgressEvent) {
        let application: String
        switch event {
        case .observed(let sight):
            let name = sight.application
            application = name
            // What was rendered and written is the history's to keep.
            var kept = sight
            (kept.changes, kept.files) = ([], [])
            let made = sight.isRemoved ? nil : kept
            state.withLock { $0.sights[name] = made }
        case .status(let status, _): application = status.application
        default: return
        }
        let listeners = state.withLock { state in
            state.version &+= 1
            return Array(state.listeners.values)
        }
        for listener in listeners { listener(application) }
    }

    var version: UInt64 { state.withLock { $0.version } }

    func sight(of application: String) -> ApplicationSight? { state.withLock { $0.sights[application] } }

    /// - Parameter body: gets the name of an application that changed; must return at once.
    func listen(_ body: @escaping @Sendable (String) -> Void) -> UInt64 {
        state.withLock { state in
            state.nextListener &+= 1
            state.listeners[state.nextListener] = body
            return state.nextListener
        }
    }

    func stopListening(_ listener: UInt64) { state.withLock { $0.listeners[listener] = nil } }
}
