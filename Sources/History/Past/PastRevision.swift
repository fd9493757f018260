package import Basics
package import Delivery

/// The commit that a moment leads to.
package struct PastRevision: Sendable, Hashable {
    package var revision: SourceRevision
    /// The commit's, by its committer; when it was live is for the history to say.
    package var committedAt: Timestamp
    /// What was asked for, where it was a time.
    package var time: Timestamp?

    package init(revision: SourceRevision, committedAt: Timestamp, time: Timestamp?) {
        (self.revision, self.committedAt, self.time) = (revision, committedAt, time)
    }
}
