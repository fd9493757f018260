package import Document

extension StructuredMerge {
    /// `value` without the members of `set` and without what becomes empty by that.
    package static func remove(_ set: FieldSet, from value: Value, schema: Schema) -> Value {
        select(set, in: value, schema, keeps: false) ?? (value.mapping == nil ? .null : [:])
    }

    /// Only the members of `set`, with the keys of the list items they are in.
    package static func extract(_ set: FieldSet, from value: Value, schema: Schema) -> Value {
        select(set, in: value, schema, keeps: true) ?? (value.mapping == nil ? .null : [:])
    }

    private static func select(_ set: FieldSet, in value: Value, _ schema: Schema, keeps: Bool) -> Value? {
        // `Optional.none`, not `nil`: a `nil` beside a `Value` would be null.
        let whole: Value? = if keeps { Optional.none } else { value }
        guard let typed = try? TypedValue(value, schema, at: FieldPath(), refusesDuplicates: false) else { return whole }
        switch typed {
        case .leaf: return whole
        case .fields(let mapping):
            var result = Mapping()
            for entry in mapping {
                let element = PathElement.field(entry.key)
                if let kept = part(entry.value, element, set, schema, keeps: keeps) { result[entry.key] = kept }
            }
            if result.isEmpty, keeps || !mapping.isEmpty { return Optional.none }
            return .mapping(result)
        case .items:
            // Over the real items, so that duplicates are not lost.
            guard case .list(let list) = schema.shape, let items = value.sequence else { return whole }
            var result: [Value] = []
            for (index, item) in items.enumerated() {
                guard let element = try? list.element(for: item, index: index, path: FieldPath()) else { continue }
                guard var kept = part(item, element, set, schema, keeps: keeps) else { continue }
                if keeps, case .key(let fields) = element {
                    for field in fields where kept[field.name] == nil && item[field.name] != nil {
                        kept[field.name] = field.value
                    }
                }
                result.append(kept)
            }
            if result.isEmpty, keeps || !items.isEmpty { return Optional.none }
            return .sequence(result)
        }
    }

    private static func part(
        _ value: Value, _ element: PathElement, _ set: FieldSet, _ schema: Schema, keeps: Bool
    ) -> Value? {
        let below = set.below(element)
        let isMember = set.members.contains(element)
        if keeps {
            if below.isEmpty, isMember { return value }
            let selected = select(below, in: value, schema.below(element), keeps: true)
            return selected == Optional.none && isMember ? value.emptied : selected
        }
        if isMember { return Optional.none }
        return below.isEmpty ? value : select(below, in: value, schema.below(element), keeps: false)
    }
}

extension Value {
    /// The value with nothing in it, of the same kind.
    fileprivate var emptied: Value {
        switch self {
        case .mapping: [:]
        case .sequence: []
        default: self
        }
    }
}
