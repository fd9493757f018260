/// A text that is not the YAML or JSON it should be: what is wrong, where, and
/// what was expected there.
package struct DocumentError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        /// Not well-formed; the text says what the parser met.
        case syntax(String)
        /// A byte sequence that is not UTF-8, or a NUL: most likely not a text file at all.
        case notText
        case duplicateKey(String)
        case unknownAlias(String)
        /// A mapping or a sequence where a key should be.
        case invalidKey(Value)
        /// "~", "null" or nothing where a key should be, and the value under it.
        case nullKey(value: Value)
        /// `<<` over something that is no mapping.
        case notMergeable
        /// An edit that cannot be made; the text says why.
        case notEditable(String)
        /// One of the limits that keep hostile input from costing much; names the limit and its value.
        case limit(String, Int)
    }

    package var problem: Problem
    /// The file's path as the user knows it; empty where the text came from no file.
    package var file: String
    package var position: SourcePosition?
    /// What would have been right there, where the parser knows.
    package var expected: String?
    /// libyaml's own words, for those who must say what go-yaml says.
    package var parser: ParserFault?

    package init(_ problem: Problem, file: String, position: SourcePosition?, expected: String? = nil) {
        self.problem = problem
        self.file = file
        self.position = position
        self.expected = expected
    }
}

/// What libyaml says of a text it cannot read. Its lines count from 0.
package struct ParserFault: Sendable, Hashable {
    package var problem: String
    package var line: Int
    package var contextLine: Int
    /// Found by the scanner, not by the parser.
    package var isScanner: Bool
    /// Found before anything was scanned: a byte that is no text.
    package var isReader: Bool
}

extension DocumentError: CustomStringConvertible {
    package var description: String {
        var place = file
        if let position { place += "\(file.isEmpty ? "line " : ":")\(position.line):\(position.column)" }
        let what =
            switch problem {
            case .syntax(let text): text
            case .notText: "not a text file (invalid UTF-8 or a NUL byte)"
            case .duplicateKey(let key): "duplicate key \"\(key)\""
            case .notEditable(let text): text
            case .invalidKey: "a mapping or a sequence cannot be a key"
            case .nullKey: "null cannot be a key"
            case .notMergeable: "\"<<\" merges something that is not a mapping"
            case .unknownAlias(let name): "alias \"*\(name)\" has no anchor"
            case .limit(let name, let value): "over the limit: \(name) \(value); make it smaller or divide it"
            }
        return (place.isEmpty ? what : "\(place): \(what)") + (expected.map { ", expected \($0)" } ?? "")
    }
}
