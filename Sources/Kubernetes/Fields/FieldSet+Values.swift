package import Document

extension FieldSet {
    /// The values that the object has at the members of the set, as one canonical
    /// tree: the same whatever the order of keys and items, so that its digest
    /// says whether any of them changed.
    ///
    /// Keys are the path elements as `fieldsV1` writes them; a member that the
    /// object lacks is left out. No schema is needed: the set says what each list is.
    package func values(in object: Object) -> Value { values(in: object.value, isMember: false) ?? .null }

    private func values(in value: Value, isMember: Bool) -> Value? {
        // A member without members below it is a leaf: the whole value counts.
        if isEmpty, isMember { return value.canonical }
        var entries: [Mapping.Entry] = []
        let items = ListItems(value)
        for element in elements {
            guard let inner = items.value(at: element) else { continue }
            let member = members.contains(element)
            if let found = below(element).values(in: inner, isMember: member) {
                entries.append(Mapping.Entry(key: element.fieldsV1, value: found))
            }
        }
        if entries.isEmpty, !isMember { return Optional.none }
        return .mapping(Mapping(uniqueEntries: entries))
    }
}

/// Finds items of a value by path element.
private struct ListItems {
    let value: Value

    init(_ value: Value) { self.value = value }

    func value(at element: PathElement) -> Value? {
        switch element {
        case .field(let name): value[name]
        case .index(let index): value[index]
        case .value(let wanted): value.sequence?.first { $0 == wanted }
        case .key(let fields):
            value.sequence?.first { item in
                fields.allSatisfy { field in item[field.name] == field.value || (item[field.name] == nil && field.isDefault) }
            }
        }
    }
}

extension PathElement.KeyField {
    /// A key field that the live item may lack, because the server fills it in: the protocol of a port.
    fileprivate var isDefault: Bool { name == "protocol" && value == "TCP" || value == "" }
}

extension Value {
    /// Mappings sorted by key, all the way down.
    var canonical: Value {
        switch self {
        case .mapping(let mapping):
            .mapping(Mapping(uniqueEntries: mapping.sorted.map { Mapping.Entry(key: $0.key, value: $0.value.canonical) }))
        case .sequence(let items): .sequence(items.map(\.canonical))
        default: self
        }
    }
}
