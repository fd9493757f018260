internal import Template

extension FunctionTable {
    /// Sprig's functions on maps. `set`, `unset` and the merges change the map they are given.
    mutating func registerDicts() {
        register("dict", rest: .any) { _, a in
            var storage = DatumTable()
            for index in stride(from: 0, to: a.count, by: 2) {
                storage[plainText(a.datum(index))] = index + 1 < a.count ? a.datum(index + 1) : .string("")
            }
            return .map(DatumMap(storage))
        }
        register("get", .map, .string) { _, a in a.map(0)[a.string(1)] ?? .string("") }
        register("set", .map, .string, .any) { execution, a in
            if a.map(0).isNil { throw FunctionError("assignment to entry in nil map") }
            a.map(0)[a.string(1)] = a.datum(2)
            execution.didPut(a.datum(2), into: a.map(0))
            return plain(a.map(0))
        }
        register("unset", .map, .string) { _, a in
            a.map(0)[a.string(1)] = nil
            return plain(a.map(0))
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
            var storage = DatumTable()
            for index in a.indices.dropFirst() { storage[a.string(index)] = map[a.string(index)] }
            return .map(DatumMap(storage))
        }
        register("omit", .map, rest: .string) { _, a in
            var storage = a.map(0).storage
            for index in a.indices.dropFirst() { storage[a.string(index)] = nil }
            return .map(DatumMap(storage))
        }
        both("merge", .map, rest: .map) { execution, a in
            for index in a.indices.dropFirst() { try Merging.fill(a.map(0), from: a.map(index), in: execution) }
            return plain(a.map(0))
        }
        both("mergeOverwrite", .map, rest: .map) { execution, a in
            for index in a.indices.dropFirst() { try Merging.overwrite(a.map(0), from: a.map(index), in: execution) }
            return plain(a.map(0))
        }
        both("deepCopy", .any) { _, a in
            if a.datum(0).isNil { throw FunctionError("reflect: call of reflect.Value.Type on zero Value") }
            return Coalescing.deepCopy(a.datum(0))
        }
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

/// A map that went through a parameter of type `map[string]interface{}`: its own type's name is lost.
private func plain(_ map: DatumMap) -> Datum { .map(map.name == nil ? map : DatumMap(viewOf: map)) }

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
    static func fill(_ target: DatumMap, from source: DatumMap, in execution: Execution) throws {
        try merge(target, source, overwrites: false, depth: 0, execution)
    }

    /// Takes over everything; maps are merged, nil and empty values count.
    static func overwrite(_ target: DatumMap, from source: DatumMap, in execution: Execution) throws {
        try merge(target, source, overwrites: true, depth: 0, execution)
    }

    /// A map that both have is filled in place, seen through every name it has; where it
    /// is empty even then, the source's own takes its place. Either way the two share what was taken over.
    private static func merge(_ target: DatumMap, _ source: DatumMap, overwrites: Bool, depth: Int, _ execution: Execution) throws {
        guard depth < depthOfValues, !target.isSame(as: source) else { return }
        for (key, value) in source.storage {
            let existing = target[key]
            if value.isNil {
                if overwrites { try set(target, key, value, source, execution) }
                continue
            }
            if let existing {
                if case .map(let inner) = existing, case .map(let other) = value {
                    try merge(inner, other, overwrites: overwrites, depth: depth + 1, execution)
                    if !inner.isEmpty { continue }
                }
                guard overwrites || existing.isEmpty else { continue }
            }
            try set(target, key, value, source, execution)
        }
    }

    private static func set(_ target: DatumMap, _ key: String, _ value: Datum, _ source: DatumMap, _ execution: Execution) throws {
        guard target.element == .any || target.element == source.element else {
            throw FunctionError(
                "reflect.Value.SetMapIndex: value of type \(source.element.name) is not assignable to type \(target.element.name)")
        }
        target[key] = value
        execution.didPut(value, into: target)
    }
}
