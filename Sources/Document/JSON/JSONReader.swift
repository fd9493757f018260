/// Reads one JSON value from bytes: RFC 8259 to the letter, as encoding/json.
struct JSONReader: ~Copyable {
    struct Failure: Error {
        var problem: DocumentError.Problem
        var offset: Int
        var expected: String?
    }

    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let maxDepth: Int
    private var index = 0
    private var builder = TreeBuilder()
    private var unescaped = MoveStack<UInt8>()

    init(_ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int) {
        // The pointer of an empty buffer is never read: `count` is 0.
        base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
        self.maxDepth = maxDepth
    }

    mutating func read() throws(Failure) -> Value {
        repeat {
            try step()
        } while builder.depth > 0
        skipSpace()
        if index < count { throw failure("text behind the end of the value", expected: "nothing more") }
        return builder.takeRoot()
    }

    /// Reads one value, or the beginning of one, and the punctuation behind it.
    @inline(__always)
    private mutating func step() throws(Failure) {
        skipSpace()
        guard index < count else { throw end() }
        let byte = base[index]
        switch byte {
        case UInt8(ascii: "\""):
            let text = try string()
            builder.add(.string(String(decoding: text, as: UTF8.self)))
        case UInt8(ascii: "{"):
            try begin(mapping: true)
            skipSpace()
            if peek(UInt8(ascii: "}")) {
                index &+= 1
                builder.add(builder.end().value)
            } else {
                try key()
                return
            }
        case UInt8(ascii: "["):
            try begin(mapping: false)
            skipSpace()
            if peek(UInt8(ascii: "]")) {
                index &+= 1
                builder.add(builder.end().value)
            } else {
                return
            }
        case UInt8(ascii: "t"):
            try literal("true")
            builder.add(.bool(true))
        case UInt8(ascii: "f"):
            try literal("false")
            builder.add(.bool(false))
        case UInt8(ascii: "n"):
            try literal("null")
            builder.add(.null)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            builder.add(try number())
        default:
            throw failure("no JSON value begins here", expected: "a value")
        }
        try punctuation()
    }

    /// What follows a finished value: a comma and the next key, or ends.
    @inline(__always)
    private mutating func punctuation() throws(Failure) {
        while builder.depth > 0 {
            let isMapping = builder.isInMapping
            skipSpace()
            guard index < count else { throw end() }
            let byte = base[index]
            if byte == UInt8(ascii: ",") {
                index &+= 1
                if isMapping {
                    skipSpace()
                    try key()
                }
                return
            }
            guard byte == (isMapping ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw failure("a comma is missing", expected: isMapping ? "\",\" or \"}\"" : "\",\" or \"]\"")
            }
            index &+= 1
            builder.add(builder.end().value)
        }
    }

    @inline(__always)
    private mutating func begin(mapping: Bool) throws(Failure) {
        guard builder.depth < maxDepth else { throw Failure(problem: .limit("nesting depth", maxDepth), offset: index) }
        builder.begin(mapping: mapping)
        index &+= 1
    }

    @inline(__always)
    private mutating func key() throws(Failure) {
        guard peek(UInt8(ascii: "\"")) else {
            throw index < count ? failure("no key", expected: "a key in double quotes") : end()
        }
        let text = try string()
        let (key, hash) = builder.keys.key(text)
        builder.setKey(key, mark: .init(hash: hash, line: 0, column: 0))
        skipSpace()
        guard peek(UInt8(ascii: ":")) else { throw index < count ? failure("a key without a value", expected: "\":\"") : end() }
        index &+= 1
    }

    // MARK: scalars

    /// A string's content: a stretch of the input, or of `unescaped` where it has
    /// escapes; good until the next string is read.
    @inline(__always)
    private mutating func string() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        let opening = index
        index &+= 1
        let start = index
        // Eight bytes at a time: stops at a quote, a backslash or a control character.
        while index &+ 8 <= count {
            let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222, backslash = word ^ 0x5c5c_5c5c_5c5c_5c5c
            let found =
                ((quote &- 0x0101_0101_0101_0101) & ~quote) | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)
                | ((word &- 0x2020_2020_2020_2020) & ~word)
            if found & 0x8080_8080_8080_8080 != 0 { break }
            index &+= 8
        }
        while index < count {
            let byte = base[index]
            if byte == UInt8(ascii: "\"") {
                let bytes = UnsafeBufferPointer(start: base + start, count: index &- start)
                index &+= 1
                return bytes
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start, opening: opening) }
            if byte < 0x20 { throw failure("a control character in a string", expected: "an escape such as \\n") }
            index &+= 1
        }
        throw Failure(problem: .syntax("a string is not closed"), offset: opening, expected: "the closing quote")
    }

    @inline(never)
    private mutating func escapedString(from start: Int, opening: Int) throws(Failure) -> UnsafeBufferPointer<UInt8> {
        unescaped.truncate(to: 0)
        for offset in start..<index { unescaped.push(base[offset]) }
        while index < count {
            let byte = base[index]
            if byte == UInt8(ascii: "\"") {
                index &+= 1
                return UnsafeBufferPointer(unescaped.elements(from: 0))
            }
            if byte < 0x20 { throw failure("a control character in a string", expected: "an escape such as \\n") }
            index &+= 1
            if byte != UInt8(ascii: "\\") {
                unescaped.push(byte)
                continue
            }
            guard index < count else { break }
            let escape = base[index]
            index &+= 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.push(escape)
            case UInt8(ascii: "n"): unescaped.push(0x0a)
            case UInt8(ascii: "t"): unescaped.push(0x09)
            case UInt8(ascii: "r"): unescaped.push(0x0d)
            case UInt8(ascii: "b"): unescaped.push(0x08)
            case UInt8(ascii: "f"): unescaped.push(0x0c)
            case UInt8(ascii: "u"):
                for unit in UTF8.encode(try unicodeEscape()) ?? UTF8.encodedReplacementCharacter { unescaped.push(unit) }
            default:
                index &-= 2
                throw failure("an escape that JSON does not know", expected: "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
            }
        }
        throw Failure(problem: .syntax("a string is not closed"), offset: opening, expected: "the closing quote")
    }

    /// The character behind `\u`; two escapes may make up one. A surrogate
    /// without its other half becomes U+FFFD, and what follows it stands.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{fffd}"
        let unit = try hexUnit()
        guard unit >= 0xd800, unit < 0xe000 else { return Unicode.Scalar(unit) ?? replacement }
        guard unit < 0xdc00, index &+ 1 < count, base[index] == UInt8(ascii: "\\"), base[index &+ 1] == UInt8(ascii: "u") else {
            return replacement
        }
        let before = index
        index &+= 2
        let low = try hexUnit()
        guard low >= 0xdc00, low < 0xe000 else {
            index = before
            return replacement
        }
        return Unicode.Scalar(0x10000 &+ ((unit &- 0xd800) << 10) &+ (low &- 0xdc00)) ?? replacement
    }

    private mutating func hexUnit() throws(Failure) -> UInt32 {
        guard index &+ 4 <= count,
            let value = Number.unsigned(UnsafeBufferPointer(start: base + index, count: 4), from: 0, base: 16)
        else { throw failure("an incomplete \\u escape", expected: "four hexadecimal digits") }
        index &+= 4
        return UInt32(truncatingIfNeeded: value)
    }

    @inline(__always)
    private mutating func number() throws(Failure) -> Value {
        let start = index
        var value: Int64 = 0
        let isNegative = base[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        let digits = index
        while index < count, index &- digits < 18, case let digit = base[index] &- UInt8(ascii: "0"), digit < 10 {
            value = value &* 10 &+ Int64(digit)
            index &+= 1
        }
        let length = index &- digits
        guard length > 0 else { throw failure("a number without digits", expected: "a digit") }
        let next = index < count ? base[index] : 0
        let goesOn = next &- UInt8(ascii: "0") < 10 || next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e")
        if length > 1, base[digits] == UInt8(ascii: "0") {
            throw Failure(problem: .syntax("a number with a leading zero"), offset: start)
        }
        if goesOn { return try longNumber(from: start, digits: digits) }
        // Only a double has a zero below zero.
        return isNegative && value == 0 ? .double(-0.0) : .int(isNegative ? -value : value)
    }

    @inline(never)
    private mutating func longNumber(from start: Int, digits: Int) throws(Failure) -> Value {
        index = digits
        skipDigits()
        if index &- digits > 1, base[digits] == UInt8(ascii: "0") {
            throw Failure(problem: .syntax("a number with a leading zero"), offset: start)
        }
        var isWhole = true
        if peek(UInt8(ascii: ".")) {
            isWhole = false
            index &+= 1
            if skipDigits() == 0 { throw failure("a number without digits behind the point", expected: "a digit") }
        }
        if index < count, base[index] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            index &+= 1
            if peek(UInt8(ascii: "-")) || peek(UInt8(ascii: "+")) { index &+= 1 }
            if skipDigits() == 0 { throw failure("an exponent without digits", expected: "a digit") }
        }
        let bytes = UnsafeBufferPointer(start: base + start, count: index &- start)
        if isWhole, let value = Int64(String(decoding: bytes, as: UTF8.self)) { return .int(value) }
        guard let value = Number.double(bytes) else {
            throw Failure(problem: .syntax("a number beyond what a double holds"), offset: start)
        }
        return .double(value)
    }

    @discardableResult
    private mutating func skipDigits() -> Int {
        let start = index
        while index < count, base[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        return index &- start
    }

    @inline(__always)
    private mutating func literal(_ word: StaticString) throws(Failure) {
        let size = word.utf8CodeUnitCount
        var matches = count &- index >= size
        var offset = 0
        while matches, offset < size {
            matches = base[index &+ offset] == word.utf8Start[offset]
            offset &+= 1
        }
        guard matches else { throw failure("no JSON value begins here", expected: "a value") }
        index &+= size
    }

    // MARK: bytes

    @inline(__always)
    private mutating func skipSpace() {
        while index < count, case let byte = base[index], byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            index &+= 1
        }
    }

    @inline(__always)
    private func peek(_ byte: UInt8) -> Bool { index < count && base[index] == byte }

    private func failure(_ text: String, expected: String? = nil) -> Failure {
        Failure(problem: .syntax(text), offset: index, expected: expected)
    }

    private func end() -> Failure { failure("the text ends in the middle of a value") }
}
