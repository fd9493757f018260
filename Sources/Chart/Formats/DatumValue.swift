internal import Document
internal import Template

/// An object that JSON and YAML can show.
protocol ValueConvertible: DatumObject {
    var value: Value { get }
}

extension Value {
    /// What encoding/json makes of a template's value: bytes in base64, whole floats as integers.
    init(_ datum: Datum, depth: Int = 0) throws {
        guard depth < depthOfValues else { throw FunctionError("json: unsupported value: encountered a cycle") }
        switch datum {
        case .undefined, .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value, _): self = .int(value)
        case .float(let value):
            guard value.isFinite else { throw FunctionError("json: unsupported value: \(goFloat(value))") }
            // -0 stays a double: Go prints "-0". So does what has digits beyond a double's own: Go prints zeros for them.
            if let whole = Int64(exactly: value), abs(value) <= 0x1p53, !(value == 0 && value.sign == .minus) {
                self = .int(whole)
            } else {
                self = .double(value)
            }
        case .string(let value): self = .string(value)
        case .list(let items, .uint8): self = .string(Base64.encode(bytes(of: items)))
        case .list(let items, _): self = .sequence(try items.map { try Value($0, depth: depth + 1) })
        case .map(let map) where map.isNil && map.isEmpty: self = .null
        case .map(let map):
            var entries: [Mapping.Entry] = []
            entries.reserveCapacity(map.count)
            for (key, value) in map.storage { entries.append(.init(key: key, value: try Value(value, depth: depth + 1))) }
            entries.sort { goLess($0.key, $1.key) }
            self = .mapping(Mapping(uniqueEntries: entries))
        case .object(let object):
            guard let object = object as? any ValueConvertible else {
                throw FunctionError("json: unsupported type: \(object.typeName)")
            }
            self = object.value
        }
    }
}

extension Value {
    /// The value as it is, floats kept apart from integers and bytes a list of numbers.
    init(unchanged datum: Datum, depth: Int = 0) throws {
        guard depth < depthOfValues else { throw FunctionError("json: unsupported value: encountered a cycle") }
        switch datum {
        case .float(let value): self = .double(value)
        case .list(let items, _): self = .sequence(try items.map { try Value(unchanged: $0, depth: depth + 1) })
        case .map(let map) where !map.isNil || !map.isEmpty:
            var entries: [Mapping.Entry] = []
            for (key, value) in map.storage { entries.append(.init(key: key, value: try Value(unchanged: value, depth: depth + 1))) }
            self = .mapping(Mapping(uniqueEntries: entries))
        default: self = try Value(datum, depth: depth)
        }
    }
}

/// An error of a function, in Go's words; the template engine adds where.
struct FunctionError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
