package import Kubernetes

/// What one look of the loop saw of an application: enough for whoever keeps its history.
///
/// Told at the end of a look when something differs from the look before, or when something was applied.
package struct ApplicationSight: Sendable, Hashable {
    package var application: String
    package var revision: SourceRevision
    /// The last commit that was applied as a whole before this look; "" for none.
    package var previousCommit: String
    package var status: ApplicationStatus
    package var workloads: [WorkloadSight]
    /// What this look wrote, with the fields that differ; values of Secrets are masked.
    package var changes: [ObjectChange]
    /// The files that what git says was rendered from, and those of the revision before it, sorted.
    package var files: [String]
    /// What could not be written or deleted, as long as it cannot.
    package var failures: [ObjectKey: ApplyFailure] = [:]
    /// Git has forgotten the application, and nothing of it is left.
    package var isRemoved = false
    /// There may be workloads that are not named: since the start, no commit that says all of them could be read.
    package var isPartial = false

    package init(
        application: String, revision: SourceRevision, previousCommit: String, status: ApplicationStatus,
        workloads: [WorkloadSight] = [], changes: [ObjectChange] = [], files: [String] = []
    ) {
        (self.application, self.revision, self.previousCommit, self.status) = (application, revision, previousCommit, status)
        (self.workloads, self.changes, self.files) = (workloads, changes, files)
    }
}

/// One workload of an application as a look saw it.
package struct WorkloadSight: Sendable, Hashable {
    package var key: ObjectKey
    /// Container to image, as git says.
    package var images: [String: String]
    /// Container to image, as the live object says; empty while it is missing.
    package var liveImages: [String: String]
    package var health: ApplicationStatus.Health
    /// Why it is not healthy; "" while it is.
    package var message: String
    /// Pods asked for and ready, where the kind counts them.
    package var wanted: Int?
    package var ready: Int?
    /// How a new version gets to users: the annotation, or the Deployment's own strategy; "" where the kind has none.
    package var strategy: String
    package var rollout: RolloutStatus?
    /// Container to image, as the live object said before this look wrote it; empty where it wrote nothing, or made it.
    package var formerImages: [String: String] = [:]

    package init(
        key: ObjectKey, images: [String: String], liveImages: [String: String] = [:], health: ApplicationStatus.Health, message: String = "",
        wanted: Int? = nil, ready: Int? = nil, strategy: String = "", rollout: RolloutStatus? = nil
    ) {
        (self.key, self.images, self.liveImages, self.health, self.message) = (key, images, liveImages, health, message)
        (self.wanted, self.ready, self.strategy, self.rollout) = (wanted, ready, strategy, rollout)
    }
}

/// One object that was written, and how.
package struct ObjectChange: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable {
        case created
        /// Git said something new.
        case changed
        /// The cluster had been changed, and was put back.
        case corrected
        case deleted
    }

    /// A field as `spec.replicas`, with what it was and is, as JSON; nil where it was or is not there.
    package struct Field: Sendable, Hashable {
        package var path: String
        package var from: String?
        package var to: String?

        package init(path: String, from: String?, to: String?) { (self.path, self.from, self.to) = (path, from, to) }
    }

    package var key: ObjectKey
    package var action: Action
    package var fields: [Field]
    /// Fields past the limit, which are counted and not listed.
    package var more: Int
    /// Who changed what was put back, as the server knows managers of fields: `kubectl-edit`; "" where nobody is known.
    package var manager = ""
    /// The workload whose rollout wrote it on its way: a route, a Service, or the Service of an arm.
    package var rollout: ObjectKey?

    package init(key: ObjectKey, action: Action, fields: [Field] = [], more: Int = 0) {
        (self.key, self.action, self.fields, self.more) = (key, action, fields, more)
    }
}
