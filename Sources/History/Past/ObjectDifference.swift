package import Delivery
package import Kubernetes

/// How one object differs between two moments; values of Secrets are masked.
package struct ObjectDifference: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable { case created, changed, deleted }

    package var key: ObjectKey
    package var application: String
    package var action: Action
    package var fields: [ObjectChange.Field]
    /// As `diff -u` prints it.
    package var diff: String

    package init(key: ObjectKey, application: String, action: Action, fields: [ObjectChange.Field], diff: String) {
        (self.key, self.application, self.action, self.fields, self.diff) = (key, application, action, fields, diff)
    }
}

/// What git said at two moments, side by side.
package struct Comparison: Sendable {
    package var from: PastRevision
    package var to: PastRevision
    package var objects: [ObjectDifference]
    /// What could not be rendered, and so not be compared.
    package var problems: [String]
    /// How it is known which revision was live.
    package var notes: [String]

    package init(from: PastRevision, to: PastRevision, objects: [ObjectDifference], problems: [String], notes: [String] = []) {
        (self.from, self.to, self.objects, self.problems, self.notes) = (from, to, objects, problems, notes)
    }
}

/// One object as git said it should be.
package struct PastObject: Sendable {
    package var application: String
    /// Masked, where it is a Secret.
    package var object: Object
    package var origin: Origin
    /// Of a workload.
    package var policy: PastPolicy?

    package init(application: String, object: Object, origin: Origin, policy: PastPolicy? = nil) {
        (self.application, self.object, self.origin, self.policy) = (application, object, origin, policy)
    }
}

/// What git said at a moment.
package struct PastObjects: Sendable {
    /// Of several the newest.
    package var revision: PastRevision
    package var objects: [PastObject]
    package var problems: [String]
    /// By application what was live, where somebody saw it.
    package var revisions: [String: PastRevision]

    package init(revision: PastRevision, objects: [PastObject], problems: [String], revisions: [String: PastRevision] = [:]) {
        (self.revision, self.objects, self.problems, self.revisions) = (revision, objects, problems, revisions)
    }
}
