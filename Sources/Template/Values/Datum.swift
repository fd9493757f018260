package import Document

/// A value as Go's templates see it.
///
/// Unlike `Document.Value` it tells Go's numeric kinds apart (`eq .Values.n 3`
/// compares float64 with int and is an error), has built-in objects with methods,
/// and its maps are shared: `set .Values "a" 1` is seen through every name of the
/// map, which charts rely on. One render runs in one task, so nothing here is `Sendable`.
package enum Datum {
    /// reflect's zero Value: what a pipeline makes of nil. Lives in the evaluator only:
    /// a function whose parameter is not `.value` gets `.null` (or an empty map or list) instead.
    case undefined
    /// A nil `interface{}`: a missing key, a YAML null.
    case null
    case bool(Bool)
    /// An integer; the type matters to `typeOf`, `kindIs` and typed parameters only.
    case int(Int64, as: IntegerType = .int)
    /// A float64: every number from a values file, whole or not.
    case float(Double)
    case string(String)
    /// A slice; `[]interface{}` unless said otherwise.
    case list([Datum], of: ElementType = .any)
    case map(DatumMap)
    /// A built-in object with fields and methods: `.Files`, `.Capabilities.APIVersions`, a semantic version, a time.
    case object(any DatumObject)
}

/// Which of Go's integer types a number has. Sprig's arithmetic returns int64, `int` and `len` return int.
package enum IntegerType: UInt8, Sendable {
    case int, int64, int32, uint8, uint, uint32, uint64

    package var name: String {
        switch self {
        case .int: "int"
        case .int64: "int64"
        case .int32: "int32"
        case .uint8: "uint8"
        case .uint: "uint"
        case .uint32: "uint32"
        case .uint64: "uint64"
        }
    }

    var isUnsigned: Bool {
        switch self {
        case .int, .int64, .int32: false
        case .uint8, .uint, .uint32, .uint64: true
        }
    }
}

/// The declared type of the items of a slice or of the values of a map. `splitList`
/// returns `[]string`, `until` `[]int`, `split` `map[string]string`, whose missing keys are "" rather than nil.
package enum ElementType: UInt8, Sendable {
    case any, string, int, int64, float64, uint8, map, lists

    package var name: String {
        switch self {
        case .any: "interface {}"
        case .string: "string"
        case .int: "int"
        case .int64: "int64"
        case .float64: "float64"
        case .uint8: "uint8"
        case .map: "map[string]interface {}"
        case .lists: "[]interface {}"
        }
    }

    /// What a missing key of such a map gives.
    var zero: Datum {
        switch self {
        case .any: .null
        case .string: .string("")
        case .int: .int(0)
        case .int64: .int(0, as: .int64)
        case .float64: .float(0)
        case .uint8: .int(0, as: .uint8)
        case .map: .map(DatumMap())
        case .lists: .list([])
        }
    }
}

extension Datum {
    /// Values as Helm hands them to templates: every number a float64.
    package init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .float(Double(value))
        case .double(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .sequence(let items): self = .list(items.map(Datum.init))
        case .mapping(let mapping):
            self = .map(DatumMap(DatumTable(uniqueEntries: mapping.entries.map { ($0.key, Datum($0.value)) })))
        }
    }

    /// Nil in either of its two forms.
    package var isNil: Bool {
        switch self {
        case .undefined, .null: true
        default: false
        }
    }

    /// Go's name of the type, as `printf "%T"` and error texts give it.
    package var typeName: String {
        switch self {
        case .undefined, .null: "interface {}"
        case .bool: "bool"
        case .int(_, let type): type.name
        case .float: "float64"
        case .string: "string"
        case .list(_, let element): "[]" + element.name
        case .map(let map): map.typeName
        case .object(let object): object.typeName
        }
    }

    /// Go's truth: false, 0, nil and whatever is empty are false.
    package var isTrue: Bool {
        switch self {
        case .undefined, .null: false
        case .bool(let value): value
        case .int(let value, _): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let items, _): !items.isEmpty
        case .map(let map): !map.isEmpty
        case .object(let object): object.isTrue
        }
    }
}
