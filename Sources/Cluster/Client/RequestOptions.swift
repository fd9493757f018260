package import Kubernetes

/// The body's form of a PATCH, by its media type.
package enum PatchType: String, Sendable, Hashable {
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case json = "application/json-patch+json"
}

/// What happens to an object's dependents when it is deleted.
package enum Propagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

/// What the server does about unknown and duplicate fields (KEP-2885); servers before 1.25 ignore it.
package enum FieldValidation: String, Sendable, Hashable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

/// Which objects of a type a list or a watch is about.
package struct ListScope: Sendable, Hashable {
    /// Nil for all namespaces.
    package var namespace: String?
    package var labelSelector: String?
    package var fieldSelector: String?

    package init(namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil) {
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    package static let all = ListScope()
}

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

/// One change of a watched type.
package enum WatchEvent: Sendable, Hashable {
    case added(Object)
    case modified(Object)
    case deleted(Object)
    /// Nothing changed up to this resourceVersion (KEP-956): a watch may go on from it.
    case bookmark(resourceVersion: String)

    package var object: Object? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object
        case .bookmark: nil
        }
    }
}
