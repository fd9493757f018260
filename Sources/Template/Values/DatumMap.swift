/// Go's `map[string]interface{}`: shared by reference, visited in the order of its keys.
package final class DatumMap {
    private var own: DatumTable
    /// The map this one is another type's view of: they share their entries.
    private var base: DatumMap?
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
        own = storage
        base = nil
        self.element = element
        self.name = name
        self.methods = methods
        self.isNil = isNil
    }

    /// The same map under another type's name, or none, as a conversion gives it in Go.
    package init(
        viewOf map: DatumMap, name: String? = nil, methods: (@Sendable (DatumMap, String) -> Function?)? = nil
    ) {
        own = DatumTable()
        base = map.base ?? map
        element = map.element
        isNil = map.isNil
        self.name = name
        self.methods = methods
    }

    /// Maps inside each other are let go of one after the other: a template can build a chain of
    /// millions, and releasing each inside the release of the one before it ends the stack.
    deinit {
        var inner: [DatumMap] = []
        takeMaps(into: &inner)
        while var map = inner.popLast() {
            if isKnownUniquelyReferenced(&map) { map.takeMaps(into: &inner) }
        }
    }

    /// Moves the maps that this one holds, itself or in a list, out of it.
    private func takeMaps(into inner: inout [DatumMap]) {
        let count = inner.count
        if let base { inner.append(base) }
        for (_, value) in own {
            switch value {
            case .map(let map): inner.append(map)
            case .list(let items, .any), .list(let items, .map):
                for case .map(let map) in items { inner.append(map) }
            default: break
            }
        }
        if inner.count > count {
            own = DatumTable()
            base = nil
        }
    }

    package var storage: DatumTable { if let base { base.own } else { own } }

    package subscript(_ key: String) -> Datum? {
        get { if let base { base.own.value(key) } else { own.value(key) } }
        set { if let base { base.own[key] = newValue } else { own[key] = newValue } }
    }

    func removeAll() { if let base { base.own = DatumTable() } else { own = DatumTable() } }

    /// Whether both share their entries.
    package func isSame(as other: DatumMap) -> Bool { (base ?? self) === (other.base ?? other) }

    package var count: Int { storage.count }
    package var isEmpty: Bool { storage.isEmpty }

    package var typeName: String { name ?? "map[string]" + element.name }

    /// Bytewise, as Go's `range` over a map of strings.
    package var sortedKeys: [String] { storage.sorted.map(\.key) }
}
