internal import Template

extension FunctionTable {
    /// Sprig's functions on maps. `set`, `unset` and the merges change the map they are given.
    mutating func registerDicts() {
        register("dict", rest: .any) { _, a in
            var storage: [String: Datum] = [:]
            for index in stride(from: 0, to: a.count, by: 2) {
                storage[plainText(a.datum(index))] = index + 1 < a.count ? a.datum(index + 1) : .string("")
            }
            return .map(DatumMap(storage))
        }
        register("get", .map, .string) { _, a in a.map(0)[a.string(1)] ?? .string("") }
        register("set", .map, .string, .any) { _, a in
            a.map(0)[a.string(1)] = a.datum(2)
            return a.datum(0)
        }
        register("unset", .map, .string) { _, a in
            a.map(0)[a.string(1)] = nil
            return a.datum(0)
        }
        register("hasKey", .map, .string) { _, a in .bool(a.map(0)[a.string(1)] != nil) }
        register("pluck", .string, rest: .map) { _, a in
            .list((1..<max(1, a.count)).compactMap { a.map($0)[a.string(0)] })
        }
        register("keys", rest: .map) { _, a in .strings(a.indices.flatMap { a.map($0).sortedKeys }) }
        register("values", .map) { _, a in
            let map = a.map(0)
            return .list(map.sortedKeys.map { map[$0] ?? .null })
        }
        register("pick", .map, rest: .string) { _, a in
            let map = a.map(0)
            var storage: [String: Datum] = [:]
            for index in a.indices.dropFirst() { storage[a.string(index)] = map[a.string(index)] }
            return .map(DatumMap(storage))
        }
        register("omit", .map, rest: .string) { _, a in
            var storage = a.map(0).storage
            for index in a.indices.dropFirst() { storage[a.string(index)] = nil }
            return .map(DatumMap(storage))
        }
        both("merge", .map, rest: .map) { _, a in
            for index in a.indices.dropFirst() { Merging.fill(a.map(0), from: a.map(index)) }
            return a.datum(0)
        }
        both("mergeOverwrite", .map, rest: .map) { _, a in
            for index in a.indices.dropFirst() { Merging.overwrite(a.map(0), from: a.map(index)) }
            return a.datum(0)
        }
        both("deepCopy", .any) { _, a in Coalescing.deepCopy(a.datum(0)) }
        register("dig", rest: .any) { _, a in
            guard a.count >= 3 else { throw FunctionError("dig needs at least three arguments") }
            var map = try plainMap(a.datum(a.count - 1))
            let keys = try a.dropLast(2).map { key in
                guard case .string(let text) = key else { throw conversion(key, "string") }
                return text
            }
            for (index, key) in keys.enumerated() {
                guard let next = map[key] else { return a.datum(a.count - 2) }
                if index == keys.count - 1 { return next }
                map = try plainMap(next)
            }
            return .null
        }
    }
}

/// A map without a type name of its own; `.Values` is none, as in Go.
private func plainMap(_ value: Datum) throws -> DatumMap {
    if case .map(let map) = value, map.typeName == "map[string]interface {}" { return map }
    throw conversion(value, "map[string]interface {}")
}

private func conversion(_ value: Datum, _ wanted: String) -> FunctionError {
    FunctionError("interface conversion: interface {} is \(value.isNil ? "nil" : value.typeName), not \(wanted)")
}

/// The merges of imdario/mergo, as Sprig calls them.
enum Merging {
    /// Takes over what is missing or empty (0, "" and false are).
    static func fill(_ target: DatumMap, from source: DatumMap, depth: Int = 0) {
        guard depth < depthOfValues, target !== source else { return }
        for (key, value) in source.storage where !value.isNil {
            guard let existing = target[key] else {
                target[key] = value
                continue
            }
            if case .map(let inner) = existing, case .map(let other) = value {
                fill(inner, from: other, depth: depth + 1)
            } else if existing.isEmpty {
                target[key] = value
            }
        }
    }

    /// Takes over everything; maps are merged, nil and empty values count.
    static func overwrite(_ target: DatumMap, from source: DatumMap, depth: Int = 0) {
        guard depth < depthOfValues, target !== source else { return }
        for (key, value) in source.storage {
            if case .map(let inner)? = target[key], case .map(let other) = value, !inner.isEmpty {
                overwrite(inner, from: other, depth: depth + 1)
            } else {
                target[key] = value
            }
        }
    }
}
