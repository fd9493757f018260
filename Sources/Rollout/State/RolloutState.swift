package import Basics
package import Document
package import Kubernetes

/// What must not be forgotten of a rollout: one annotation on the workload.
package struct RolloutState: Sendable, Hashable {
    /// Where it stands. The names are what people read in `martlet rollout status`.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        /// The intent is written, nothing is changed.
        case planned
        /// The workload is paused, the Service pinned, the candidate made.
        case starting
        /// The candidate gets the pods that the step needs.
        case stepping
        /// The step's traffic is being written and confirmed.
        case verifying
        /// The step's traffic flows and evidence is gathered.
        case analysing
        /// All evidence is in; a person or a webhook decides.
        case gated
        /// The candidate becomes the version of all: `finishing` says how far.
        case promoting
        /// The way back: `aborting` says how far.
        case aborting
        /// Back at the stable version; this template is not tried again.
        case rejected
    }

    /// The ordered list of a promotion. Each is done when it is seen to be done.
    package enum Finishing: String, Sendable, Hashable, CaseIterable {
        /// The candidate has all pods it will need.
        case fullSize
        /// Routes lead to the candidate alone.
        case trafficToNext
        /// The user's Service selects both versions again; no route leads to it.
        case unpin
        /// The Deployment states the new template, still paused.
        case template
        /// The Deployment belongs to its own controller again.
        case resume
        /// The old pods are gone.
        case oldSetDown
        /// Routes are as git says.
        case routesBack
        /// Nobody uses the arms any more.
        case drain
        /// The arms are deleted.
        case clean
    }

    /// The ordered list of the way back.
    package enum Aborting: String, Sendable, Hashable, CaseIterable {
        /// The stable set has all its pods.
        case stableSize
        /// No pod of the stable version is ready, and the new version serves all: a person, a newer commit or a pod that
        /// gets ready leads on.
        case stranded
        /// Routes and Service lead to the stable version alone.
        case trafficToStable
        case drain
        /// The candidate and its pods are gone.
        case deleteCandidate
        /// The Deployment belongs to its own controller again.
        case resume
        /// Service and routes are as git says, the arms are deleted.
        case clean
        /// The revert is on the branch, where `on-failure: revert` asks for it.
        case commitBack
    }

    /// Why the way back was taken.
    package enum Cause: String, Sendable, Hashable {
        /// Evidence against it, or pods that do not get ready: the template is rejected.
        case failed
        /// `martlet abort`: the template is rejected.
        case aborted
        /// Git says something else now.
        case superseded
        /// `martlet rollout restore`.
        case restored
    }

    /// Of this rollout: a ULID, for events and logs.
    package var id: String
    package var phase: Phase
    package var step: Int
    package var finishing: Finishing?
    package var aborting: Aborting?
    package var cause: Cause?
    /// The step whose traffic is in force; nil while requests go where they went before.
    package var exposed: Int?
    /// Who sees the candidate by that step, as it was when the traffic was written: git may say something else by now.
    package var exposure: Exposure?
    package var matches: [RequestMatch]
    /// How requests reach the workload, as it was found when the rollout began.
    package var mode: RolloutTraffic.Mode?
    /// How often the candidate lost all its pods and the traffic was taken off it.
    package var retreats: Int
    /// When the phase, or the point of its list, began.
    package var since: Timestamp
    /// When the phase's traffic was first seen to be in force.
    package var confirmedAt: Timestamp?
    /// When the rollout began.
    package var startedAt: Timestamp
    /// Identifies the new template as git writes it (`templateIdentity`).
    package var template: String
    /// `pod-template-hash` of both sets; the candidate's once it is decided.
    package var stableHash: String
    package var candidateHash: String
    /// Of the revision that brought the template.
    package var revision: String
    /// Full ids of that revision and of one that has the workload as it was applied before; "" where none is known.
    package var commit: String
    package var previousCommit: String
    /// `spec.paused` and `spec.strategy` as they were; nil while the Deployment is its own controller's.
    package var originals: Value?
    /// How many pods a full set has: the Deployment's replicas, never less than before while both sets are full.
    package var size: Int
    /// `replicas` of git's manifest, as it was last brought in: the workload itself is not applied meanwhile, and what an
    /// autoscaler has made of it since is not touched.
    package var gitReplicas: Int?
    /// Evidence by metric.
    package var evidence: [String: Evidence]
    /// Set by a person or by `on-failure: pause`; time stands still.
    package var pausedAt: Timestamp?
    /// One sentence for people: what it waits for.
    package var message: String
    /// Why the way back was taken.
    package var reason: String
    /// The last request of a person that was carried out.
    package var handledRequest: String

    package init(
        id: String, phase: Phase = .planned, step: Int = 0, since: Timestamp, template: String,
        stableHash: String, candidateHash: String,
        revision: String, size: Int
    ) {
        (self.id, self.phase, self.step, self.since, startedAt) = (id, phase, step, since, since)
        (self.template, self.stableHash, self.candidateHash) = (template, stableHash, candidateHash)
        (self.revision, self.size) = (revision, size)
        (finishing, aborting, cause, originals, pausedAt) = (nil, nil, nil, nil, nil)
        (evidence, message, reason, handledRequest) = ([:], "", "", "")
        (exposed, retreats, confirmedAt) = (nil, 0, nil)
        (exposure, matches, mode) = (nil, [], nil)
        (commit, previousCommit, gitReplicas) = ("", "", nil)
    }
}
