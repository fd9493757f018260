/// Tags that change what a scalar means; a tag nobody knows leaves the text as it is.
enum YAMLTag {
    static let prefix = "tag:yaml.org,2002:"

    /// A value that is not what its tag says.
    struct Mismatch: Error {
        var text: String
        var expected: String
    }

    static func value(of text: String, tag: String) throws(Mismatch) -> Value {
        guard tag.hasPrefix(prefix) else { return .string(text) }
        let name = String(tag.dropFirst(prefix.count))
        switch name {
        case "binary":
            guard let bytes = Base64.decode(text) else {
                throw Mismatch(text: "the text under !!binary is not base64", expected: "base64 with padding")
            }
            return .string(String(decoding: bytes, as: UTF8.self))
        case "bool", "int", "float", "null":
            let value = PlainScalar.resolve(text) ?? .string(text)
            switch (name, value) {
            case ("bool", .bool), ("int", .int), ("float", .double), ("null", .null): return value
            case ("int", .double) where UInt64(text) != nil: return value
            case ("float", .int(let number)): return .double(Double(number))
            default: throw Mismatch(text: "\"\(text)\" is \(value.kindName), not !!\(name)", expected: "a value of the tag's type")
            }
        default: return .string(text)
        }
    }
}
