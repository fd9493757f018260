internal import Document
internal import Template

/// A YAML error in the words of sigs.k8s.io/yaml.
func goYAMLError(_ error: DocumentError) -> String {
    let start = "error converting YAML to JSON: "
    if let fault = error.parser { return start + "yaml: " + fault.goText }
    let place = error.position.map { "line \($0.line): " } ?? ""
    switch error.problem {
    case .syntax(let text):
        if let mark = goCut(text, " is no number that JSON can hold") {
            let number = mark.before.lowercased().contains("nan") ? "NaN" : mark.before.hasPrefix("-") ? "-Inf" : "+Inf"
            return start + "json: unsupported value: \(number)"
        }
        return start + "yaml: " + place + text
    case .unknownAlias(let name): return start + "yaml: unknown anchor '\(name)' referenced"
    case .notText: return start + "yaml: control characters are not allowed"
    case .duplicateKey(let key): return start + "yaml: \(place)key \"\(key)\" already set in map"
    case .invalidKey(let value): return start + "yaml: invalid map key: " + value.goSyntax
    case .nullKey(let value): return start + "unsupported map key of type: %!s(<nil>), key: <nil>, value: " + (value.isNull ? "<nil>" : value.goSyntax)
    case .notMergeable: return start + "yaml: map merge requires map or sequence of maps as the value"
    case .limit, .notEditable: return error.description
    }
}

extension ParserFault {
    /// go-yaml's text: it counts lines from 0 where its parser, from 1 where its scanner
    /// found the fault, and leaves line 0 out.
    fileprivate var goText: String {
        let shown = line == 0 ? contextLine : isScanner ? line + 1 : line
        return (shown == 0 ? "" : "line \(shown): ") + problem
    }
}

extension Value {
    /// Go's `%#v` of what go-yaml makes of a value.
    fileprivate var goSyntax: String {
        switch self {
        case .null: return "interface {}(nil)"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .double(let value): return goFloat(value)
        case .string(let text): return goQuoted(text)
        case .sequence(let items): return "[]interface {}{" + items.map(\.goSyntax).joined(separator: ", ") + "}"
        case .mapping(let mapping):
            let entries = mapping.sorted.map { "\(goQuoted($0.key)):\($0.value.goSyntax)" }
            return "map[interface {}]interface {}{" + entries.joined(separator: ", ") + "}"
        }
    }
}
