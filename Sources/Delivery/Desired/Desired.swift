package import Chart
package import Kubernetes

/// What one revision says an application should be.
package struct Desired: Sendable {
    package var spec: ApplicationSpec
    package var revision: SourceRevision
    package var objects: [DesiredObject] = []
    package var hooks: [DesiredHook] = []
    package var problems: [RenderProblem] = []
    /// Objects that are written with `martlet.dev/ignore`: neither applied nor deleted.
    package var ignored: Set<ObjectKey> = []
    /// What rendering read, path to digest: as long as this is the same, so is the result.
    package var readSet: [String: String] = [:]
    /// Which of a chart's files were read; nil for manifests, which are all read.
    package var reads: ReadSet?
    /// A digest of everything the render depends on; a new one is a new release of a chart.
    package var inputDigest = ""
    /// What the chart made up, to be kept with the release.
    package var generated: [String: String] = [:]
    /// The chart's notes, as `helm install` would print them.
    package var notes = ""

    package init(spec: ApplicationSpec, revision: SourceRevision) {
        self.spec = spec
        self.revision = revision
    }

    /// Everything was understood; only then may something be deleted for not being there.
    package var isComplete: Bool { problems.isEmpty }

    /// Whether two renders give the same objects, hooks and mistakes.
    func makesTheSame(as other: Desired) -> Bool {
        objects.map(\.object) == other.objects.map(\.object) && hooks.map(\.object) == other.hooks.map(\.object) && problems == other.problems
    }

    /// Something makes it unsafe to apply any of it.
    package var isBlocked: Bool { problems.contains { $0.isBlocking } }
}

/// One object of a revision, and where it is written.
package struct DesiredObject: Sendable {
    package var object: Object
    package var origin: Origin
    package var policy: ObjectPolicy

    package init(object: Object, origin: Origin, policy: ObjectPolicy) {
        self.object = object
        self.origin = origin
        self.policy = policy
    }
}

extension Desired {
    /// Whether hooks of this input have still to run, after what was released last.
    func hasHooksToRun(_ release: Inventory.Release) -> Bool {
        let isNew = release.inputDigest != inputDigest
        let moments = DesiredHook.Moment.moments(isInstall: release.revision < (isNew ? 1 : 2))
        return hooks.contains { hook in
            hook.moments.contains { moments.contains($0) && (isNew || !release.finishedHooks.contains($0.rawValue)) }
        }
    }
}

/// An object of a chart that belongs to a moment, not to the application.
package struct DesiredHook: Sendable {
    /// Helm's moments that come in a sync. There is none before or after a release is deleted: what leaves git is pruned
    /// object by object.
    package enum Moment: String, Sendable, Hashable {
        case preInstall = "pre-install"
        case postInstall = "post-install"
        case preUpgrade = "pre-upgrade"
        case postUpgrade = "post-upgrade"

        /// Before and after.
        static func moments(isInstall: Bool) -> [Moment] { isInstall ? [.preInstall, .postInstall] : [.preUpgrade, .postUpgrade] }
    }

    package enum DeletePolicy: String, Sendable, Hashable {
        case beforeHookCreation = "before-hook-creation"
        case hookSucceeded = "hook-succeeded"
        case hookFailed = "hook-failed"
    }

    package var object: Object
    package var origin: Origin
    package var moments: Set<Moment>
    package var weight: Int
    package var deletePolicies: Set<DeletePolicy>
}

package struct RenderProblem: Sendable, Hashable {
    package var error: RenderError
    /// Nothing of the application is applied while it stands; else only what it concerns is left out.
    package var isBlocking: Bool

    package init(_ error: RenderError, isBlocking: Bool) {
        self.error = error
        self.isBlocking = isBlocking
    }
}
