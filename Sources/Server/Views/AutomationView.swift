package import Automation
package import Kubernetes
package import Registry

/// What the server may see and do of image automation.
package struct AutomationView: Sendable {
    package var workloads: @Sendable () async -> [Workload]
    /// A workload's images and the tags there are; with `true` the registries are asked anew.
    package var images: @Sendable (ObjectKey, _ refresh: Bool) async throws(AutomationError) -> WorkloadImages
    package var change: @Sendable (ChangeRequest, @escaping ChangePermission) async throws(AutomationError) -> ChangeReport
    /// A registry says that these have something new.
    package var registryPushed: @Sendable ([ImageRepository]) -> Void
    /// Behind the `@` of a requester who has no address of their own.
    package var emailDomain: String

    package init(
        workloads: @escaping @Sendable () async -> [Workload],
        images: @escaping @Sendable (ObjectKey, _ refresh: Bool) async throws(AutomationError) -> WorkloadImages,
        change: @escaping @Sendable (ChangeRequest, @escaping ChangePermission) async throws(AutomationError) -> ChangeReport,
        registryPushed: @escaping @Sendable ([ImageRepository]) -> Void, emailDomain: String = "martlet.invalid"
    ) {
        (self.workloads, self.images, self.change) = (workloads, images, change)
        (self.registryPushed, self.emailDomain) = (registryPushed, emailDomain)
    }
}

/// Whether the daemon can write to the repository it follows.
package enum AutomationState: Sendable {
    case on(AutomationView)
    /// Why not: a clause, such as "a tag is followed, and only a branch takes commits".
    case off(String)
}
