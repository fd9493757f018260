package import Kubernetes
package import Registry

/// A workload of a revision, as far as its images are concerned.
package struct Workload: Sendable {
    package struct Container: Sendable, Hashable {
        package var name: String
        package var image: ImageReference
        package var isInit: Bool

        package init(name: String, image: ImageReference, isInit: Bool = false) {
            (self.name, self.image, self.isInit) = (name, image, isInit)
        }
    }

    package var application: String
    package var key: ObjectKey
    package var origin: Origin
    package var containers: [Container]
    /// The workload's own word, and its application's where it has none.
    package var policy: AutomationPolicy
    /// As they are written on the workload: Martlet's own and Flux's.
    package var annotations: [String: String] = [:]
    /// As they are written on its application in `martlet.yaml`.
    package var applicationAnnotations: [String: String] = [:]
    /// Made by a chart: its annotations are its application's in `martlet.yaml`.
    package var isOfChart = false
    /// Secrets with credentials for registries, by name, in the workload's namespace.
    package var pullSecrets: [String]
    /// "" where none is named, which means "default".
    package var serviceAccount: String

    package init(
        application: String, key: ObjectKey, origin: Origin, containers: [Container], policy: AutomationPolicy, pullSecrets: [String] = [],
        serviceAccount: String = ""
    ) {
        (self.application, self.key, self.origin, self.containers) = (application, key, origin, containers)
        (self.policy, self.pullSecrets, self.serviceAccount) = (policy, pullSecrets, serviceAccount)
    }
}

extension Workload {
    /// Where automation takes a container's image, by what a scan found.
    func decide(_ container: Container, _ known: Scan) throws(AutomationError) -> Choice {
        try policy.decide(
            container: container.name, image: container.image, tags: known.list.tags,
            builtAt: container.image.digest.flatMap { known.builds[$0] })
    }
}

/// What `martlet images` tells of one workload.
package struct WorkloadImages: Sendable {
    package struct Candidate: Sendable, Hashable {
        package var tag: ImageTag
        package var isCurrent: Bool
        /// Whether the container's filter lets it through.
        package var passes: Bool

        package init(tag: ImageTag, isCurrent: Bool, passes: Bool) { (self.tag, self.isCurrent, self.passes) = (tag, isCurrent, passes) }
    }

    package struct Container: Sendable, Hashable {
        package var name: String
        package var image: ImageReference
        /// The filter's text.
        package var policy: String
        /// Best first.
        package var candidates: [Candidate]
        /// What automation would do, in words.
        package var verdict: String
        /// Why the registry does not tell; nil when it does.
        package var error: String?

        package init(
            name: String, image: ImageReference, policy: String, candidates: [Candidate], verdict: String, error: String? = nil
        ) {
            (self.name, self.image, self.policy) = (name, image, policy)
            (self.candidates, self.verdict, self.error) = (candidates, verdict, error)
        }
    }

    package var workload: Workload
    package var containers: [Container]

    package init(workload: Workload, containers: [Container]) { (self.workload, self.containers) = (workload, containers) }
}
