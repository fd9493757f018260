/// One tree for YAML and JSON: what a manifest, a values file and an answer of
/// the API server are made of.
///
/// Numbers are `int` while they fit 64 bits and were written without fraction or
/// exponent, else `double`, as encoding/json and sigs.k8s.io/yaml leave them to
/// Kubernetes' own types.
package enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case sequence([Value])
    case mapping(Mapping)
}

extension Value {
    package var isNull: Bool { if case .null = self { true } else { false } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var sequence: [Value]? { if case .sequence(let value) = self { value } else { nil } }
    package var mapping: Mapping? { if case .mapping(let value) = self { value } else { nil } }

    /// An integer, also one that is written as `3.0`.
    package var int: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The word a person knows the kind by, for error texts: "a mapping", "a string".
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .sequence: "a sequence"
        case .mapping: "a mapping"
        }
    }

    /// JSON's word for the kind, as encoding/json has it in its errors.
    package var jsonType: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int, .double: "number"
        case .string: "string"
        case .sequence: "array"
        case .mapping: "object"
        }
    }

    /// The value under a key; nil for a missing key and for anything but a mapping.
    /// Setting on `null` makes a mapping; setting on another kind does nothing.
    package subscript(_ key: String) -> Value? {
        get { mapping?[key] }
        set {
            switch self {
            case .mapping(var mapping):
                self = .null  // one owner, so that the write below copies nothing
                mapping[key] = newValue
                self = .mapping(mapping)
            case .null:
                guard let newValue else { return }
                self = .mapping([key: newValue])
            default: return
            }
        }
    }

    /// The item at an index; nil outside the sequence.
    package subscript(_ index: Int) -> Value? {
        guard case .sequence(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// The value some keys down; nil as soon as one is missing.
    package subscript(path keys: [String]) -> Value? {
        get {
            var value = self
            for key in keys {
                guard let next = value[key] else { return nil }
                value = next
            }
            return value
        }
        set {
            guard let first = keys.first else {
                self = newValue ?? .null
                return
            }
            if keys.count == 1 {
                self[first] = newValue
                return
            }
            var inner = self[first] ?? .null
            if inner.isNull, newValue == nil { return }
            inner[path: Array(keys.dropFirst())] = newValue
            self[first] = inner
        }
    }

    package subscript(path keys: String...) -> Value? {
        get { self[path: keys] }
        set { self[path: keys] = newValue }
    }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: Value...) { self = .sequence(elements) }
    package init(dictionaryLiteral elements: (String, Value)...) { self = .mapping(Mapping(elements)) }
}
