internal import Template

/// Typed reading of a function's arguments. The engine has checked them against
/// the declared parameters, so what does not fit cannot come; a zero stands in all the same.
extension [Datum] {
    func datum(_ index: Int) -> Datum { indices.contains(index) ? self[index] : .null }

    func string(_ index: Int) -> String {
        if case .string(let text) = datum(index) { return text }
        return ""
    }

    func int(_ index: Int) -> Int {
        if case .int(let number, _) = datum(index) { return Int(number) }
        return 0
    }

    func bool(_ index: Int) -> Bool {
        if case .bool(let flag) = datum(index) { return flag }
        return false
    }

    func float(_ index: Int) -> Double {
        switch datum(index) {
        case .float(let number): number
        case .int(let number, _): Double(number)
        default: 0
        }
    }

    func map(_ index: Int) -> DatumMap {
        if case .map(let map) = datum(index) { return map }
        return DatumMap()
    }

    func list(_ index: Int) -> [Datum] { datum(index).items ?? [] }
}

extension Datum {
    /// The items of a slice, of whatever type; nil for anything else.
    var items: [Datum]? {
        switch self {
        case .list(let items, _): items
        case .object(let object as any DatumSlice): object.items
        default: nil
        }
    }

    /// reflect's kind, as `kindOf` gives it.
    var kindName: String {
        switch self {
        case .undefined, .null: "invalid"
        case .bool: "bool"
        case .int(_, let type): type.name
        case .float: "float64"
        case .string: "string"
        case .list: "slice"
        case .map: "map"
        case .object(let object): object.kind
        }
    }

    /// Sprig's `empty`: nil, 0, false and whatever has no length.
    var isEmpty: Bool {
        switch self {
        case .object(let object as any DatumSlice): object.items.isEmpty
        default: !isTrue
        }
    }

    static func strings(_ texts: [String]) -> Datum { .list(texts.map(Datum.string), of: .string) }

    static func int64(_ number: Int64) -> Datum { .int(number, as: .int64) }
}

/// `reflect.DeepEqual`: values of different types are different.
func deepEqual(_ left: Datum, _ right: Datum, depth: Int = 0) -> Bool {
    guard depth < depthOfValues else { return true }
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null), (.undefined, .null), (.null, .undefined): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a, let s), .int(let b, let t)): return a == b && s == t
    case (.float(let a), .float(let b)): return a == b
    case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
    case (.list(let a, let s), .list(let b, let t)):
        return s == t && a.count == b.count && zip(a, b).allSatisfy { deepEqual($0, $1, depth: depth + 1) }
    case (.map(let a), .map(let b)):
        guard !a.isSame(as: b) else { return true }
        return a.typeName == b.typeName && a.count == b.count
            && a.storage.allSatisfy { key, value in b[key].map { deepEqual(value, $0, depth: depth + 1) } ?? false }
    case (.object(let a), .object(let b)): return a === b || (a.typeName == b.typeName && a.printed == b.printed)
    default: return false
    }
}
