package import Basics

/// Which deploy events are asked for; what is nil or empty does not restrict. The newest come first.
package struct EventQuery: Sendable, Hashable {
    package var application: String?
    package var namespace: String?
    /// As users write it: `deployment`, `Deployment`; the letters' case does not count.
    package var kind: String?
    package var name: String?
    /// Begun at or after.
    package var from: Timestamp?
    /// Begun before.
    package var to: Timestamp?
    package var outcomes: Set<DeployEvent.Outcome> = []
    package var causes: Set<DeployEvent.Cause.Kind> = []
    /// Only what comes after this event in the list: the last one of the page before.
    package var before: String?
    /// At most `maxLimit`.
    package var limit = 50

    package static let maxLimit = 1000

    package init(application: String? = nil, namespace: String? = nil, kind: String? = nil, name: String? = nil, limit: Int = 50) {
        (self.application, self.namespace, self.kind, self.name, self.limit) = (application, namespace, kind, name, limit)
    }
}
