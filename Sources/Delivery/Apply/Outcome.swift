package import Cluster
package import Kubernetes

/// What came of one change.
package struct Outcome: Sendable {
    package enum Result: Sendable {
        /// The server's answer to the apply; whether it made the object.
        case applied(Object, isCreated: Bool)
        /// The delete was accepted; the inventory forgets the object when it is seen to be gone.
        case deleting
        case failed(ApplyFailure)
        /// A newer revision came first.
        case superseded
    }

    package var key: ObjectKey
    package var action: ChangeSet.Action
    package var origin: Origin?
    package var result: Result
    package var warnings: [String] = []

    package init(_ change: ChangeSet.Change, _ result: Result, warnings: [String] = []) {
        key = change.key
        action = change.action
        origin = change.prepared?.origin
        self.result = result
        // A webhook's warning may quote what it warns of.
        self.warnings = warnings.isEmpty || !hasMaskedValues(change.key.groupKind) ? warnings : ["it has a warning; \(hiddenWords)"]
    }
}

/// Why an object could not be made what git says.
package struct ApplyFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    /// Trying again may help without anyone changing anything.
    package var isTransient: Bool
    /// The field at fault, as the server names it.
    package var field: String?

    package init(_ description: String, isTransient: Bool, field: String? = nil) {
        self.description = description
        self.isTransient = isTransient
        self.field = field
    }

    /// - Parameter object: what was sent, where it was.
    package init(_ refusal: ClusterError, about key: ObjectKey, _ object: Object? = nil) {
        // API servers answer an unknown field in server-side apply with a bare 500.
        let isMistake = refusal.message.contains("failed to create typed patch object")
        let error = refusal.withoutValues(of: key, object)
        // A namespace that another application makes, or that is just going, is soon there: minutes of patience are not for it.
        let isWithoutPlace = object != nil && (refusal.reason == .notFound || refusal.message.contains("being terminated"))
        self.init(
            error.message,
            isTransient: !isMistake && (error.isTransient || error.reason == .unknownKind || error.reason == .conflict || isWithoutPlace),
            field: error.causes.first { !$0.field.isEmpty }?.field)
    }
}
