package import Delivery
package import Kubernetes

/// For each field of an object: who set the value that it has now.
package struct BlameReport: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        /// `spec.template.spec.containers[name="web"].image`.
        package var path: String
        /// As JSON; masked in a Secret.
        package var text: String
        /// The commit that set the value; nil for what git does not say.
        package var commit: DeployEvent.CommitLine?
        /// Who set it in the cluster, where git does not say it: a field manager, or `server default`.
        package var manager: String?
        /// When that manager last wrote, as the server says it.
        package var managedAt: String?
        /// The file that the object is made from at that commit.
        package var origin: String

        package init(
            path: String, text: String, commit: DeployEvent.CommitLine?, manager: String? = nil, managedAt: String? = nil, origin: String
        ) {
            (self.path, self.text, self.commit) = (path, text, commit)
            (self.manager, self.managedAt, self.origin) = (manager, managedAt, origin)
        }
    }

    package var workload: ObjectKey
    package var application: String
    package var revision: SourceRevision
    package var fields: [Field]
    /// Commits that could not be rendered and were passed over, and what else the answer leaves open.
    package var notes: [String]

    package init(workload: ObjectKey, application: String, revision: SourceRevision, fields: [Field], notes: [String]) {
        (self.workload, self.application, self.revision, self.fields, self.notes) = (workload, application, revision, fields, notes)
    }
}
