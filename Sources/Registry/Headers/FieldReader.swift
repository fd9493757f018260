/// Words, signs and quoted strings of a header field, never past its end.
struct FieldReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(where condition: (UInt8) -> Bool) { rest = rest.drop(while: condition) }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes spaces and the sign, or nothing at all.
    mutating func skippingSpace(then byte: UInt8) -> Bool {
        let after = rest.drop(while: Self.isSpace)
        guard after.first == byte else { return false }
        rest = after.dropFirst()
        return true
    }

    /// RFC 9110 5.6.2; empty where none is.
    mutating func token() -> String { take { $0.isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) } }

    mutating func take(_ condition: (UInt8) -> Bool) -> String {
        let word = rest.prefix(while: condition)
        rest = rest[word.endIndex...]
        return String(decoding: Array(word), as: UTF8.self)
    }

    /// A token or a quoted string; nil for a quote that is never closed.
    mutating func value() -> String? {
        guard skip(UInt8(ascii: "\"")) else {
            // Not quite a token: some servers write URLs without quotes.
            return take { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") && !Self.isSpace($0) }
        }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { return nil }
                bytes.append(escaped)
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }

    /// The credentials of `Negotiate` and others: a word that ends the challenge and is not the name of a parameter.
    mutating func skipToken68() {
        var copy = self
        copy.skip(where: Self.isSpace)
        let word = copy.take { $0.isAlphanumeric || "-._~+/".utf8.contains($0) }
        let padding = copy.take { $0 == UInt8(ascii: "=") }
        copy.skip(where: Self.isSpace)
        guard !word.isEmpty, copy.isAtEnd || copy.rest.first == UInt8(ascii: ","), padding.isEmpty || padding.utf8.count <= 2 else { return }
        self = copy
    }
}
