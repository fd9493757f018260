/// Replacing, as Go's `regexp` does.
extension RegularExpression {
    /// Every match replaced, `$1`, `$name` and `${name}` in the replacement expanded.
    package func replaceAll(_ text: String, with replacement: String) -> String {
        let parts = Self.parts(of: replacement, names: groupNames)
        return replace(text) { bytes, match, output in
            for part in parts {
                switch part {
                case .literal(let literal): output += literal
                case _ where output.count > Self.longestResult: return
                case .groups(let candidates):
                    // Of several groups of one name the first that took part counts.
                    for group in candidates where match.groups.indices.contains(group) {
                        guard let range = match.groups[group] else { continue }
                        output += bytes[range]
                        break
                    }
                }
            }
        }
    }

    /// Every match replaced by the text as it stands.
    package func replaceAllLiteral(_ text: String, with replacement: String) -> String {
        replace(text) { _, _, output in output += replacement.utf8 }
    }

    /// The text with Go's special characters escaped.
    package static func quoteMeta(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if #"\.+*?()|[]{}^$"#.utf8.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Where replacing stops: a short text and a long replacement make more than memory holds. The caller finds it too long.
    private static let longestResult = 40 << 20

    private func replace(
        _ text: String, _ insert: (UnsafeBufferPointer<UInt8>, Match, inout [UInt8]) -> Void
    ) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var lastEnd = 0
            var position = 0
            while position <= bytes.count, output.count <= Self.longestResult, let match = match(bytes, from: position) {
                let range = match.range
                output += bytes[lastEnd..<range.lowerBound]
                // Not for an empty match right after another match.
                if range.upperBound > lastEnd || range.lowerBound == 0 { insert(bytes, match, &output) }
                lastEnd = range.upperBound
                let width = Self.scalarWidth(bytes, at: position)
                if position + width > range.upperBound {
                    position += width
                } else if position + 1 > range.upperBound {
                    position += 1
                } else {
                    position = range.upperBound
                }
            }
            output += bytes[lastEnd...]
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// A replacement taken apart once, not for each match.
    private enum Part {
        case literal([UInt8])
        case groups([Int])
    }

    private static func parts(of replacement: String, names: [String]) -> [Part] {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = Substring(replacement)
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar].utf8
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                literal.append(UInt8(ascii: "$"))
                rest.removeFirst()
            } else if let (name, after) = groupName(rest) {
                parts.append(.literal(literal))
                literal = []
                rest = after
                if let number = groupNumber(name) {
                    parts.append(.groups([number]))
                } else {
                    parts.append(.groups(names.indices.filter { names[$0] == name && $0 > 0 }))
                }
            } else {
                literal.append(UInt8(ascii: "$"))
            }
        }
        literal += rest.utf8
        parts.append(.literal(literal))
        return parts
    }

    /// The name after a `$` and what follows it.
    private static func groupName(_ text: Substring) -> (name: Substring, rest: Substring)? {
        let braced = text.first == "{"
        let inner = braced ? text.dropFirst() : text
        let name = inner.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        guard !name.isEmpty else { return nil }
        let rest = inner[name.endIndex...]
        guard braced else { return (name, rest) }
        guard rest.first == "}" else { return nil }
        return (name, rest.dropFirst())
    }

    /// A group's number; nil for what Go takes as a name, such as `01`.
    private static func groupNumber(_ name: Substring) -> Int? {
        guard name.utf8.allSatisfy({ (48...57).contains($0) }), name.utf8.count < 10 else { return nil }
        if name.utf8.first == 48, name.utf8.count > 1 { return nil }
        return Int(name)
    }
}
