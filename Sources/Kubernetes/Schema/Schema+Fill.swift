package import Document

/// What the API server does to a custom resource before it stores it.
extension Schema {
    /// Without the fields the schema does not name.
    package func pruned(_ value: Value) -> Value {
        switch (shape, value) {
        case (.object(let object), .mapping(let mapping)):
            var result = Mapping()
            for entry in mapping {
                if let field = object.fields[entry.key] ?? object.additional {
                    result[entry.key] = field.pruned(entry.value)
                } else if preservesUnknownFields {
                    result[entry.key] = entry.value
                }
            }
            return .mapping(result)
        case (.map(let values, _), .mapping(let mapping)): return .mapping(mapping.mapValues(values.pruned))
        case (.list(let list), .sequence(let items)): return .sequence(items.map(list.item.pruned))
        default: return value
        }
    }

    /// With the schema's defaults for what is missing; null counts as missing where the
    /// field may not be null.
    package func defaulted(_ value: Value) -> Value {
        switch (shape, value) {
        case (.object(let object), .mapping(var mapping)):
            for (name, field) in object.fields.sorted(by: { $0.key < $1.key }) {
                if let found = mapping[name], !found.isNull || field.isNullable {
                    mapping[name] = field.defaulted(found)
                } else if let value = field.defaultValue {
                    mapping[name] = field.defaulted(value)
                }
            }
            if let additional = object.additional {
                for entry in mapping where object.fields[entry.key] == nil { mapping[entry.key] = additional.defaulted(entry.value) }
            }
            return .mapping(mapping)
        case (.map(let values, _), .mapping(let mapping)): return .mapping(mapping.mapValues(values.defaulted))
        case (.list(let list), .sequence(let items)): return .sequence(items.map(list.item.defaulted))
        default: return value
        }
    }
}
