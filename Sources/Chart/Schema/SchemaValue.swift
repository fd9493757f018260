/// A value of a schema document. Numbers keep their text: an error shows `1.0` as it was written,
/// and bounds are compared exactly.
enum SchemaValue: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([SchemaValue])
    case object([SchemaEntry])

    /// The members of an object.
    var entries: [SchemaEntry]? { if case .object(let entries) = self { entries } else { nil } }
    var array: [SchemaValue]? { if case .array(let items) = self { items } else { nil } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// An exact number; nil for another kind and for one with an exponent beyond a million.
    var number: ExactNumber? { if case .number(let text) = self { ExactNumber(text) } else { nil } }

    /// A member of an object; linear, for the few places that need one by name.
    subscript(_ key: String) -> SchemaValue? { entries?.first { $0.key == key }?.value }

    /// The value some tokens of a JSON pointer down.
    func value(at pointer: SchemaPointer) -> SchemaValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object: 
                guard let next = value[token] else { return nil }
                value = next
            case .array(let items):
                guard let index = Int(token), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }
}

/// A member of an object of a schema document.
struct SchemaEntry: Sendable {
    var key: String
    /// Which keyword the key is, looked up once.
    var keyword: SchemaKeyword?
    var value: SchemaValue
}

/// A JSON pointer (RFC 6901) in its escaped text: what places in a document are known by.
struct SchemaPointer: Hashable, Sendable {
    var text: String

    static let root = SchemaPointer(text: "")

    var isRoot: Bool { text.isEmpty }

    func appending(_ token: String) -> SchemaPointer { SchemaPointer(text: "\(text)/\(Self.escaped(token))") }

    func appending(_ keyword: SchemaKeyword) -> SchemaPointer { SchemaPointer(text: "\(text)/\(keyword.rawValue)") }

    /// A token as a pointer has it: `~` and `/` escaped.
    static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        return goReplace(goReplace(token, "~", "~0"), "/", "~1")
    }

    /// The unescaped tokens.
    var tokens: [String] {
        goSplit(text, "/").dropFirst().map { token in
            token.utf8.contains(UInt8(ascii: "~")) ? goReplace(goReplace(token, "~1", "/"), "~0", "~") : token
        }
    }

    /// False where a `~` is followed by anything but 0 and 1.
    var isWellFormed: Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "~") else { return true }
            let next = bytes.dropFirst(index + 1).first
            return next == UInt8(ascii: "0") || next == UInt8(ascii: "1")
        }
    }
}
