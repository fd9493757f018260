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
    case .syntax(let text): "error converting YAML to JSON: yaml: \(text.hasPrefix("line ") ? "" : place)\(text)"
    case .unknownAlias(let name): "error converting YAML to JSON: yaml: unknown anchor '\(name)' referenced"
    case .notText: "error converting YAML to JSON: yaml: control characters are not allowed"
    case .duplicateKey(let key): "error converting YAML to JSON: yaml: \(place)key \"\(key)\" already set in map"
    case .limit, .notEditable: error.description
    }
}
