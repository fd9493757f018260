package import Automation
internal import Kubernetes
internal import Registry

extension AutomationView {
    /// The daemon's own automation.
    ///
    /// - Parameter author: who commits when nobody asked; requesters without an address get one at the same domain.
    package init(_ automation: Automation, author: Requester) {
        self.init(
            workloads: { await automation.workloads() },
            images: { (key: ObjectKey, refresh: Bool) throws(AutomationError) in try await automation.images(of: key, refresh: refresh) },
            change: { (request: ChangeRequest, permission: @escaping ChangePermission) throws(AutomationError) in
                try await automation.change(request, permission: permission)
            },
            registryPushed: { automation.markDue($0) },
            emailDomain: author.email.split(separator: "@").last.map(String.init) ?? "martlet.invalid")
    }
}
