internal import Template

extension FunctionTable {
    /// Sprig's functions on texts. Lengths and offsets count bytes, as Go's do.
    mutating func registerStrings() {
        register("hello") { _, _ in .string("Hello!") }
        register("trim", .string) { _, a in .string(trimmedSpace(a.string(0))) }
        register("upper", .string) { _, a in .string(Letters.upper(a.string(0))) }
        register("lower", .string) { _, a in .string(Letters.lower(a.string(0))) }
        register("title", .string) { _, a in .string(Letters.title(a.string(0))) }
        register("untitle", .string) { _, a in .string(Letters.untitle(a.string(0))) }
        register("swapcase", .string) { _, a in .string(Letters.swapCase(a.string(0))) }
        register("initials", .string) { _, a in .string(Letters.initials(a.string(0))) }
        register("nospace", .string) { _, a in .string(Letters.withoutSpace(a.string(0))) }
        register("snakecase", .string) { _, a in .string(WordCase.joined(a.string(0), by: "_")) }
        register("kebabcase", .string) { _, a in .string(WordCase.joined(a.string(0), by: "-")) }
        register("camelcase", .string) { _, a in .string(WordCase.camel(a.string(0))) }
        register("abbrev", .int, .string) { _, a in
            .string(a.int(0) < 4 ? a.string(1) : Shortening.abbreviated(a.string(1), offset: 0, width: a.int(0)))
        }
        register("abbrevboth", .int, .int, .string) { _, a in
            let left = a.int(0), right = a.int(1)
            if right < 4 || left > 0 && right < 7 { return .string(a.string(2)) }
            return .string(Shortening.abbreviated(a.string(2), offset: left, width: right))
        }
        register("wrap", .int, .string) { _, a in
            .string(Shortening.wrapped(a.string(1), width: a.int(0), separator: "\n", breaksWords: false))
        }
        register("wrapWith", .int, .string, .string) { _, a in
            .string(Shortening.wrapped(a.string(2), width: a.int(0), separator: a.string(1), breaksWords: true))
        }
        register("trunc", .int, .string) { _, a in
            let count = a.int(0), text = a.string(1)
            let bytes = text.utf8
            if count < 0, bytes.count + count > 0 { return .string(goString(bytes.dropFirst(bytes.count + count))) }
            if count >= 0, bytes.count > count { return .string(goString(bytes.prefix(count))) }
            return .string(text)
        }
        register("substr", .int, .int, .string) { _, a in
            let start = a.int(0), end = a.int(1)
            let bytes = Array(a.string(2).utf8)
            let low = max(start, 0)
            let high = start >= 0 && (end < 0 || end > bytes.count) ? bytes.count : end
            guard high >= 0, high <= bytes.count else {
                throw FunctionError("runtime error: slice bounds out of range [:\(high)]\(high < 0 ? "" : " with length \(bytes.count)")")
            }
            guard low <= high else { throw FunctionError("runtime error: slice bounds out of range [\(low):\(high)]") }
            return .string(goString(bytes[low..<high]))
        }
        register("repeat", .int, .string) { _, a in
            let count = a.int(0), text = a.string(1)
            if count < 0 { throw FunctionError("strings: negative Repeat count") }
            let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
            guard !overflow, size <= Limits.textBytes else { throw FunctionError("strings: Repeat output length overflow") }
            return .string(size == 0 ? "" : String(repeating: text, count: count))
        }
        for name in ["trimAll", "trimall"] {
            register(name, .string, .string) { _, a in .string(Letters.trim(a.string(1), of: a.string(0))) }
        }
        register("trimSuffix", .string, .string) { _, a in
            let suffix = a.string(0), text = a.string(1)
            guard endsWith(text, suffix) else { return .string(text) }
            return .string(goString(text.utf8.dropLast(suffix.utf8.count)))
        }
        register("trimPrefix", .string, .string) { _, a in
            let prefix = a.string(0), text = a.string(1)
            guard text.utf8.starts(with: prefix.utf8) else { return .string(text) }
            return .string(goString(text.utf8.dropFirst(prefix.utf8.count)))
        }
        register("contains", .string, .string) { _, a in .bool(goContains(a.string(1), a.string(0))) }
        register("hasPrefix", .string, .string) { _, a in .bool(a.string(1).utf8.starts(with: a.string(0).utf8)) }
        register("hasSuffix", .string, .string) { _, a in .bool(endsWith(a.string(1), a.string(0))) }
        register("quote", rest: .any) { _, a in
            .string(a.filter { !$0.isNil }.map { goQuoted(plainText($0)) }.joined(separator: " "))
        }
        register("squote", rest: .any) { _, a in
            .string(a.filter { !$0.isNil }.map { "'\(printed($0))'" }.joined(separator: " "))
        }
        register("cat", rest: .any) { _, a in
            .string(a.filter { !$0.isNil }.map { printed($0) }.joined(separator: " "))
        }
        register("indent", .int, .string) { _, a in .string(try Shortening.indented(a.string(1), by: a.int(0))) }
        register("nindent", .int, .string) { _, a in .string("\n" + (try Shortening.indented(a.string(1), by: a.int(0)))) }
        register("replace", .string, .string, .string) { _, a in
            .string(goReplace(a.string(2), a.string(0), a.string(1)))
        }
        register("plural", .string, .string, .int) { _, a in .string(a.int(2) == 1 ? a.string(0) : a.string(1)) }
        register("toString", .any) { _, a in .string(plainText(a.datum(0))) }
        register("toStrings", .any) { _, a in .strings(strings(of: a.datum(0))) }
        register("join", .string, .any) { _, a in .string(strings(of: a.datum(1)).joined(separator: a.string(0))) }
        register("sortAlpha", .any) { _, a in
            guard a.datum(0).items != nil else { return .strings([plainText(a.datum(0))]) }
            return .strings(strings(of: a.datum(0)).sorted(by: goLess))
        }
        register("split", .string, .string) { _, a in numbered(try split(a.string(1), a.string(0))) }
        register("splitn", .string, .int, .string) { _, a in
            let limit = a.int(1)
            return numbered(limit < 0 ? try split(a.string(2), a.string(0)) : goSplit(a.string(2), a.string(0), limit: min(limit, Limits.items)))
        }
        register("splitList", .string, .string) { _, a in .strings(try split(a.string(1), a.string(0))) }
    }
}

/// All parts, where memory holds them.
private func split(_ text: String, _ separator: String) throws -> [String] {
    let parts = goSplit(text, separator, limit: Limits.items + 1)
    if parts.count > Limits.items { throw FunctionError("more than \(Limits.items) parts") }
    return parts
}

private func numbered(_ parts: [String]) -> Datum {
    var storage = DatumTable()
    for (index, part) in parts.enumerated() { storage["_\(index)"] = .string(part) }
    return .map(DatumMap(storage, of: .string))
}

private func endsWith(_ text: String, _ suffix: String) -> Bool {
    text.utf8.count >= suffix.utf8.count && text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
}

/// Sprig's `strslice`: nils left out, anything but a slice alone in one.
func strings(of value: Datum) -> [String] {
    if let items = value.items { return items.filter { !$0.isNil }.map(plainText) }
    return value.isNil ? [] : [plainText(value)]
}

/// What keeps one call from costing much.
enum Limits {
    static let textBytes = 32 << 20
    static let items = 1_000_000
}
