package import Basics
package import Document

/// What is seen of a workload and its traffic at one moment: all that `decide` may look at.
package struct RolloutObservation: Sendable {
    /// One of the workload's ReplicaSets.
    package struct ReplicaSet: Sendable, Hashable {
        package var name: String
        package var uid: String
        package var hash: String
        /// As asked for, and as there are.
        package var replicas: Int
        package var current: Int
        package var ready: Int
        /// Its controller has seen how many are asked for: until then pods that it is about to remove count as ready.
        package var isObserved: Bool
        /// The controller's mark of a finished rollout stands on it (`deployment.kubernetes.io/desired-replicas`).
        package var isMarkedSaturated: Bool
        /// Why a pod of it cannot run, where one cannot.
        package var trouble: String?

        package init(
            name: String, uid: String = "", hash: String, replicas: Int, current: Int, ready: Int,
            isObserved: Bool = true, isMarkedSaturated: Bool = false,
            trouble: String? = nil
        ) {
            (self.name, self.uid, self.hash, self.replicas) = (name, uid, hash, replicas)
            (self.current, self.ready, self.isObserved) = (current, ready, isObserved)
            (self.isMarkedSaturated, self.trouble) = (isMarkedSaturated, trouble)
        }
    }

    package var now: Timestamp
    /// For a rollout that begins at this look.
    package var newID: String
    /// `spec.replicas` of the live Deployment: git's word or an autoscaler's.
    package var replicas: Int
    /// As git says; nil where it says nothing, or the kind has none.
    package var gitReplicas: Int?
    package var isPaused: Bool
    /// `spec.strategy` of the live Deployment.
    package var updateStrategy: Value
    /// Which template the live Deployment states.
    package var stated: StatedTemplate
    /// The hash of the set that has that template; nil where none has.
    package var statedHash: String?
    /// The controller has seen the Deployment's generation.
    package var isObserved: Bool
    package var progressDeadline: Duration
    package var stable: ReplicaSet?
    package var candidate: ReplicaSet?
    /// Other sets with pods: leftovers of something before.
    package var others: [ReplicaSet]
    /// Everything that the overlay in force asks for is in the cluster, and its controllers have taken note; else what is missing.
    package var traffic: TrafficProgress
    package var reach: Reach
    package var verdicts: [String: Verdict]
    /// What analysis has to say about each metric, for people.
    package var findings: [String]
    /// Evidence up to now, to be kept.
    package var evidence: [String: Evidence]
    package var request: RolloutRequest?
    /// A webhook gate's answer.
    package var gateAnswer: GateAnswer?
    /// What git says now (`templateIdentity`).
    package var template: String
    /// The revert that `on-failure: revert` asked for is on the branch, or cannot be made: why.
    package var revert: RevertProgress
    /// Of a StatefulSet or a DaemonSet; nil for a Deployment.
    package var set: SetObservation?

    /// Whether all ready pods of the candidate stand behind every Service.
    package struct Reach: Sendable, Hashable {
        /// Behind the arms' Services.
        package var next: Bool
        /// Behind the user's own, and no pod that is gone is still named there.
        package var services: Bool

        package init(next: Bool, services: Bool) {
            self.next = next
            self.services = services
        }
    }

    package enum StatedTemplate: Sendable, Hashable { case stable, candidate, other }

    package enum TrafficProgress: Sendable, Hashable {
        case settled
        /// Written, and its controllers have not taken note of it all.
        case pending(String)
        /// Not even written, as after a crash between the state and the routes: requests still go as before.
        case unwritten(String)
    }

    package enum GateAnswer: Sendable, Hashable { case open, closed }

    package enum RevertProgress: Sendable, Hashable {
        case none
        /// Tried, and to be tried again: why.
        case delayed(String)
        case done(String)
        case impossible(String)
    }

    package init(now: Timestamp, replicas: Int, template: String) {
        (self.now, self.replicas, self.template) = (now, replicas, template)
        (isPaused, updateStrategy, stated, isObserved) = (false, .mapping([:]), .stable, true)
        newID = ""
        gitReplicas = nil
        (progressDeadline, stable, candidate, others) = (.seconds(600), nil, nil, [])
        (traffic, reach, verdicts, findings, evidence) = (.settled, Reach(next: true, services: true), [:], [], [:])
        (request, gateAnswer, revert, set) = (nil, nil, .none, nil)
    }
}
