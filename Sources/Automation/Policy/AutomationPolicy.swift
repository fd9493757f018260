package import Basics
package import Document
package import Kubernetes
package import Registry

/// What a workload's annotations say about its images, with those of its
/// Application (`metadata.annotations` in `martlet.yaml`) as defaults: wish by
/// wish, the workload's own wins, in whichever tool's spelling it is written.
package struct AutomationPolicy: Sendable, Hashable {
    package struct Lock: Sendable, Hashable {
        package var by: String?
        package var reason: String?
    }

    package private(set) var isAutomated: Bool
    /// Martlet leaves the object alone.
    package private(set) var isIgnored: Bool
    /// Nil: not locked.
    package private(set) var lock: Lock?

    /// Where a wish may stand, the first that says something counts.
    private let layers: [Layer]

    private struct Layer: Sendable, Hashable {
        var policy: ObjectPolicy
        var annotations: Mapping
        var origin: Origin?

        init(_ object: Object, _ origin: Origin?) throws(AutomationError) {
            do throws(AnnotationError) {
                policy = try Kubernetes.policy(of: object)
            } catch {
                throw AutomationError(.invalid, error.description, origin: origin, advice: "correct the annotation")
            }
            annotations = object.annotations
            self.origin = origin
        }

        /// The annotation that says a thing, by what follows the prefix; nil where none does.
        func key(_ name: String) -> String? {
            ([MartletAnnotations.prefix] + MartletAnnotations.fluxPrefixes).lazy.map { $0 + name }
                .first { annotations[$0]?.string != nil }
        }
    }

    /// An annotation that cannot be read is an error: a wish that is misspelt must not be taken for none.
    package init(
        of workload: Object, origin: Origin? = nil, defaults: Mapping = [:], defaultsOrigin: Origin? = nil
    ) throws(AutomationError) {
        var layers = [try Layer(workload, origin)]
        let application = Value.mapping([
            "apiVersion": "martlet.dev/v1alpha1", "kind": "Application", "metadata": ["annotations": .mapping(defaults)],
        ])
        if !defaults.isEmpty, let object = Object(application) { layers.append(try Layer(object, defaultsOrigin)) }
        self.layers = layers
        func policy(saying name: String) -> ObjectPolicy? { layers.first { $0.key(name) != nil }?.policy }
        isAutomated = policy(saying: "automated")?.isAutomated ?? false
        isIgnored = policy(saying: "ignore")?.isIgnored ?? false
        if let locking = policy(saying: "locked"), locking.isLocked {
            lock = Lock(by: locking.lockedBy, reason: locking.lockedReason)
        }
    }

    /// The filter for a container and the annotation it is written in.
    ///
    /// Flux v1's default is `glob:*`: without a filter the newest image counts.
    /// `tag_all` stands for all containers without one of their own.
    package func filter(of container: String) -> (filter: TagFilter, annotation: String?, origin: Origin?) {
        for layer in layers {
            if let filter = layer.policy.tags[container] { return (filter, layer.key("tag.\(container)"), layer.origin) }
            if let filter = layer.policy.tagsOfOthers { return (filter, layer.key("tag_all"), layer.origin) }
        }
        return (.newest, nil, nil)
    }

    /// The filter for a container, ready for use.
    package func tagPolicy(of container: String) throws(AutomationError) -> TagPolicy {
        let (filter, annotation, origin) = filter(of: container)
        return try TagPolicy(filter, annotation: annotation, origin: origin)
    }

    /// Why nothing is to be changed without a person's word; nil: automation may.
    package var restraint: StayReason? {
        if isIgnored { return .ignored }
        if let lock { return .locked(by: lock.by, reason: lock.reason) }
        return isAutomated ? nil : .notAutomated
    }

    /// Where automation takes a container's image. The build time of a pinned
    /// image, where it is known from elsewhere than the list.
    package func decide(
        container: String, image: ImageReference, tags: [ImageTag], builtAt: Timestamp? = nil
    ) throws(AutomationError) -> Choice {
        if let restraint { return .stay(restraint) }
        let policy = try tagPolicy(of: container)
        guard var current = policy.current(of: image, among: tags) else { return .stay(.currentUnknown(tag: image.description)) }
        if let builtAt { current.builtAt = builtAt }
        return policy.choose(from: tags, current: current)
    }
}
