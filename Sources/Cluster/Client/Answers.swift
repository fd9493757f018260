package import Kubernetes

/// All objects of a list request, at one moment of the cluster.
package struct ObjectList: Sendable, Hashable {
    package var items: [Object]
    /// Where a watch goes on from.
    package var resourceVersion: String

    package init(items: [Object], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// What the server made of an apply.
package struct ApplyResult: Sendable, Hashable {
    package var object: Object
    /// Texts of the answer's `Warning` headers: deprecated versions, unknown fields.
    package var warnings: [String]
    /// Whether the object did not exist before (201).
    package var isCreated: Bool

    package init(object: Object, warnings: [String] = [], isCreated: Bool = false) {
        self.object = object
        self.warnings = warnings
        self.isCreated = isCreated
    }
}

/// What came of a delete.
package enum DeleteResult: Sendable, Hashable {
    /// Gone at once, or the server told no more than success.
    case deleted
    /// Still there until its finalizers or its grace period are done.
    case pending(Object)
    /// There was none. With a uid precondition: none of that name.
    case notFound
}

/// Who answers, from `/version`.
package struct ServerVersion: Sendable, Hashable, CustomStringConvertible {
    /// `v1.32.0`
    package var gitVersion: String
    package var major: Int
    package var minor: Int

    package init(gitVersion: String, major: Int, minor: Int) {
        self.gitVersion = gitVersion
        self.major = major
        self.minor = minor
    }

    package var description: String { gitVersion }
}
