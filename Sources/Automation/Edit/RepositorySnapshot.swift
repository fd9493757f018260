package import Delivery
package import Kubernetes

/// A branch's tip as edits see it: which files are whose, and their bytes.
package struct RepositorySnapshot: Sendable {
    package var revision: SourceRevision
    /// As `scan` divided the tree.
    package var parts: [Layout.Part]
    /// Every file of the parts and every `martlet.yaml`, by path.
    package var bytes: [String: [UInt8]]
    /// What an application's chart is rendered with; with `templates` set, the many
    /// renders of one edit parse them once.
    package var context: @Sendable (ApplicationSpec) -> RenderContext

    package init(
        revision: SourceRevision, parts: [Layout.Part], bytes: [String: [UInt8]],
        context: @escaping @Sendable (ApplicationSpec) -> RenderContext
    ) {
        (self.revision, self.parts, self.bytes, self.context) = (revision, parts, bytes, context)
    }
}

/// One container of one workload.
package struct ContainerName: Sendable, Hashable {
    package var workload: ObjectKey
    package var container: String

    package init(workload: ObjectKey, container: String) { (self.workload, self.container) = (workload, container) }
}

extension ContainerName: CustomStringConvertible {
    package var description: String { "container \"\(container)\" of \(workload)" }
}
