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

extension PathElement: CustomStringConvertible {
    /// As the API server's conflict texts write it: `.image`, `[name="web"]`, `[="finalizer"]`, `[2]`.
    package var description: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let fields): "[" + fields.map { "\($0.name)=\(JSON.text($0.value))" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(JSON.text(value))]"
        case .index(let index): "[\(index)]"
        }
    }
}

extension PathElement: Comparable {
    /// Fields, then keys, values, indexes: the order in which the API server writes them.
    package static func < (left: PathElement, right: PathElement) -> Bool {
        switch (left, right) {
        case (.field(let a), .field(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.index(let a), .index(let b)): a < b
        case (.key(let a), .key(let b)): keyText(a).utf8.lexicographicallyPrecedes(keyText(b).utf8)
        case (.value(let a), .value(let b)): JSON.text(a).utf8.lexicographicallyPrecedes(JSON.text(b).utf8)
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    private static func keyText(_ fields: [KeyField]) -> String {
        fields.map { "\($0.name)=\(JSON.text($0.value))" }.joined(separator: "\u{1}")
    }
}

/// The way to one field of an object.
package struct FieldPath: Sendable, Hashable {
    package var elements: [PathElement]

    package init(_ elements: [PathElement] = []) { self.elements = elements }

    /// A path through fields only.
    package init(fields: String...) { elements = fields.map { .field($0) } }

    package func appending(_ element: PathElement) -> FieldPath { FieldPath(elements + [element]) }
}

extension FieldPath: CustomStringConvertible {
    /// `.spec.template.spec.containers[name="web"].image`
    package var description: String { elements.map(\.description).joined() }
}

extension FieldPath: Comparable {
    package static func < (left: FieldPath, right: FieldPath) -> Bool {
        left.elements.lexicographicallyPrecedes(right.elements)
    }
}
