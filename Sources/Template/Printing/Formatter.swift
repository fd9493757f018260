/// Writes values by fmt's verbs, with the flags of one verb of a format.
struct Formatter {
    /// Values in values are printed this deep; beyond it, or in a map that holds itself, "…" stands.
    static let depthLimit = 1000

    /// Where writing stops: lists that hold each other twice print to any length. The caller finds it too long.
    static let sizeLimit = 12 << 20

    var output = ""
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    /// `%+v` and `%#v`, where the flag changes the verb instead of its number format.
    var plusV = false
    var sharpV = false
    var width: Int?
    var precision: Int?

    mutating func clearFlags() {
        (plus, minus, sharp, space, zero, plusV, sharpV) = (false, false, false, false, false, false, false)
        (width, precision) = (nil, nil)
    }

    /// An operand under a verb.
    mutating func print(_ value: Datum, _ verb: Unicode.Scalar) {
        switch verb {
        case "T": return value.isNil ? pad("<nil>") : pad(value.typeName, truncated: true)
        // "%w" wraps an error, which nothing here is.
        case "p", "w": return badVerb(value, verb)
        case "v": if value.isNil { return pad("<nil>") }
        default: if value.isNil { return badVerb(value, verb) }
        }
        write(value, verb, depth: 0)
    }

    mutating func write(_ value: Datum, _ verb: Unicode.Scalar, depth: Int) {
        switch value {
        case .undefined, .null: output += sharpV ? "interface {}(nil)" : "<nil>"
        case .bool(let bool):
            if verb == "t" || verb == "v" { pad(bool ? "true" : "false") } else { badVerb(value, verb) }
        case .int(let int, let type): write(int, type, verb)
        case .float(let double): write(double, verb)
        case .string(let text): write(text, verb)
        case .object(let object): write(object, verb, depth: depth)
        case .list(let items, let element):
            if isFull(depth) { return output += "…" }
            if element == .uint8, verb == "s" || verb == "q" || verb == "x" || verb == "X" {
                return write(bytes(items), verb)
            }
            output += sharpV ? value.typeName + "{" : "["
            for (index, item) in items.enumerated() {
                if index > 0 { output += sharpV ? ", " : " " }
                write(item, verb, depth: depth + 1)
            }
            output += sharpV ? "}" : "]"
        case .map(let map):
            if isFull(depth) { return output += "…" }
            output += sharpV ? map.typeName + "{" : "map["
            for (index, key) in map.sortedKeys.enumerated() {
                if index > 0 { output += sharpV ? ", " : " " }
                write(key, verb)
                output += ":"
                write(map[key] ?? .null, verb, depth: depth + 1)
            }
            output += sharpV ? "}" : "]"
        }
    }

    private func isFull(_ depth: Int) -> Bool { depth > Self.depthLimit || output.utf8.count > Self.sizeLimit }

    private func bytes(_ items: [Datum]) -> String {
        let bytes = items.map { item -> UInt8 in
            if case .int(let value, _) = item { UInt8(truncatingIfNeeded: value) } else { 0 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `%!d(string=x)`
    mutating func badVerb(_ value: Datum, _ verb: Unicode.Scalar) {
        output += "%!\(verb)("
        if value.isNil {
            output += "<nil>"
        } else {
            output += value.typeName + "="
            write(value, "v", depth: 0)
        }
        output += ")"
    }

    // MARK: Padding

    /// Writes a text in the field's width; `truncated` to the precision first.
    mutating func pad(_ text: String, truncated: Bool = false) {
        let text = truncated ? shortened(text) : text
        let missing = (width ?? 0) - (width == nil ? 0 : text.unicodeScalars.count)
        guard missing > 0 else { return output += text }
        if minus {
            output += text
            fill(missing, " ")
        } else {
            fill(missing, zero ? "0" : " ")
            output += text
        }
    }

    mutating func fill(_ count: Int, _ character: Character) {
        if count > 0 { output += String(repeating: character, count: count) }
    }

    private func shortened(_ text: String) -> String {
        guard let precision, text.utf8.count > precision else { return text }
        var start = String.UnicodeScalarView()
        start.append(contentsOf: text.unicodeScalars.prefix(precision))
        return String(start)
    }

    // MARK: Strings

    mutating func write(_ text: String, _ verb: Unicode.Scalar) {
        switch verb {
        case "v" where !sharpV, "s":
            if width == nil, precision == nil { output += text } else { pad(text, truncated: true) }
        case "q", "v":
            let text = shortened(text)
            pad(sharp && fitsRawQuotes(text) ? "`\(text)`" : goQuoted(text, ascii: plus))
        case "x", "X": pad(hexadecimal(text, isUpper: verb == "X"))
        default: badVerb(.string(text), verb)
        }
    }

    /// Go's `strconv.CanBackquote`.
    private func fitsRawQuotes(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar == "\t" || (scalar.value >= 0x20 && scalar != "`" && scalar.value != 0x7F && scalar != "\u{FEFF}")
        }
    }

    private func hexadecimal(_ text: String, isUpper: Bool) -> String {
        let prefix = sharp ? (isUpper ? "0X" : "0x") : ""
        let bytes = precision.map { Array(text.utf8.prefix($0)) } ?? Array(text.utf8)
        var result = bytes.isEmpty ? "" : prefix
        for (index, byte) in bytes.enumerated() {
            if space, index > 0 { result += " " + prefix }
            let hex = String(byte, radix: 16, uppercase: isUpper)
            result += hex.utf8.count == 1 ? "0" + hex : hex
        }
        return result
    }
}
