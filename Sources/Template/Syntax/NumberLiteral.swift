/// A number in a template: what it can be, as Go's untyped constants can be several things.
struct NumberLiteral: Sendable {
    var text: String
    var int: Int64?
    var unsigned: UInt64?
    var float: Double?
    /// An imaginary number keeps both its parts.
    var complex: ComplexNumber?

    /// Whether it counts as a float64 where no type is asked for: it is written as one.
    private var isFloat = false

    /// The constant where no type is asked for: an int, or a float64 when it is written as one. Nil: it does not fit an int.
    var ideal: Datum? {
        if let complex { return .object(complex) }
        if isFloat, let float { return .float(float) }
        return int.map { .int($0) }
    }

    private static let floatMarks = Array(".eEpP".utf8)

    /// Reads a number token. The error text is Go's.
    init(_ text: String, _ kind: Token.Kind) throws(NumberFault) {
        self.text = text
        if kind == .charConstant {
            guard let value = goCharacterConstant(text) else {
                // strconv refuses a bad escape; one more character is the template's own complaint.
                throw NumberFault(
                    text: startsWithCharacter(text) ? "malformed character constant: \(text)" : "invalid syntax")
            }
            int = value
            unsigned = UInt64(value)
            float = Double(value)
            return
        }
        if kind == .complex || text.hasSuffix("i") {
            try readComplex()
            return
        }
        let isHex = text.utf8.count > 2 && (text.hasPrefix("0x") || text.hasPrefix("0X")) && !text.contains { "pP".contains($0) }
        isFloat = !isHex && text.utf8.contains { Self.floatMarks.contains($0) }
        int = parseInteger(text)
        unsigned = parseUnsigned(text)
        if let int {
            if int == 0 { unsigned = 0 }
            float = Double(int)
        } else if let unsigned {
            float = Double(unsigned)
        } else if let value = parseFloat(text) {
            guard text.utf8.contains(where: { Self.floatMarks.contains($0) }) else {
                throw NumberFault(text: "integer overflow: \(goQuoted(text))")
            }
            float = value
            int = Int64(exactly: value)
            unsigned = UInt64(exactly: value)
        } else {
            throw NumberFault(text: "illegal number syntax: \(goQuoted(text))")
        }
    }

    /// `1+0i` is the number 1; with an imaginary part it is kept as complex.
    private mutating func readComplex() throws(NumberFault) {
        let body = text.dropLast()
        let split = body.indices.dropFirst().last { body[$0] == "+" || body[$0] == "-" }
        let real = split.map { parseFloat(String(body[..<$0])) } ?? 0
        let imaginary = split.map { parseFloat(String(body[$0...])) } ?? parseFloat(String(body))
        guard let real, let imaginary else { throw NumberFault(text: "illegal number syntax: \(goQuoted(text))") }
        complex = ComplexNumber(real: real, imaginary: imaginary)
        guard imaginary == 0 else { return }
        float = real
        int = Int64(exactly: real)
        unsigned = UInt64(exactly: real)
    }
}

/// Why a number is none.
struct NumberFault: Error {
    var text: String
}

/// Go's `strconv.ParseUint(text, 0, 64)`: a prefix tells the base, underscores only between digits.
private func parseUnsigned(_ text: String) -> UInt64? {
    var digits = Substring(text)
    var radix = 10
    let hasUnderscore = digits.contains("_")
    if digits.hasPrefix("0"), digits.utf8.count > 1 {
        switch digits.dropFirst().first {
        case "x", "X": radix = 16
        case "b", "B": radix = 2
        case "o", "O": radix = 8
        default: radix = 8
        }
        let isPrefixed = digits.dropFirst().first?.isLetter == true
        digits = digits.dropFirst(isPrefixed ? 2 : 1)
        if hasUnderscore {
            if digits.hasPrefix("_") { digits = digits.dropFirst() }
        }
    }
    if hasUnderscore {
        if digits.hasPrefix("_") || digits.hasSuffix("_") || digits.contains("__") { return nil }
        digits = Substring(String(digits.filter { $0 != "_" }))
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt64(digits, radix: radix)
}

private func parseInteger(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let body = isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text
    guard let magnitude = parseUnsigned(body) else { return nil }
    if isNegative { return magnitude == 1 << 63 ? Int64.min : Int64(exactly: magnitude).map { 0 - $0 } }
    return Int64(exactly: magnitude)
}

private func parseFloat(_ text: String) -> Double? {
    var body = text
    if body.contains("_") {
        guard hasGoodUnderscores(body) else { return nil }
        body = String(body.filter { $0 != "_" })
    }
    let lower = body.lowercased()
    if lower.contains("0x"), !lower.contains("p") { return nil }
    guard body.utf8.contains(where: { (48...57).contains($0) }), let value = Double(body), value.isFinite else { return nil }
    return value
}

/// Underscores stand between digits, or after the prefix of a base.
private func hasGoodUnderscores(_ text: String) -> Bool {
    var rest = text.drop { $0 == "+" || $0 == "-" }
    let isHex = rest.hasPrefix("0x") || rest.hasPrefix("0X")
    var wasDigit = isHex
    if isHex { rest = rest.dropFirst(2) }
    var wasUnderscore = false
    for character in rest {
        let isDigit = isHex ? character.isHexDigit : character.isNumber
        if character == "_" {
            guard wasDigit else { return false }
        } else if wasUnderscore, !isDigit {
            return false
        }
        wasUnderscore = character == "_"
        wasDigit = isDigit
    }
    return !wasUnderscore
}
