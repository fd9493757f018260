package import Document

/// One step of a field path as `managedFields` counts them (structured-merge-diff, `fieldpath.PathElement`).
package enum PathElement: Sendable, Hashable {
    case field(String)
    /// An item of an associative list by its key fields, sorted by name.
    case key([KeyField])
    /// An item of a set by its value.
    case value(Value)
    case index(Int)

    package struct KeyField: Sendable, Hashable {
        package var name: String
        package var value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A key with its fields in canonical order.
    package static func key(sorting fields: [KeyField]) -> PathElement {
        .key(fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
}

/// The way to one field of an object.
package struct FieldPath: Sendable, Hashable {
    package var elements: [PathElement]

    package init(_ elements: [PathElement] = []) { self.elements = elements }
}
