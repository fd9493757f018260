/// Texts on their way into a query: whatever a name holds, it stays a name.
package enum PromQL {
    /// A string literal in double quotes.
    package static func quoted(_ text: String) -> String { "\"\(escaped(text, in: "\""))\"" }

    /// The inside of a string literal, with Go's escapes ("Querying basics", "String literals").
    static func escaped(_ text: String, in quote: Character) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    output += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                } else {
                    if Character(scalar) == quote { output += "\\" }
                    output.unicodeScalars.append(scalar)
                }
            }
        }
        return output
    }

    /// An RE2 pattern that matches a text alone.
    static func literalPattern(_ text: String) -> String { quotedForExpression(text) }

    /// An RE2 pattern that matches one of several names; none of them, where there are none.
    static func pattern(anyOf names: some Sequence<String>) -> String {
        let names = Set(names).sorted()
        // Prometheus anchors patterns, and no label holds this character.
        return names.isEmpty ? "\\x00" : names.map(literalPattern).joined(separator: "|")
    }

    /// `label=~"pattern"`.
    static func matches(_ label: String, _ pattern: String) -> String { "\(label)=~\(quoted(pattern))" }

    static func matches(_ label: String, anyOf names: some Sequence<String>) -> String { matches(label, pattern(anyOf: names)) }

    static func equals(_ label: String, _ value: String) -> String { "\(label)=\(quoted(value))" }
}
