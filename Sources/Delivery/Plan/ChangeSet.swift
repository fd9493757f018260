package import Kubernetes
internal import Rollout

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
    /// Deletions that need no other word, and are put off for the pods of a rollout: with the workload.
    package var deferred: [ObjectKey: ObjectKey] = [:]
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

    /// Whether an object that git wants cannot be seen, and so may not be there. One that another application has, or that is
    /// on its way out, does not count: it may wait for a deletion of ours, and both would wait for ever.
    func lacksHeld(in live: [ObjectKey: Live]) -> Bool {
        changes.contains { change in
            guard change.action == .hold, change.prepared != nil else { return false }
            if case .present? = live[change.key] { return false }
            return true
        }
    }

    /// Without deletions but of what rollouts have added: those are planned for their own moment, and a rollout waits for them.
    ///
    /// - Parameter unsettled: workloads of which a Service or route could not be written: requests may still go to their arms.
    func deletingOnlyArms(in live: [ObjectKey: Live], notOf unsettled: Set<ObjectKey> = []) -> ChangeSet {
        var left = self
        left.changes.removeAll { change in
            guard change.action == .delete else { return false }
            guard case .present(let object)? = live[change.key], let workload = object.label(MartletAnnotations.armOf) else { return true }
            return unsettled.contains { $0.namespace == change.key.namespace && armLabelValue($0) == workload }
        }
        return left
    }

    /// `3 created, 1 updated, 12 unchanged`.
    package var summary: String {
        let words: [(Action, String)] = [
            (.create, "to create"), (.update, "to update"), (.correct, "to correct"), (.delete, "to delete"),
            (.rollOut, "rolling out"), (.hold, "held"), (.drifted, "drifted"), (.keep, "unchanged"),
        ]
        let parts = words.compactMap { action, word in
            // What a rollout only keeps is not rolled out.
            let count = action == .rollOut ? changes.count { $0.action == action && $0.prepared != nil } : count(action)
            return count > 0 ? "\(count) \(word)" : nil
        }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
