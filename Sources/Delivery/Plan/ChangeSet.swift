package import Kubernetes

/// What to do so that the cluster equals a revision: a value, made without I/O,
/// that can be shown, tested and thrown away.
package struct ChangeSet: Sendable {
    package enum Action: String, Sendable, Hashable {
        case create
        /// Git says something new.
        case update
        /// Git says the same, the cluster was changed.
        case correct
        case delete
        /// Nothing to do.
        case keep
        /// Changed in the cluster and left so, as the application asks.
        case drifted
        /// Would be done, but must not be; the reason says why.
        case hold
        /// A rollout brings it in step by step.
        case rollOut
        /// No longer ours and not to be deleted: it only leaves the inventory.
        case forget
    }

    /// Why the plan leaves an object to somebody else.
    package struct Held: Sendable, Hashable {
        package var reason: String
        /// Nothing will happen without a person or a new commit.
        package var isProblem: Bool

        package init(reason: String, isProblem: Bool) {
            self.reason = reason
            self.isProblem = isProblem
        }
    }

    package struct Change: Sendable {
        package var action: Action
        package var key: ObjectKey
        package var prepared: Prepared?
        /// For a deletion: this object and no later one of the same name.
        package var uid = ""
        package var reason: String?
        /// The digest of the fields Martlet owns in the live object, where it was compared.
        package var owned: String?

        package init(_ action: Action, key: ObjectKey, prepared: Prepared? = nil, uid: String = "", reason: String? = nil, owned: String? = nil) {
            (self.action, self.key, self.prepared, self.uid, self.reason, self.owned) = (action, key, prepared, uid, reason, owned)
        }
    }

    package var changes: [Change] = []
    /// Deletions that wait for a person; each also stands in `changes` as held.
    package var heldDeletions: [ObjectKey] = []
    /// Why nothing of the revision may be applied; empty when it may.
    package var blocked: [RenderError] = []

    package init() {}

    /// Changes that need a write.
    package var writes: [Change] {
        changes.filter {
            switch $0.action {
            case .create, .update, .correct, .delete: true
            case .keep, .drifted, .hold, .rollOut, .forget: false
            }
        }
    }

    package func count(_ action: Action) -> Int { changes.count { $0.action == action } }

    /// `3 created, 1 updated, 12 unchanged`.
    package var summary: String {
        let words: [(Action, String)] = [
            (.create, "to create"), (.update, "to update"), (.correct, "to correct"), (.delete, "to delete"),
            (.rollOut, "rolling out"), (.hold, "held"), (.drifted, "drifted"), (.keep, "unchanged"),
        ]
        let parts = words.compactMap { action, word in
            let count = count(action)
            return count > 0 ? "\(count) \(word)" : nil
        }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
