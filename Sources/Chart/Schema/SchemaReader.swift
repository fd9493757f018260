internal import Template

/// Reads the JSON of a schema as Helm does: the errors are encoding/json's, numbers keep their text.
struct SchemaReader {
    /// A document that is no JSON, in Go's words.
    struct Failure: Error {
        var message: String
    }

    /// How deep arrays and objects may lie in each other.
    static let depthLimit = 500

    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(Failure) -> SchemaValue {
        skipSpace()
        guard index < bytes.count else { throw Failure(message: "EOF") }
        let value = try value(depth: 0)
        skipSpace()
        guard index >= bytes.count else { throw Failure(message: "invalid character after top-level value") }
        return value
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x0a || bytes[index] == 0x0d || bytes[index] == 0x09 {
            index &+= 1
        }
    }

    /// The error at the byte that stands where something else should be.
    private func unexpected(_ context: String) -> Failure {
        guard index < bytes.count else { return Failure(message: "unexpected EOF") }
        let byte = bytes[index]
        let shown =
            switch byte {
            case UInt8(ascii: "'"): #"'\''"#
            case UInt8(ascii: "\""): #"'"'"#
            default: "'\(goQuoted(String(Unicode.Scalar(byte))).dropFirst().dropLast())'"
            }
        return Failure(message: "invalid character \(shown) \(context)")
    }

    private mutating func value(depth: Int) throws(Failure) -> SchemaValue {
        skipSpace()
        guard index < bytes.count else { throw unexpected("") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> SchemaValue {
        guard depth < Self.depthLimit else { throw Failure(message: "exceeded max depth") }
        index &+= 1
        var entries: [SchemaEntry] = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard peek("\"") else { throw unexpected("looking for beginning of object key string") }
            let key = try string()
            skipSpace()
            guard take(":") else { throw unexpected("after object key") }
            entries.append(SchemaEntry(key: key, keyword: SchemaKeyword.named[key], value: try value(depth: depth &+ 1)))
            skipSpace()
            if take("}") { return .object(Self.unique(entries)) }
            guard take(",") else { throw unexpected("after object key:value pair") }
        }
    }

    /// Of members with one name the last counts.
    private static func unique(_ entries: [SchemaEntry]) -> [SchemaEntry] {
        var places: [String: Int] = [:]
        if entries.count <= 8 {
            let isUnique = entries.indices.allSatisfy { index in !entries[..<index].contains { $0.key == entries[index].key } }
            if isUnique { return entries }
        }
        places.reserveCapacity(entries.count)
        var kept: [SchemaEntry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries {
            if let place = places[entry.key] {
                kept[place] = entry
            } else {
                places[entry.key] = kept.count
                kept.append(entry)
            }
        }
        return kept
    }

    private mutating func array(depth: Int) throws(Failure) -> SchemaValue {
        guard depth < Self.depthLimit else { throw Failure(message: "exceeded max depth") }
        index &+= 1
        var items: [SchemaValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            items.append(try value(depth: depth &+ 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw unexpected("after array element") }
        }
    }

    private func peek(_ character: Unicode.Scalar) -> Bool { index < bytes.count && bytes[index] == UInt8(ascii: character) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek(character) else { return false }
        index &+= 1
        return true
    }

    private mutating func literal(_ text: String, _ value: SchemaValue) throws(Failure) -> SchemaValue {
        for byte in text.utf8 {
            guard index < bytes.count, bytes[index] == byte else {
                throw unexpected("in literal \(text) (expecting '\(Unicode.Scalar(byte))')")
            }
            index &+= 1
        }
        return value
    }

    // MARK: numbers

    private mutating func number() throws(Failure) -> String {
        let start = index
        if take("-"), !isDigit { throw unexpected("in numeric literal") }
        if !take("0") { skipDigits() }
        if take(".") {
            guard isDigit else { throw unexpected("after decimal point in numeric literal") }
            skipDigits()
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard isDigit else { throw unexpected("in exponent of numeric literal") }
            skipDigits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private var isDigit: Bool { index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) }

    private mutating func skipDigits() {
        while isDigit { index &+= 1 }
    }

    // MARK: strings

    private mutating func string() throws(Failure) -> String {
        index &+= 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index &+= 1
                return String(decoding: bytes[start..<index &- 1], as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(Array(bytes[start..<index])) }
            if byte < 0x20 { throw unexpected("in string literal") }
            index &+= 1
        }
        throw unexpected("")
    }

    private mutating func escapedString(_ beginning: [UInt8]) throws(Failure) -> String {
        var text = beginning
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 { throw unexpected("in string literal") }
            index &+= 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
                continue
            }
            guard index < bytes.count else { break }
            let escape = bytes[index]
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0c)
            case UInt8(ascii: "n"): text.append(0x0a)
            case UInt8(ascii: "r"): text.append(0x0d)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                index &+= 1
                text += Array(String(try unicodeEscape()).utf8)
                continue
            default: throw unexpected("in string escape code")
            }
            index &+= 1
        }
        throw unexpected("")
    }

    /// The character behind `\u`; half a surrogate pair becomes U+FFFD.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{fffd}"
        let unit = try hexUnit()
        guard (0xd800..<0xe000).contains(unit) else { return Unicode.Scalar(unit) ?? replacement }
        let before = index
        guard unit < 0xdc00, take("\\"), take("u") else {
            index = before
            return replacement
        }
        let low = try hexUnit()
        guard (0xdc00..<0xe000).contains(low) else {
            index = before
            return replacement
        }
        return Unicode.Scalar(0x10000 &+ ((unit &- 0xd800) << 10) &+ (low &- 0xdc00)) ?? replacement
    }

    private mutating func hexUnit() throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 0x80 else {
                throw unexpected("in \\u hexadecimal character escape")
            }
            unit = unit << 4 | UInt32(truncatingIfNeeded: digit)
            index &+= 1
        }
        return unit
    }
}
