package import Git
package import Kubernetes
package import Registry

/// Who asks for a change: the author of the commit.
package struct Requester: Sendable, Hashable {
    package var name: String
    package var email: String

    package init(name: String, email: String) { (self.name, self.email) = (name, email) }
}

/// What a person wants to be different about one workload, from the command line,
/// the API or the page.
package struct ChangeRequest: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// Another image. Without a tag the best one by the container's filter is taken.
        case release(ImageReference)
        /// Follow new images from now on; filters by container, in the annotation's spelling.
        case automate(tags: [String: String])
        case deautomate
        case lock(reason: String)
        case unlock
        /// The workload as a former revision has it, and a lock, so that automation does not run it forward again.
        /// Nil: the revision before the version that git has now.
        case rollback(to: String?, reason: String)
    }

    package var workload: ObjectKey
    package var action: Action
    /// Of a release: only this container; nil for each that runs the image's repository.
    package var container: String?
    /// Go through a lock; of a release: take an older version than the one that runs, and a tag that the registry does not have.
    package var force: Bool
    package var requester: Requester

    package init(workload: ObjectKey, action: Action, container: String? = nil, force: Bool = false, requester: Requester) {
        (self.workload, self.action, self.container, self.force, self.requester) = (workload, action, container, force, requester)
    }
}

/// What became of a change: a commit on the branch, or nothing to do.
package struct ChangeReport: Sendable, Hashable {
    /// Nil when git says it already.
    package var commit: ObjectID?
    package var branch: String
    /// The commit's first line, or why there is none.
    package var message: String
    package var bumps: [Bump]
    /// The files that changed, by path.
    package var files: [String]
    /// What was asked for and could not be done, while the rest was.
    package var problems: [Problem]

    package struct Problem: Sendable, Hashable {
        package var workload: ObjectKey
        package var container: String?
        package var error: AutomationError

        package init(workload: ObjectKey, container: String?, error: AutomationError) {
            (self.workload, self.container, self.error) = (workload, container, error)
        }
    }

    package init(
        commit: ObjectID?, branch: String, message: String, bumps: [Bump] = [], files: [String] = [], problems: [Problem] = []
    ) {
        (self.commit, self.branch, self.message) = (commit, branch, message)
        (self.bumps, self.files, self.problems) = (bumps, files, problems)
    }
}
