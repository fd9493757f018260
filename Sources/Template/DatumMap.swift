/// Go's `map[string]interface{}`: shared by reference, visited in the order of its keys.
package final class DatumMap {
    package private(set) var storage: DatumTable
    /// The declared type of the values.
    package let element: ElementType
    /// The name of the map's type when it has one of its own ("common.Values").
    package let name: String?
    /// Methods of a named map type; looked at before the keys, as Go does.
    package let methods: (@Sendable (DatumMap, String) -> Function?)?
    /// A nil map: reads as an empty one, but Go panics when something is set in it.
    package let isNil: Bool

    package init(
        _ storage: DatumTable = DatumTable(), of element: ElementType = .any, name: String? = nil,
        isNil: Bool = false, methods: (@Sendable (DatumMap, String) -> Function?)? = nil
    ) {
        self.storage = storage
        self.element = element
        self.name = name
        self.methods = methods
        self.isNil = isNil
    }

    package subscript(_ key: String) -> Datum? {
        get { storage.value(key) }
        set { storage[key] = newValue }
    }

    package var count: Int { storage.count }
    package var isEmpty: Bool { storage.isEmpty }

    package var typeName: String { name ?? "map[string]" + element.name }

    /// Bytewise, as Go's `range` over a map of strings.
    package var sortedKeys: [String] { storage.sorted.map(\.key) }
}
