internal import Template

extension FunctionTable {
    /// Sprig's functions on lists; each has a `must` form with the same errors.
    mutating func registerLists() {
        for name in ["list", "tuple"] { register(name, rest: .any) { _, a in .list(a) } }
        both("append", .any, .any) { _, a in .list(try items(a.datum(0), "Cannot push on type") + [a.datum(1)]) }
        both("push", .any, .any) { _, a in .list(try items(a.datum(0), "Cannot push on type") + [a.datum(1)]) }
        both("prepend", .any, .any) { _, a in .list([a.datum(1)] + (try items(a.datum(0), "Cannot prepend on type"))) }
        both("first", .any) { _, a in try items(a.datum(0), "Cannot find first on type").first ?? .null }
        both("last", .any) { _, a in try items(a.datum(0), "Cannot find last on type").last ?? .null }
        both("rest", .any) { _, a in .list(Array(try items(a.datum(0), "Cannot find rest on type").dropFirst())) }
        both("initial", .any) { _, a in .list(try items(a.datum(0), "Cannot find initial on type").dropLast()) }
        both("reverse", .any) { _, a in .list(try items(a.datum(0), "Cannot find reverse on type").reversed()) }
        both("compact", .any) { _, a in .list(try items(a.datum(0), "Cannot compact on type").filter { !$0.isEmpty }) }
        both("uniq", .any) { _, a in
            var seen = ItemSet()
            return .list(try items(a.datum(0), "Cannot find uniq on type").filter { seen.insert($0) })
        }
        both("without", .any, rest: .any) { _, a in
            let unwanted = a.dropFirst()
            return .list(
                try items(a.datum(0), "Cannot find without on type").filter { item in
                    !unwanted.contains { deepEqual($0, item) }
                })
        }
        both("has", .any, .any) { _, a in
            if a.datum(1).isNil { return .bool(false) }
            let needle = a.datum(0)
            return .bool(try items(a.datum(1), "Cannot find has on type").contains { deepEqual(needle, $0) })
        }
        both("slice", .any, rest: .any) { _, a in
            guard let all = a.datum(0).items else {
                if a.datum(0).isNil { throw nilDereference }
                throw FunctionError("list should be type of slice or array but \(a.datum(0).kindName)")
            }
            if all.isEmpty { return .null }
            let low = a.count > 1 ? Int(Conversion.int64(a.datum(1))) : 0
            let high = a.count > 2 ? Int(Conversion.int64(a.datum(2))) : all.count
            guard low >= 0, low <= high, high <= all.count else {
                throw FunctionError("reflect.Value.Slice: slice index out of bounds")
            }
            if case .list(_, let element) = a.datum(0) { return .list(Array(all[low..<high]), of: element) }
            return .list(Array(all[low..<high]))
        }
        register("concat", rest: .any) { _, a in
            var result: [Datum] = []
            for list in a {
                guard let items = list.items else {
                    if list.isNil { throw nilDereference }
                    throw FunctionError("Cannot concat type \(list.kindName) as list")
                }
                result += items
            }
            return .list(result)
        }
        both("chunk", .int, .any) { _, a in
            let size = a.int(0)
            let all = try items(a.datum(1), "Cannot chunk type")
            guard size > 0 else { throw FunctionError("runtime error: makeslice: len out of range") }
            var chunks: [Datum] = []
            var index = 0
            while index < all.count {
                chunks.append(.list(Array(all[index..<min(all.count, index + min(size, all.count))])))
                index += min(size, all.count)
            }
            return .list(chunks, of: .lists)
        }
    }

    /// Registers a function and its `must` form.
    mutating func both(
        _ name: String, _ parameters: ParameterType..., rest: ParameterType? = nil, body: @escaping Function.Body
    ) {
        let function = Function(parameters, rest: rest, body: body)
        register(name, function)
        register("must" + Letters.upper(String(name.prefix(1))) + name.dropFirst(), function)
    }
}

let nilDereference = FunctionError("runtime error: invalid memory address or nil pointer dereference")

/// The items of a slice, or the error Sprig gives for anything else.
private func items(_ value: Datum, _ problem: String) throws -> [Datum] {
    if let items = value.items { return items }
    if value.isNil { throw nilDereference }
    throw FunctionError("\(problem) \(value.kindName)")
}

/// Items seen so far, by deep equality; texts, the common case, in a set.
private struct ItemSet {
    private var texts: Set<String> = []
    private var others: [Datum] = []

    mutating func insert(_ item: Datum) -> Bool {
        if case .string(let text) = item { return texts.insert(text).inserted }
        if others.contains(where: { deepEqual($0, item) }) { return false }
        others.append(item)
        return true
    }
}
