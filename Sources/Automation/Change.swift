package import Kubernetes
package import Registry

/// One thing to be different in git; what it means for which bytes is found out
/// anew on whatever the branch's tip is then.
package enum Change: Sendable, Hashable {
    case image(workload: ObjectKey, application: String, container: String, to: ImageReference)
    /// Annotations to write and to remove, by name.
    case annotate(workload: ObjectKey, application: String, set: [String: String], remove: [String])
}

/// One container's image that changes.
package struct Bump: Sendable, Hashable {
    package var application: String
    package var workload: ObjectKey
    package var container: String
    package var from: ImageReference
    package var to: ImageReference
    /// The tag filter's text; "" where a person chose.
    package var policy: String

    package init(application: String, workload: ObjectKey, container: String, from: ImageReference, to: ImageReference, policy: String) {
        (self.application, self.workload, self.container) = (application, workload, container)
        (self.from, self.to, self.policy) = (from, to, policy)
    }
}
