/// Go's `strconv.Quote`: a string in double quotes, whatever is not printable escaped.
/// With `ascii` everything beyond ASCII as well (`%+q`).
package func goQuoted(_ text: String, ascii: Bool = false) -> String {
    var result = "\""
    for scalar in text.unicodeScalars { appendQuoted(scalar, quote: "\"", ascii: ascii, to: &result) }
    return result + "\""
}

/// Go's `strconv.QuoteRune`: `%q` of an integer.
package func goQuoted(scalar value: Int64, ascii: Bool = false) -> String {
    var result = "'"
    let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
    appendQuoted(scalar, quote: "'", ascii: ascii, to: &result)
    return result + "'"
}

private func appendQuoted(_ scalar: Unicode.Scalar, quote: Unicode.Scalar, ascii: Bool, to result: inout String) {
    if scalar == quote || scalar == "\\" {
        result += "\\"
        result.unicodeScalars.append(scalar)
        return
    }
    if ascii ? (scalar.isASCII && isPrintable(scalar)) : isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
        return
    }
    switch scalar {
    case "\u{07}": result += "\\a"
    case "\u{08}": result += "\\b"
    case "\u{0C}": result += "\\f"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{0B}": result += "\\v"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\x" + hex(scalar.value, width: 2)
    case _ where scalar.value < 0x10000: result += "\\u" + hex(scalar.value, width: 4)
    default: result += "\\U" + hex(scalar.value, width: 8)
    }
}

private func hex(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
package func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        return false
    default: return true
    }
}

/// Go's `strconv.Unquote` of a string as the lexer cut it: in double quotes or back quotes. Nil when it is no such string.
func goUnquoted(_ quoted: String) -> String? {
    let bytes = Array(quoted.utf8)
    guard bytes.count >= 2, let quote = bytes.first, bytes.last == quote else { return nil }
    let inner = bytes.dropFirst().dropLast()
    if quote == UInt8(ascii: "`") {
        // Go drops carriage returns from raw strings.
        return String(decoding: inner.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }
    guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
    var result: [UInt8] = []
    var rest = inner
    while !rest.isEmpty {
        guard let character = unquotedCharacter(&rest, quote: quote) else { return nil }
        switch character {
        case .byte(let byte): result.append(byte)
        case .scalar(let scalar): result.append(contentsOf: Array(String(scalar).utf8))
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// The number that a character constant such as `'a'` stands for; nil when it is malformed.
func goCharacterConstant(_ quoted: String) -> Int64? {
    let bytes = Array(quoted.utf8)
    guard bytes.count >= 3 else { return nil }
    var rest = bytes.dropFirst().dropLast()
    guard let character = unquotedCharacter(&rest, quote: UInt8(ascii: "'")), rest.isEmpty else { return nil }
    switch character {
    case .byte(let byte): return Int64(byte)
    case .scalar(let scalar): return Int64(scalar.value)
    }
}

/// Whether a character constant begins with a good character, whatever follows it.
func startsWithCharacter(_ quoted: String) -> Bool {
    var rest = Array(quoted.utf8).dropFirst()
    return unquotedCharacter(&rest, quote: UInt8(ascii: "'")) != nil
}

private enum Unquoted {
    case byte(UInt8)
    case scalar(Unicode.Scalar)
}

/// Takes one character or escape from the front.
private func unquotedCharacter(_ rest: inout ArraySlice<UInt8>, quote: UInt8) -> Unquoted? {
    guard let first = rest.first, first != quote else { return nil }
    if first != UInt8(ascii: "\\") {
        var iterator = rest.makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
            rest = rest.dropFirst()
            return .scalar("\u{FFFD}")
        }
        rest = rest.dropFirst(UTF8.width(scalar))
        return .scalar(scalar)
    }
    rest = rest.dropFirst()
    guard let escape = rest.popFirst() else { return nil }
    func number(_ count: Int, radix: Int) -> UInt32? {
        let digits = rest.prefix(count)
        guard digits.count == count else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let one = Character(Unicode.Scalar(digit)).hexDigitValue, one < radix else { return nil }
            value = value &* UInt32(radix) &+ UInt32(one)
        }
        return value
    }
    switch escape {
    case UInt8(ascii: "a"): return .scalar("\u{07}")
    case UInt8(ascii: "b"): return .scalar("\u{08}")
    case UInt8(ascii: "f"): return .scalar("\u{0C}")
    case UInt8(ascii: "n"): return .scalar("\n")
    case UInt8(ascii: "r"): return .scalar("\r")
    case UInt8(ascii: "t"): return .scalar("\t")
    case UInt8(ascii: "v"): return .scalar("\u{0B}")
    case UInt8(ascii: "\\"): return .scalar("\\")
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return escape == quote ? .scalar(Unicode.Scalar(escape)) : nil
    case UInt8(ascii: "x"):
        guard let value = number(2, radix: 16), let byte = UInt8(exactly: value) else { return nil }
        rest = rest.dropFirst(2)
        return .byte(byte)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
        let count = escape == UInt8(ascii: "u") ? 4 : 8
        guard let value = number(count, radix: 16), let scalar = Unicode.Scalar(value) else { return nil }
        rest = rest.dropFirst(count)
        return .scalar(scalar)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
        guard let low = number(2, radix: 8), let byte = UInt8(exactly: UInt32(escape - 48) &* 64 &+ low) else { return nil }
        rest = rest.dropFirst(2)
        return .byte(byte)
    default: return nil
    }
}
