/// The lexer's hands: reading bytes without ever leaving the text, and making tokens.
extension Lexer {
    func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    func slice(_ from: Int, _ to: Int) -> ArraySlice<UInt8> { bytes[min(from, to)..<min(to, bytes.count)] }

    func isSpace(at index: Int) -> Bool {
        switch byte(index) {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    /// The first place of two bytes in a row.
    func find(_ first: UInt8, _ second: UInt8, from: Int) -> Int? {
        var index = from
        while index + 1 < bytes.count {
            if bytes[index] == first, bytes[index + 1] == second { return index }
            index += 1
        }
        return nil
    }

    func hasLeftTrimMarker(_ index: Int) -> Bool { byte(index) == UInt8(ascii: "-") && isSpace(at: index + 1) }

    func hasRightTrimMarker(_ index: Int) -> Bool { isSpace(at: index) && byte(index + 1) == UInt8(ascii: "-") }

    func atRightDelimiter(_ index: Int) -> (isDelimiter: Bool, trims: Bool) {
        let brace = UInt8(ascii: "}")
        if hasRightTrimMarker(index), byte(index + 2) == brace, byte(index + 3) == brace { return (true, true) }
        return (byte(index) == brace && byte(index + 1) == brace, false)
    }

    /// The scalar at the position, and how many bytes it takes.
    private func decode() -> (Unicode.Scalar, Int)? {
        guard let first = byte(position) else { return nil }
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        var iterator = bytes[position...].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return ("\u{FFFD}", 1) }
        return (scalar, UTF8.width(scalar))
    }

    func peek() -> Unicode.Scalar? { decode()?.0 }

    mutating func advance() -> Unicode.Scalar? {
        guard let (scalar, width) = decode() else { return nil }
        position += width
        if scalar == "\n" { line += 1 }
        return scalar
    }

    /// Passes letters, digits and underscores.
    mutating func passAlphanumerics() {
        while bytes.indices.contains(position) {
            switch bytes[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                position += 1
            case 0x80...:
                guard let next = peek(), isAlphanumeric(next) else { return }
                _ = advance()
            default: return
            }
        }
    }

    mutating func emit(_ kind: Token.Kind) -> Token {
        let token = Token(kind: kind, start: start, end: position, line: startLine)
        start = position
        startLine = line
        return token
    }

    /// Text is passed without looking at its lines one by one.
    mutating func emitText() -> Token {
        countLines()
        return emit(.text)
    }

    mutating func ignore(upTo end: Int) {
        position = end
        countLines()
        start = position
        startLine = line
    }

    private mutating func countLines() {
        for byte in slice(start, position) where byte == UInt8(ascii: "\n") { line += 1 }
    }

    mutating func error(_ text: String) -> Token {
        fault = text
        return Token(kind: .error, start: start, end: start, line: startLine)
    }

    /// The words of a token.
    func text(of token: Token) -> String {
        switch token.kind {
        case .error: fault
        case .end: "EOF"
        default: String(decoding: slice(token.start, token.end), as: UTF8.self)
        }
    }

    /// A token as Go's parse errors print it.
    func description(of token: Token) -> String {
        let text = text(of: token)
        if token.kind == .end || token.kind == .error { return text }
        if token.kind.isKeyword { return "<\(text)>" }
        guard text.utf8.count > 10 else { return goQuoted(text) }
        var start = String.UnicodeScalarView()
        start.append(contentsOf: text.unicodeScalars.prefix(10))
        return goQuoted(String(start)) + "..."
    }
}

/// A letter, a digit or "_", in Unicode's sense.
func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": return true
    case _ where scalar.value < 0x80: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: return true
    default: return false
    }
}

/// Go's `%#U`: "U+0040 '@'".
func goUnicode(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
    return isPrintable(scalar) ? "\(code) '\(scalar)'" : code
}
