internal import Document

/// A value seen through its schema, as structured-merge-diff looks at it: a
/// leaf, fields by name, or items by their identity.
enum TypedValue {
    case leaf
    /// A mapping whose fields have owners of their own.
    case fields(Mapping)
    /// An associative list, each item with its path element.
    case items([(element: PathElement, value: Value)])

    /// How `value` is taken apart. An atomic mapping or list, a scalar and null are leaves.
    init(_ value: Value, _ schema: Schema, at path: FieldPath, refusesDuplicates: Bool) throws(KubernetesError) {
        switch schema.shape {
        case .object(let object) where !object.isAtomic:
            self = try Self.mapping(value, path).map { .fields($0) } ?? .leaf
        case .map(_, isAtomic: false):
            self = try Self.mapping(value, path).map { .fields($0) } ?? .leaf
        case .any:
            self = value.mapping.map { .fields($0) } ?? .leaf
        case .list(let list) where list.type != .atomic:
            self = try Self.items(value, list, path, refusesDuplicates)
        case .object, .map:
            _ = try Self.mapping(value, path)
            self = .leaf
        case .list:
            guard value.isNull || value.sequence != nil else { throw Self.unexpected("list", value, path) }
            self = .leaf
        case .scalar(let scalar):
            guard scalar.accepts(value) else { throw Self.unexpected(scalar.expectation, value, path) }
            self = .leaf
        case .anyAtomic, .reference: self = .leaf
        }
    }

    private static func mapping(_ value: Value, _ path: FieldPath) throws(KubernetesError) -> Mapping? {
        if value.isNull { return nil }
        guard let mapping = value.mapping else { throw unexpected("map", value, path) }
        return mapping
    }

    private static func items(
        _ value: Value, _ list: ListSchema, _ path: FieldPath, _ refusesDuplicates: Bool
    ) throws(KubernetesError) -> TypedValue {
        if value.isNull { return .leaf }
        guard let sequence = value.sequence else { throw unexpected("list", value, path) }
        var items: [(element: PathElement, value: Value)] = []
        var seen: Set<PathElement> = []
        for (index, item) in sequence.enumerated() {
            guard let element = try list.element(for: item, index: index, path: path) else { continue }
            if !seen.insert(element).inserted {
                guard refusesDuplicates else { continue }
                let text = if case .key = element { "key " } else { "value " }
                throw KubernetesError(.typed(path, "duplicate entries for \(text)\(element)"))
            }
            items.append((element, item))
        }
        return .items(items)
    }

    private static func unexpected(_ expected: String, _ value: Value, _ path: FieldPath) -> KubernetesError {
        KubernetesError(.typed(path, "expected \(expected), got \(value.kindName)"))
    }
}

extension ListSchema {
    /// How an item of the list is named in a field path; nil for an atomic list.
    func element(for item: Value, index: Int, path: FieldPath) throws(KubernetesError) -> PathElement? {
        switch type {
        case .atomic: return nil
        case .set:
            switch item {
            case .mapping, .sequence, .null:
                throw KubernetesError(.typed(path, "element \(index): associative list without keys has an element that's not a scalar"))
            default: return .value(item)
            }
        case .map(let keys):
            guard let mapping = item.mapping else {
                throw KubernetesError(.typed(path, "element \(index): associative list with keys may not have non-map elements"))
            }
            var fields: [PathElement.KeyField] = []
            for key in keys {
                if let value = mapping[key] ?? self.item.keyDefault(key) {
                    fields.append(PathElement.KeyField(name: key, value: value))
                }
            }
            guard !fields.isEmpty else {
                let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
                throw KubernetesError(
                    .typed(
                        path,
                        "element \(index): associative list with keys has an element that omits key field \(names) (and doesn't have default value)"))
            }
            return .key(sorting: fields)
        }
    }
}

extension Schema {
    /// What stands for a missing key field: its default, else the zero that a required
    /// field of a Go struct has.
    func keyDefault(_ key: String) -> Value? {
        guard case .object(let object) = shape, let field = object.fields[key] else { return nil }
        if let value = field.defaultValue { return value }
        guard object.required.contains(key), !object.name.isEmpty, case .scalar(let scalar) = field.shape else { return nil }
        switch scalar {
        case .string: return ""
        case .int32, .int64, .number: return 0
        default: return nil
        }
    }

    /// The schema below a path element.
    func below(_ element: PathElement) -> Schema {
        switch element {
        case .field(let name): field(name) ?? .any
        case .key, .value, .index: item ?? .any
        }
    }
}

extension Schema.Scalar {
    /// Whether server-side apply takes the value; null always, as "not set".
    func accepts(_ value: Value) -> Bool {
        switch (self, value) {
        case (_, .null): true
        case (.boolean, .bool): true
        case (.string, .string), (.bytes, .string), (.time, .string), (.microTime, .string): true
        case (.int32, .int), (.int64, .int), (.number, .int), (.number, .double): true
        case (.int32, .double(let number)), (.int64, .double(let number)): Int64(exactly: number) != nil
        case (.quantity, .string), (.quantity, .int), (.quantity, .double): true
        case (.intOrString, .string), (.intOrString, .int): true
        default: false
        }
    }

    /// The API server's word for what it expected.
    var expectation: String {
        switch self {
        case .boolean: "boolean"
        case .int32, .int64, .number: "numeric (int or float)"
        case .string, .bytes, .time, .microTime: "string"
        case .quantity, .intOrString: "string or number"
        }
    }
}
