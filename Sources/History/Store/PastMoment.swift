package import Basics
package import Delivery

/// What was observed of everything at one moment.
package struct PastMoment: Sendable, Hashable {
    package struct Application: Sendable, Hashable {
        package var application: String
        package var revision: SourceRevision
        /// Since when it was at this revision, in this state.
        package var since: Timestamp
        package var sync: ApplicationStatus.Sync
        package var health: ApplicationStatus.Health
        package var message: String
        package var workloads: [Workload] = []

        package init(
            application: String, revision: SourceRevision, since: Timestamp, sync: ApplicationStatus.Sync, health: ApplicationStatus.Health,
            message: String
        ) {
            (self.application, self.revision, self.since) = (application, revision, since)
            (self.sync, self.health, self.message) = (sync, health, message)
        }
    }

    package struct Workload: Sendable, Hashable {
        package var sight: WorkloadSight
        /// Since when it had these images and this health.
        package var since: Timestamp

        package init(_ sight: WorkloadSight, since: Timestamp) { (self.sight, self.since) = (sight, since) }
    }

    package var time: Timestamp
    /// Before this nothing is known; nil: nothing at all.
    package var knownSince: Timestamp?
    /// By name.
    package var applications: [Application] = []

    package init(time: Timestamp, knownSince: Timestamp?) { (self.time, self.knownSince) = (time, knownSince) }
}
