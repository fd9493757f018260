package import Basics
package import Delivery
package import Kubernetes

/// One change of one workload from its beginning to its end: what, when, who, from which commits, and how it went.
///
/// What a sync changes beside its workloads belongs to the events of those; a sync that changes no workload is an
/// event without one.
package struct DeployEvent: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case running
        case succeeded
        case failed
        case rolledBack = "rolled-back"
        /// Something else came before it was done: a newer version, or the end of the workload or of its application.
        case superseded
    }

    /// Why it happened, and who is behind it.
    package struct Cause: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Somebody's commit.
            case commit
            /// A commit of the image automation.
            case automation
            /// A commit that a person asked Martlet for: release, rollback.
            case command
            /// Somebody changed the cluster by hand, and it was put back.
            case drift
        }

        package var kind: Kind
        /// `Ada <ada@example.com>`; "" where nobody is known.
        package var by: String

        package init(_ kind: Kind, by: String) { (self.kind, self.by) = (kind, by) }
    }

    package struct CommitLine: Sendable, Hashable {
        package var id: String
        /// `Ada <ada@example.com>`.
        package var author: String
        package var subject: String
        package var time: Timestamp

        package init(id: String, author: String, subject: String, time: Timestamp) {
            (self.id, self.author, self.subject, self.time) = (id, author, subject, time)
        }
    }

    package struct ImageChange: Sendable, Hashable {
        package var container: String
        /// Nil: the container is new.
        package var from: String?
        /// Nil: it is gone.
        package var to: String?

        package init(container: String, from: String?, to: String?) { (self.container, self.from, self.to) = (container, from, to) }
    }

    /// A moment of a rollout.
    package struct StepMark: Sendable, Hashable {
        package var at: Timestamp
        package var phase: String
        package var step: Int
        /// In percent.
        package var weight: Int
        package var message: String

        package init(at: Timestamp, phase: String, step: Int, weight: Int, message: String) {
            (self.at, self.phase, self.step, self.weight, self.message) = (at, phase, step, weight, message)
        }
    }

    /// A ULID: it sorts by the time of the start.
    package var id: String
    package var application: String
    package var workload: ObjectKey?
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var revision: SourceRevision
    /// The full id of what was applied before; "" for none.
    package var previousCommit: String
    /// Those between the two that touched what was rendered, newest first; at most `commitLimit`.
    package var commits: [CommitLine] = []
    package var images: [ImageChange] = []
    package var strategy = ""
    package var steps: [StepMark] = []
    package var cause: Cause
    package var outcome = Outcome.running
    package var reason = ""
    package var changes: [ObjectChange] = []
    /// It took its workload away.
    package var isDeletion = false
    /// It was had again from git's notes, which do not say what was written.
    package var isFromNote = false

    package static let commitLimit = 50

    package init(
        id: String, application: String, workload: ObjectKey?, startedAt: Timestamp, revision: SourceRevision, previousCommit: String, cause: Cause
    ) {
        (self.id, self.application, self.workload, self.startedAt) = (id, application, workload, startedAt)
        (self.revision, self.previousCommit, self.cause) = (revision, previousCommit, cause)
    }
}
