package import Kubernetes
internal import Rollout

/// What the loop needs to judge versions, passed in from the edge.
package struct RolloutAnalysis: Sendable {
    package var watch: MetricWatch
    /// Compared where a workload names no metrics.
    package var defaults: [String]

    package init(watch: MetricWatch, defaults: [String] = MetricDefinition.builtIn.map(\.name)) {
        self.watch = watch
        self.defaults = defaults
    }
}

/// A version that was sent back, for the commit that takes it out of git.
package struct RejectedRelease: Sendable, Hashable {
    package var application: String
    package var workload: ObjectKey
    /// `main@1a2b3c4`, as the rollout began with it.
    package var revision: String
    /// Full ids: of that commit, and of one that has the workload as it was applied before; "" where none is known.
    package var commit: String
    package var previousCommit: String
    package var reason: String

    package init(application: String, workload: ObjectKey, revision: String, commit: String, previousCommit: String, reason: String) {
        (self.application, self.workload, self.revision, self.reason) = (application, workload, revision, reason)
        (self.commit, self.previousCommit) = (commit, previousCommit)
    }
}

/// An error that may be gone at another try, without anybody changing anything.
package protocol PassingError: Error {
    var isTemporary: Bool { get }
}

/// Commits a revert.
///
/// - Returns: The commit.
/// - Throws: why none can be made: a person has to then, unless it is a `PassingError` that is temporary.
package typealias RevertWriter = @Sendable (RejectedRelease) async throws -> String
