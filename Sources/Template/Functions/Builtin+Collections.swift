/// Go's `len`.
func length(_ value: Datum) throws -> Int64 {
    switch value {
    case .string(let text): return Int64(text.utf8.count)
    case .list(let items, _): return Int64(items.count)
    case .map(let map): return Int64(map.count)
    case .object(let object as any DatumSlice): return Int64(object.items.count)
    case .object(let object):
        if let entries = object.entries { return Int64(entries.count) }
        throw FunctionFault("len of type \(object.pointedTypeName)")
    case .null: throw FunctionFault("len of nil pointer")
    case .undefined: throw FunctionFault("reflect: call of reflect.Value.Type on zero Value")
    default: break
    }
    throw FunctionFault("len of type \(value.typeName)")
}

/// Go's `index x 1 2`: x[1][2].
func indexed(_ value: Datum, by indexes: ArraySlice<Datum>) throws -> Datum {
    if value.isNil { throw FunctionFault("index of untyped nil") }
    var value = value
    for index in indexes {
        switch value.plain {
        case .list(let items, _):
            let place = try position(index, upTo: items.count)
            guard items.indices.contains(place) else { throw FunctionFault("reflect: slice index out of range") }
            value = items[place]
        case .string(let text):
            let place = try position(index, upTo: text.utf8.count)
            guard let byte = text.utf8.dropFirst(place).first else {
                throw FunctionFault("reflect: string index out of range")
            }
            value = .int(Int64(byte), as: .uint8)
        case .map(let map): value = map[try key(index)] ?? map.element.zero
        case .undefined, .null: throw FunctionFault("index of nil pointer")
        case .object(let object):
            guard let entries = object.entries else { throw FunctionFault("can't index item of type \(object.pointedTypeName)") }
            let key = try key(index)
            if let entry = entries.first(where: { $0.key == key }) {
                value = entry.value
            } else if case .field(let missing)? = object.member(key) {
                value = missing
            } else {
                value = .null
            }
        case .bool, .int, .float: throw FunctionFault("can't index item of type \(value.typeName)")
        }
    }
    return value
}

extension Datum {
    /// An object that is a slice as the list it is.
    fileprivate var plain: Datum {
        if case .object(let slice as any DatumSlice) = self { return .list(slice.items) }
        return self
    }
}

private func key(_ index: Datum) throws -> String {
    if case .string(let key) = index { return key }
    if index.isNil { throw FunctionFault("value is nil; should be of type string") }
    throw FunctionFault("value has type \(index.typeName); should be string")
}

private func position(_ index: Datum, upTo count: Int) throws -> Int {
    switch index {
    case .int(let value, _):
        guard let place = Int(exactly: value), (0...count).contains(place) else {
            throw FunctionFault("index out of range: \(value)")
        }
        return place
    case .undefined, .null: throw FunctionFault("cannot index slice/array with nil")
    default: throw FunctionFault("cannot index slice/array with type \(index.typeName)")
    }
}

/// Go's `slice x 1 2`: x[1:2], of a list or of the bytes of a string.
func sliced(_ value: Datum, by indexes: [Datum]) throws -> Datum {
    if value.isNil { throw FunctionFault("slice of untyped nil") }
    if indexes.count > 3 { throw FunctionFault("too many slice indexes: \(indexes.count)") }
    let count: Int
    switch value.plain {
    case .string(let text):
        if indexes.count == 3 { throw FunctionFault("cannot 3-index slice a string") }
        count = text.utf8.count
    case .list(let items, _): count = items.count
    case .object(let object): throw FunctionFault("can't slice item of type \(object.pointedTypeName)")
    default: throw FunctionFault("can't slice item of type \(value.typeName)")
    }
    var bounds = [0, count, count]
    for (place, index) in indexes.enumerated() { bounds[place] = try position(index, upTo: count) }
    let (low, high, capacity) = (bounds[0], bounds[1], bounds[2])
    if low > high { throw FunctionFault("invalid slice index: \(low) > \(high)") }
    if indexes.count == 3, high > capacity { throw FunctionFault("invalid slice index: \(high) > \(capacity)") }
    switch value.plain {
    case .string(let text): return .string(String(decoding: text.utf8.dropFirst(low).prefix(high - low), as: UTF8.self))
    case .list(let items, let element): return .list(Array(items.dropFirst(low).prefix(high - low)), of: element)
    default: return value
    }
}
