package import Document

/// structured-merge-diff on values: what server-side apply is made of (KEP-555).
package enum StructuredMerge {
    /// What differs between two objects, as sets of paths.
    package struct Comparison: Sendable, Hashable {
        package var added = FieldSet()
        package var modified = FieldSet()
        package var removed = FieldSet()

        package init() {}

        package var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
    }

    /// `applied` over `live`: mappings and associative lists are joined, the rest replaced.
    package static func merge(_ live: Value, with applied: Value, schema: Schema) throws(KubernetesError) -> Value {
        try merge(live, applied, schema, at: FieldPath())
    }

    private static func merge(
        _ live: Value?, _ applied: Value, _ schema: Schema, at path: FieldPath
    ) throws(KubernetesError) -> Value {
        guard let live else { return applied }
        switch (
            try TypedValue(live, schema, at: path, refusesDuplicates: false),
            try TypedValue(applied, schema, at: path, refusesDuplicates: true)
        ) {
        case (.fields(var result), .fields(let wanted)):
            for entry in wanted {
                let element = PathElement.field(entry.key)
                result[entry.key] = try merge(
                    result[entry.key], entry.value, schema.below(element), at: path.appending(element))
            }
            return .mapping(result)
        case (.items(let old), .items(let wanted)):
            return .sequence(try join(old, wanted, schema.item ?? .any, at: path))
        default: return applied
        }
    }

    /// Items in the order of `wanted`; those only `old` has keep their place among
    /// their neighbors.
    private static func join(
        _ old: [(element: PathElement, value: Value)], _ wanted: [(element: PathElement, value: Value)], _ schema: Schema,
        at path: FieldPath
    ) throws(KubernetesError) -> [Value] {
        let oldValues = Dictionary(old.map { ($0.element, $0.value) }, uniquingKeysWith: { first, _ in first })
        let shared = Set(wanted.map(\.element))
        var result: [Value] = []
        var rest = old[...]
        for item in wanted {
            // What stood before this item and is only in `old` stays before it.
            if oldValues[item.element] != nil {
                while let next = rest.first, next.element != item.element, !shared.contains(next.element) {
                    result.append(next.value)
                    rest.removeFirst()
                }
                if rest.first?.element == item.element { rest.removeFirst() }
            }
            result.append(
                try merge(oldValues[item.element], item.value, schema, at: path.appending(item.element)))
        }
        result += rest.filter { !shared.contains($0.element) }.map(\.value)
        return result
    }
}

extension StructuredMerge {
    /// Which fields `new` adds to, changes in and removes from `old`.
    package static func compare(_ old: Value, _ new: Value, schema: Schema) throws(KubernetesError) -> Comparison {
        var comparison = Comparison()
        try compare(old, new, schema, at: FieldPath(), into: &comparison)
        return comparison
    }

    private static func compare(
        _ old: Value?, _ new: Value?, _ schema: Schema, at path: FieldPath, into comparison: inout Comparison
    ) throws(KubernetesError) {
        let before = try old.map { value throws(KubernetesError) in try TypedValue(value, schema, at: path, refusesDuplicates: false) }
        let after = try new.map { value throws(KubernetesError) in try TypedValue(value, schema, at: path, refusesDuplicates: false) }
        let pairs = pairs(before, after)
        guard let pairs else {
            switch (old, new) {
            case (nil, nil): break
            case (nil, _): comparison.added.insert(path)
            case (_, nil): comparison.removed.insert(path)
            case (let old?, let new?): if old != new { comparison.modified.insert(path) }
            }
            return
        }
        for (element, left, right) in pairs {
            try compare(left, right, schema.below(element), at: path.appending(element), into: &comparison)
        }
        if old == nil { comparison.added.insert(path) }
        if new == nil { comparison.removed.insert(path) }
    }

    /// The parts of two values side by side; nil where they are compared whole.
    private static func pairs(_ old: TypedValue?, _ new: TypedValue?) -> [(PathElement, Value?, Value?)]? {
        guard let left = old.map({ $0.parts }) ?? [], let right = new.map({ $0.parts }) ?? [], !left.isEmpty || !right.isEmpty
        else { return nil }
        let leftValues = Dictionary(left, uniquingKeysWith: { first, _ in first })
        let rightValues = Dictionary(right, uniquingKeysWith: { first, _ in first })
        return left.map { ($0.0, $0.1, rightValues[$0.0]) }
            + right.filter { leftValues[$0.0] == nil }.map { ($0.0, nil, $0.1) }
    }
}

extension TypedValue {
    /// Fields or items by path element; nil for a leaf.
    var parts: [(PathElement, Value)]? {
        switch self {
        case .leaf: nil
        case .fields(let mapping): mapping.map { (.field($0.key), $0.value) }
        case .items(let items): items.map { ($0.element, $0.value) }
        }
    }
}

extension FieldSet {
    /// Every field that `value` sets: what its author owns after applying it.
    package init(of value: Value, schema: Schema) throws(KubernetesError) {
        self.init()
        try collect(value, schema, at: FieldPath())
    }

    private mutating func collect(_ value: Value, _ schema: Schema, at path: FieldPath) throws(KubernetesError) {
        switch try TypedValue(value, schema, at: path, refusesDuplicates: true) {
        case .leaf: insert(path)
        case .fields(let mapping):
            if mapping.isEmpty { insert(path) }
            for entry in mapping {
                let below = path.appending(.field(entry.key))
                try collect(entry.value, schema.below(.field(entry.key)), at: below)
                // The keys of a map are somebody's, the fields of a struct are just there.
                if !schema.isStruct { insert(below) }
            }
        case .items(let items):
            for item in items {
                let below = path.appending(item.element)
                try collect(item.value, schema.item ?? .any, at: below)
                insert(below)
            }
        }
    }
}

extension Schema {
    fileprivate var isStruct: Bool { if case .object = shape { true } else { false } }
}
