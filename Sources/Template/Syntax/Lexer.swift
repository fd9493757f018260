/// Cuts a template's text into tokens, one call of `next` at a time.
///
/// The states are those of Go's lexer, because its error texts and line numbers
/// depend on them: a token carries the line it starts on, an error the line of its start.
struct Lexer {
    let bytes: [UInt8]
    /// `break` and `continue` are keywords unless functions have these names.
    let breakIsKeyword: Bool
    let continueIsKeyword: Bool
    var position = 0
    var start = 0
    var line = 1
    var startLine = 1
    private var parenDepth = 0
    private var isInsideAction = false
    private var ending: Token?
    /// What an error token says.
    var fault = ""

    init(bytes: [UInt8], functionNames: Set<String>) {
        self.bytes = bytes
        breakIsKeyword = !functionNames.contains("break")
        continueIsKeyword = !functionNames.contains("continue")
    }

    /// The next token; after an error or the end of the text always the end.
    mutating func next() -> Token {
        if let ending { return ending }
        let token = isInsideAction ? insideAction() : text()
        if token.kind == .error || token.kind == .end {
            ending = Token(kind: .end, start: position, end: position, line: startLine)
        }
        return token
    }

    // MARK: Outside actions

    private mutating func text() -> Token {
        // A loop, not recursion: comments may follow each other without end.
        while true {
            guard let delimiter = find(UInt8(ascii: "{"), UInt8(ascii: "{"), from: position) else {
                position = bytes.count
                if position > start { return emitText() }
                return emit(.end)
            }
            let trims = hasLeftTrimMarker(delimiter + 2)
            var end = delimiter
            if trims {
                while end > start, isSpace(at: end - 1) { end -= 1 }
            }
            if end > start {
                position = end
                let token = emitText()
                ignore(upTo: delimiter)
                return token
            }
            ignore(upTo: delimiter)
            let afterMarker = delimiter + 2 + (trims ? 2 : 0)
            if byte(afterMarker) == UInt8(ascii: "/"), byte(afterMarker + 1) == UInt8(ascii: "*") {
                if let error = comment(from: afterMarker) { return error }
                continue
            }
            position = delimiter + 2
            let token = emit(.leftDelimiter)
            ignore(upTo: afterMarker)
            parenDepth = 0
            isInsideAction = true
            return token
        }
    }

    /// Passes a comment; an error token when it is not closed.
    private mutating func comment(from open: Int) -> Token? {
        ignore(upTo: open)
        guard let close = find(UInt8(ascii: "*"), UInt8(ascii: "/"), from: open + 2) else {
            position = open + 2
            return error("unclosed comment")
        }
        position = close + 2
        let (isDelimiter, trims) = atRightDelimiter(position)
        guard isDelimiter else { return error("comment ends before closing delimiter") }
        var end = position + 2 + (trims ? 2 : 0)
        if trims {
            while isSpace(at: end) { end += 1 }
        }
        ignore(upTo: end)
        return nil
    }

    private mutating func rightDelimiter() -> Token {
        let trims = hasRightTrimMarker(position)
        if trims { ignore(upTo: position + 2) }
        position += 2
        let token = emit(.rightDelimiter)
        if trims {
            var end = position
            while isSpace(at: end) { end += 1 }
            ignore(upTo: end)
        }
        isInsideAction = false
        return token
    }

    // MARK: Inside actions

    private mutating func insideAction() -> Token {
        if atRightDelimiter(position).isDelimiter {
            return parenDepth == 0 ? rightDelimiter() : error("unclosed left paren")
        }
        guard let scalar = advance() else { return error("unclosed action") }
        switch scalar {
        case " ", "\t", "\r", "\n":
            return space()
        case "=":
            return emit(.assign)
        case ":":
            guard byte(position) == UInt8(ascii: "=") else {
                _ = advance()
                return error("expected :=")
            }
            position += 1
            return emit(.declare)
        case "|":
            return emit(.pipe)
        case "\"":
            return quoted("\"", .string, unterminated: "unterminated quoted string")
        case "`":
            while let next = advance() {
                if next == "`" { return emit(.rawString) }
            }
            return error("unterminated raw quoted string")
        case "$":
            return word(.variable, alone: .variable)
        case "'":
            return quoted("'", .charConstant, unterminated: "unterminated character constant")
        case ".":
            if let digit = byte(position), !(48...57).contains(digit) { return word(.field, alone: .dot) }
            position -= 1
            return number()
        case "+", "-", "0"..."9":
            position -= 1
            return number()
        case "(":
            parenDepth += 1
            return emit(.leftParen)
        case ")":
            parenDepth -= 1
            if parenDepth < 0 { return error("unexpected right paren") }
            return emit(.rightParen)
        case _ where isAlphanumeric(scalar):
            return identifier()
        case " "..."~":
            return emit(.character)
        default:
            return error("unrecognized character in action: \(goUnicode(scalar))")
        }
    }

    /// A run of space; a trim marker before the closing delimiter belongs to the delimiter.
    private mutating func space() -> Token {
        while isSpace(at: position) { _ = advance() }
        if atRightDelimiter(position - 1) == (true, true) {
            position -= 1
            if byte(position) == UInt8(ascii: "\n") { line -= 1 }
            if position == start { return rightDelimiter() }
        }
        return emit(.space)
    }

    private mutating func identifier() -> Token {
        passAlphanumerics()
        guard atTerminator() else { return badCharacter() }
        switch Token.Kind.keyword(slice(start, position)) {
        case .breakKeyword? where !breakIsKeyword, .continueKeyword? where !continueIsKeyword:
            return emit(.identifier)
        case let keyword: return emit(keyword ?? .identifier)
        }
    }

    /// A field or a variable whose first character is past.
    private mutating func word(_ kind: Token.Kind, alone: Token.Kind) -> Token {
        if atTerminator() { return emit(alone) }
        passAlphanumerics()
        return atTerminator() ? emit(kind) : badCharacter()
    }

    private mutating func badCharacter() -> Token {
        let next = peek()
        return error("bad character \(next.map { goUnicode($0) } ?? "U+FFFFFFFFFFFFFFFF")")
    }

    /// What may follow a word.
    private func atTerminator() -> Bool {
        switch byte(position) {
        case nil: return true
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "."),
            UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: ")"), UInt8(ascii: "("):
            return true
        default: return byte(position) == UInt8(ascii: "}") && byte(position + 1) == UInt8(ascii: "}")
        }
    }

    private mutating func quoted(_ quote: Unicode.Scalar, _ kind: Token.Kind, unterminated: String) -> Token {
        while let next = advance() {
            if next == quote { return emit(kind) }
            if next == "\n" { break }
            if next == "\\" {
                guard let escaped = advance(), escaped != "\n" else { break }
            }
        }
        return error(unterminated)
    }

    // MARK: Numbers

    private mutating func number() -> Token {
        guard scanNumber() else { return badNumber() }
        guard byte(position) == UInt8(ascii: "+") || byte(position) == UInt8(ascii: "-") else { return emit(.number) }
        guard scanNumber(), byte(position - 1) == UInt8(ascii: "i") else { return badNumber() }
        return emit(.complex)
    }

    private mutating func badNumber() -> Token {
        error("bad number syntax: \(goQuoted(String(decoding: slice(start, position), as: UTF8.self)))")
    }

    /// Takes what looks like a number; whether it is one the parser finds out.
    private mutating func scanNumber() -> Bool {
        accept("+-")
        var digits = "0123456789_"
        if accept("0") {
            if accept("xX") {
                digits = "0123456789abcdefABCDEF_"
            } else if accept("oO") {
                digits = "01234567_"
            } else if accept("bB") {
                digits = "01_"
            }
        }
        acceptRun(digits)
        if accept(".") { acceptRun(digits) }
        if digits.utf8.count == 11, accept("eE") {
            accept("+-")
            acceptRun("0123456789_")
        }
        if digits.utf8.count == 23, accept("pP") {
            accept("+-")
            acceptRun("0123456789_")
        }
        accept("i")
        if let next = peek(), isAlphanumeric(next) {
            _ = advance()
            return false
        }
        return true
    }

    @discardableResult
    private mutating func accept(_ valid: String) -> Bool {
        guard let next = byte(position), valid.utf8.contains(next) else { return false }
        position += 1
        return true
    }

    private mutating func acceptRun(_ valid: String) {
        while let next = byte(position), valid.utf8.contains(next) { position += 1 }
    }
}
