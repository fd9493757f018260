package import Document

/// A value as Go's templates see it.
///
/// Unlike `Document.Value` it tells Go's numeric kinds apart (`eq .Values.n 3`
/// compares float64 with int and is an error), has built-in objects with methods,
/// and its maps are shared: `set .Values "a" 1` is seen through every name of the
/// map, which charts rely on. One render runs in one task, so nothing here is `Sendable`.
package enum Datum {
    /// Go's untyped nil: a missing value, a YAML null.
    case null
    case bool(Bool)
    /// Go's int and int64.
    case int(Int64)
    /// A number from a values file, whole or not.
    case float(Double)
    case string(String)
    case list([Datum])
    case map(DatumMap)
    /// A built-in object with fields and methods: `.Files`, `.Capabilities.APIVersions`, a semantic version, a time.
    case object(any DatumObject)
}

/// Go's `map[string]interface{}`: shared by reference, visited in the order of its keys.
package final class DatumMap {
    package private(set) var storage: [String: Datum]

    package init(_ storage: [String: Datum] = [:]) { self.storage = storage }

    package subscript(_ key: String) -> Datum? {
        get { storage[key] }
        set { storage[key] = newValue }
    }

    package var count: Int { storage.count }
    package var isEmpty: Bool { storage.isEmpty }

    /// Bytewise, as Go's `range` over a map of strings.
    package var sortedKeys: [String] { storage.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
}

/// A value with fields and methods that templates may name.
package protocol DatumObject: AnyObject {
    /// What `printf "%T"` and error texts call it, as Go would: "chart.Metadata".
    var typeName: String { get }

    /// The value of a field or the result of a method; nil when there is no such name.
    /// A method without arguments is called as a field is read.
    func member(_ name: String, arguments: [Datum]) throws -> Datum?

    /// What printing it gives.
    var printed: String { get }
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
            var storage: [String: Datum] = [:]
            storage.reserveCapacity(mapping.count)
            for entry in mapping { storage[entry.key] = Datum(entry.value) }
            self = .map(DatumMap(storage))
        }
    }
}
