package import Basics
package import Kubernetes

/// One control loop of Kubernetes' controller manager, without I/O: what is
/// observed and what time it is go in, what has to be done comes out.
///
/// The contract is controller-runtime's: `reconcile` gets a key, never an
/// event; it is called at least once after every change that `keys(for:in:)`
/// maps to the key, never twice at a time for one key, and again after
/// `Decision.again`. Its actions are done in order up to the first that fails,
/// and then the key comes back after a pause.
package protocol Controller: Sendable {
    /// As it stands in events: `deployment-controller`.
    var name: String { get }

    /// The program that runs it in a real cluster, as it stands in `managedFields`.
    var fieldManager: String { get }

    /// The kind whose keys it reconciles.
    var kind: GroupKind { get }

    /// What else it reads.
    var watches: [GroupKind] { get }

    /// Keys to look at once at the start, even where nothing is there.
    var initialKeys: [ObjectKey] { get }

    /// Whose turn it is after a change, of `kind` itself or of a watched kind.
    func keys(for change: Change, in observed: Observed) -> [ObjectKey]

    /// What to do about one object; the object may be gone.
    func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision
}

extension Controller {
    package var fieldManager: String { "kube-controller-manager" }
    package var watches: [GroupKind] { [] }
    package var initialKeys: [ObjectKey] { [] }

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        change.object.groupKind == kind ? [change.object.key] : change.ownerKeys(kind)
    }
}

/// One object before and after; at least one side is there.
package struct Change: Sendable {
    package let old: Object?
    package let new: Object?
    /// The newer of both.
    package let object: Object

    package init(from old: Object, to new: Object?) {
        self.old = old
        self.new = new
        object = new ?? old
    }

    package init(added object: Object) {
        old = nil
        new = object
        self.object = object
    }

    /// Both sides that are there.
    package var sides: [Object] { [old, new].compactMap { $0 } }

    /// The controlling owners of a kind, of both sides.
    package func ownerKeys(_ kind: GroupKind) -> [ObjectKey] {
        sides.compactMap { side in
            guard let owner = side.controllerReference, owner.groupKind == kind else { return nil }
            return ObjectKey(group: kind.group, kind: kind.kind, namespace: side.namespace, name: owner.name)
        }
    }
}

/// What a controller may look at.
package struct Situation: Sendable {
    package var observed: Observed
    package var now: Timestamp
    /// What the server said to the last action of this key that failed; nil after a pass that went through.
    package var failure: ActionFailure?

    package init(_ observed: Observed, now: Timestamp, failure: ActionFailure? = nil) {
        self.observed = observed
        self.now = now
        self.failure = failure
    }
}

/// What has to be done now, and when to look again without being told.
package struct Decision: Sendable, Equatable {
    package var actions: [Action]
    package var again: Duration?

    package init(_ actions: [Action] = [], again: Duration? = nil) {
        self.actions = actions
        self.again = again
    }

    package static let nothing = Decision()

    /// Keeps the earlier of two wake-up times.
    package mutating func lookAgain(after delay: Duration) { again = min(again ?? delay, delay) }
}
