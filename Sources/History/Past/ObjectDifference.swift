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

    package init(from: PastRevision, to: PastRevision, objects: [ObjectDifference], problems: [String]) {
        (self.from, self.to, self.objects, self.problems) = (from, to, objects, problems)
    }
}

/// One object as git said it should be.
package struct PastObject: Sendable {
    package var application: String
    /// Masked, where it is a Secret.
    package var object: Object
    package var origin: Origin

    package init(application: String, object: Object, origin: Origin) {
        (self.application, self.object, self.origin) = (application, object, origin)
    }
}

/// What git said at a moment.
package struct PastObjects: Sendable {
    package var revision: PastRevision
    package var objects: [PastObject]
    package var problems: [String]

    package init(revision: PastRevision, objects: [PastObject], problems: [String]) {
        (self.revision, self.objects, self.problems) = (revision, objects, problems)
    }
}
