package import Kubernetes

/// What follows from a look at a rollout.
package struct RolloutDecision: Sendable, Hashable {
    /// To be written before any effect; nil: over and forgotten.
    package var state: RolloutState?
    /// What the rollout adds to git's objects from now on.
    package var overlay: RolloutOverlay
    /// In order, each idempotent; what fails is decided anew at the next look.
    package var effects: [RolloutEffect]
    /// When to look again without being told.
    package var wake: Duration?

    package init(state: RolloutState?, overlay: RolloutOverlay = .none, effects: [RolloutEffect] = [], wake: Duration? = nil) {
        (self.state, self.overlay, self.effects, self.wake) = (state, overlay, effects, wake)
    }
}

/// One thing to do to the workload itself.
package enum RolloutEffect: Sendable, Hashable {
    /// One merge patch: paused, `Recreate`, and the state with the originals in it.
    case pause
    /// Takes the controller's mark off a set, so that it does not scale the other one down.
    case unmark(set: String)
    /// Makes the candidate ReplicaSet with so many pods.
    case create(replicas: Int)
    case scale(set: String, uid: String, to: Int)
    case delete(set: String, uid: String)
    /// The workload's `replicas`, as git has come to say.
    case replicas(Int)
    /// Git's manifest, applied while paused.
    case applyTemplate
    /// A StatefulSet's pods from this ordinal on may have the stated template.
    case partition(Int)
    /// A pod whose controller makes another one in its place.
    case deletePod(name: String, uid: String)
    /// A StatefulSet or DaemonSet states the stable template again: by an apply under Martlet's name, or, where that
    /// did not do it, by a patch of whatever differs.
    case templateBack(isForced: Bool)
    /// Gives the originals back.
    case resume
    /// Asks for a commit that takes the revision back.
    case revert
    /// Tells people: a Kubernetes Event, a log line, a deploy event.
    case tell(isWarning: Bool, reason: String, message: String)
}

/// What a rollout adds to what git says of Services and routes while it runs.
package struct RolloutOverlay: Sendable, Hashable {
    /// Where the routes lead.
    package enum Routes: Sendable, Hashable {
        /// As git says.
        case unchanged
        /// All to one arm.
        case all(Arm)
        /// So many percent to the next arm.
        case weight(Int)
        /// Matching requests to the next arm, others to the stable one.
        case matching([RequestMatch])
        /// All to the stable arm, copies of so many percent to the next one.
        case mirror(Int)
    }

    /// The hash that the user's Services select besides their own labels; nil: as git says.
    package var pin: String?
    /// The hashes of the arms' Services; nil: there are none.
    package var arms: Arms?
    package var routes: Routes

    package struct Arms: Sendable, Hashable {
        package var stable: String
        package var next: String

        package init(stable: String, next: String) {
            self.stable = stable
            self.next = next
        }
    }

    package init(pin: String? = nil, arms: Arms? = nil, routes: Routes = .unchanged) {
        (self.pin, self.arms, self.routes) = (pin, arms, routes)
    }

    package static let none = RolloutOverlay()
}
