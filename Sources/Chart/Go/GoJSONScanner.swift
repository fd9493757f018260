internal import Template

/// Where the first JSON value of a text ends, or what encoding/json says is wrong with it.
///
/// Go reads a value from a longer text (`--set-json a=1,b=2`) and names the character
/// it stumbled over and the state it was in; our own reader does neither.
struct GoJSONScanner {
    enum Result: Hashable {
        /// The value is whole; the offset of the byte behind it.
        case end(Int)
        /// The text ends inside the value.
        case unfinished
        /// encoding/json's words.
        case failure(String)
    }

    private static let depthLimit = 10_000

    private let bytes: [UInt8]
    private var index: Int
    /// The containers that are open; true for an object.
    private var open: [Bool] = []
    private var problem: Result?

    static func scan(_ bytes: [UInt8], from start: Int = 0) -> Result {
        var scanner = GoJSONScanner(bytes: bytes, index: start)
        return scanner.value()
    }

    private init(bytes: [UInt8], index: Int) {
        self.bytes = bytes
        self.index = index
    }

    private var byte: UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    private mutating func value() -> Result {
        while true {
            skipSpace()
            guard let first = byte else { return .unfinished }
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < Self.depthLimit else { return .failure("exceeded max depth") }
                index += 1
                let isObject = first == UInt8(ascii: "{")
                open.append(isObject)
                skipSpace()
                if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    index += 1
                    open.removeLast()
                } else if isObject {
                    guard key() else { return problem ?? .unfinished }
                    continue
                } else {
                    continue
                }
            case UInt8(ascii: "\""): _ = string()
            case UInt8(ascii: "t"): literal("true")
            case UInt8(ascii: "f"): literal("false")
            case UInt8(ascii: "n"): literal("null")
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): number()
            default: return failure("looking for beginning of value")
            }
            if let problem { return problem }
            if let result = closing() { return result }
        }
    }

    /// What follows a value: ends of containers, then a comma; a result when nothing is open any more.
    private mutating func closing() -> Result? {
        while let isObject = open.last {
            skipSpace()
            guard let next = byte else { return .unfinished }
            if next == UInt8(ascii: ",") {
                index += 1
                guard isObject else { return nil }
                return key() ? nil : problem ?? .unfinished
            }
            guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                return failure(isObject ? "after object key:value pair" : "after array element")
            }
            index += 1
            open.removeLast()
        }
        return .end(index)
    }

    private mutating func key() -> Bool {
        skipSpace()
        guard let first = byte else { return stop(.unfinished) }
        guard first == UInt8(ascii: "\"") else { return stop(failure("looking for beginning of object key string")) }
        guard string() else { return false }
        skipSpace()
        guard let colon = byte else { return stop(.unfinished) }
        guard colon == UInt8(ascii: ":") else { return stop(failure("after object key")) }
        index += 1
        return true
    }

    private mutating func string() -> Bool {
        index += 1
        while let next = byte {
            switch next {
            case UInt8(ascii: "\""):
                index += 1
                return true
            case UInt8(ascii: "\\"):
                index += 1
                guard let escaped = byte else { return stop(.unfinished) }
                if escaped == UInt8(ascii: "u") {
                    for _ in 0..<4 {
                        index += 1
                        guard let digit = byte else { return stop(.unfinished) }
                        guard Self.isHexDigit(digit) else { return stop(failure("in \\u hexadecimal character escape")) }
                    }
                } else if !"bfnrt\\/\"".utf8.contains(escaped) {
                    return stop(failure("in string escape code"))
                }
            case 0..<0x20: return stop(failure("in string literal"))
            default: break
            }
            index += 1
        }
        return stop(.unfinished)
    }

    private mutating func literal(_ word: String) {
        for expected in word.utf8 {
            guard let next = byte else { return problem = .unfinished }
            guard next == expected else {
                problem = failure("in literal \(word) (expecting '\(Character(Unicode.Scalar(expected)))')")
                return
            }
            index += 1
        }
    }

    private mutating func number() {
        if byte == UInt8(ascii: "-") { index += 1 }
        if byte == UInt8(ascii: "0") {
            index += 1
        } else if !digits("in numeric literal") {
            return
        }
        if byte == UInt8(ascii: ".") {
            index += 1
            if !digits("after decimal point in numeric literal") { return }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            index += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { index += 1 }
            _ = digits("in exponent of numeric literal")
        }
    }

    private mutating func digits(_ context: String) -> Bool {
        let start = index
        while let next = byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { index += 1 }
        guard index == start else { return true }
        return stop(byte == nil ? .unfinished : failure(context))
    }

    private mutating func skipSpace() {
        while let next = byte, next == 0x20 || next == 0x09 || next == 0x0a || next == 0x0d { index += 1 }
    }

    private mutating func stop(_ result: Result) -> Bool {
        problem = result
        return false
    }

    private func failure(_ context: String) -> Result {
        .failure("invalid character \(Self.quoted(byte ?? 0)) \(context)")
    }

    /// A byte as Go shows it: as the character of that number, whatever the text's encoding.
    static func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): "'\\''"
        case UInt8(ascii: "\""): "'\"'"
        default: "'\(goQuoted(String(Unicode.Scalar(byte))).dropFirst().dropLast())'"
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}
