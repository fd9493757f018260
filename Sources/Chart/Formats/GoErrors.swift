internal import Document

extension Value {
    /// What encoding/json calls the kind in its errors.
    var jsonName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int, .double: "number"
        case .string: "string"
        case .sequence: "array"
        case .mapping: "object"
        }
    }
}

/// A YAML error in the words of sigs.k8s.io/yaml.
func goYAMLError(_ error: DocumentError) -> String {
    let place = error.position.map { "line \($0.line): " } ?? ""
    return switch error.problem {
    case .syntax(let text): YAMLFault(text).described(at: error.position?.line)
    case .unknownAlias(let name): "error converting YAML to JSON: yaml: unknown anchor '\(name)' referenced"
    case .notText: "error converting YAML to JSON: yaml: control characters are not allowed"
    case .duplicateKey(let key): "error converting YAML to JSON: yaml: \(place)key \"\(key)\" already set in map"
    case .limit, .notEditable: error.description
    }
}

/// A fault of the YAML reader, given back the words and the line go-yaml has for it.
private struct YAMLFault {
    let text: String

    init(_ text: String) { self.text = text }

    /// What our reader says, what go-yaml says, and whether its scanner found it (it counts lines otherwise).
    private static let words: [(ours: String, theirs: String, isScanner: Bool)] = [
        ("a tab is not allowed as indentation", "found a tab character that violates indentation", true),
        ("a tab is not allowed", "found character that cannot start any token", true),
        ("this line does not fit the mapping", "did not find expected key", false),
        ("this line does not fit the sequence", "did not find expected '-' indicator", false),
        ("a key without a value", "could not find expected ':'", true),
        ("\": \" is not allowed here", "mapping values are not allowed in this context", true),
        ("\"- \" is not allowed here", "block sequence entries are not allowed in this context", true),
        ("a quoted text is not closed", "found unexpected end of stream", true),
        ("a new document begins inside a quoted text", "found unexpected document indicator", true),
        ("the sequence in brackets", "did not find expected ',' or ']'", false),
        ("the mapping in braces", "did not find expected ',' or '}'", false),
        ("text behind the end of the document", "did not find expected <document start>", false),
        ("nothing that could be a value", "did not find expected node content", false),
        ("an escape that double quotes do not know", "found unknown escape character", true),
    ]

    func described(at line: Int?) -> String {
        if let mark = goCut(text, " is no number that JSON can hold") {
            let number = mark.before.lowercased().contains("nan") ? "NaN" : mark.before.hasPrefix("-") ? "-Inf" : "+Inf"
            return "error converting YAML to JSON: json: unsupported value: \(number)"
        }
        let known = Self.words.first { text.hasPrefix($0.ours) }
            ?? (text.hasSuffix(" cannot begin a value") ? ("", "found character that cannot start any token", true) : nil)
        guard let known else { return "error converting YAML to JSON: yaml: " + (line.map { "line \($0): " } ?? "") + text }
        // go-yaml counts from 0 where its parser, from 1 where its scanner found the fault; line 0 it leaves out.
        let base = (line ?? 1) - 1
        let shown = known.isScanner && base > 0 ? base + 1 : base
        return "error converting YAML to JSON: yaml: " + (shown > 0 ? "line \(shown): " : "") + known.theirs
    }
}
