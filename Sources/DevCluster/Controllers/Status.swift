package import Document
package import Kubernetes

/// A status under construction: a count of zero is left out, as Go's `omitempty` does.
package struct StatusFields: Sendable {
    package private(set) var mapping = Mapping()

    package init(observing object: Object? = nil) {
        if let generation = object?.generation { mapping["observedGeneration"] = .int(generation) }
    }

    package mutating func count(_ name: String, _ number: Int, always: Bool = false) {
        mapping[name] = number == 0 && !always ? nil : .count(number)
    }

    package mutating func set(_ name: String, _ value: Value?) { mapping[name] = value }

    package mutating func set(_ name: String, _ text: String?) { mapping[name] = text.map { .string($0) } }

    /// The request that brings the object to this status; nil when it says the same already.
    package func update(_ object: Object) -> Action? {
        if meaning(object.value["status"]?.mapping ?? [:]) == meaning(mapping) { return nil }
        return .updateStatus(object.with(status: .mapping(mapping)))
    }

    /// What is left when a missing field and a zero mean the same.
    private func meaning(_ fields: Mapping) -> Mapping {
        var copy = fields
        copy.removeAll { entry in
            switch entry.value {
            case .null, .int(0), .string(""), .sequence([]): true
            case .mapping(let inner): inner.isEmpty
            default: false
            }
        }
        return copy
    }
}
