/// HTML in the making. Names of elements and attributes are constants of ours; whatever is not goes in as text or as
/// an attribute's value, and comes out as nothing else.
struct HTML: Sendable {
    private(set) var text = ""

    var count: Int { text.utf8.count }

    /// An element with what `body` puts into it.
    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ body: (inout HTML) -> Void = { _ in }) {
        open(name, attributes)
        body(&self)
        text += "</\(name)>"
    }

    /// An element with a text in it.
    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], text: String) {
        element(name, attributes) { $0.write(text) }
    }

    /// An element that has no end: `meta`, `link`, `input`.
    mutating func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) { open(name, attributes) }

    mutating func write(_ text: String) { Self.escape(text, into: &self.text) }

    mutating func doctype() { text += "<!DOCTYPE html>" }

    /// What is made elsewhere.
    mutating func append(_ other: HTML) { text += other.text }

    private mutating func open(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) {
        text += "<\(name)"
        for (name, value) in attributes {
            text += " \(name)=\""
            Self.escape(value, into: &text)
            text += "\""
        }
        text += ">"
    }

    /// All that could begin or end something; and what could turn a line around or is no character at all.
    private static func escape(_ source: String, into text: inout String) {
        for scalar in source.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "`": text += "&#96;"
            case "\n", "\t": text.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7f}"..."\u{9f}", "\u{200e}", "\u{200f}", "\u{2028}"..."\u{202e}", "\u{2066}"..."\u{2069}", "\u{feff}":
                text.unicodeScalars.append("\u{fffd}")
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// A text as a row of a list has room for it; by scalars, for one letter may have any number of marks.
func clipped(_ text: String, _ most: Int = 120) -> String {
    guard text.unicodeScalars.count > most else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(0, most - 1)))) + "…"
}
