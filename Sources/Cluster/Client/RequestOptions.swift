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
