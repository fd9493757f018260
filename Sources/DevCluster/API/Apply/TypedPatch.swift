import Document
import Kubernetes

/// Why a patch is not of its type, as structured-merge-diff says it.
enum TypedPatch {
    /// Empty where the patch fits its schema.
    static func misfits(_ value: Value, _ schema: Schema) -> String {
        let texts = schema.problems(in: value).compactMap { problem -> String? in
            switch problem.kind {
            case .unknownField: "\(path(problem.path, in: value, schema)): field not declared in schema"
            case .wrongType(let expected, _):
                "\(path(problem.path, in: value, schema)): " + mismatch(value[problem.path] ?? .null, expected: expected)
            case .duplicate(let key):
                "\(path(DocumentPath(Array(problem.path.steps.dropLast())), in: value, schema)): duplicate entries for \(key)"
            default: nil
            }
        }
        if texts.count == 1, let only = texts.first { return only }
        return texts.isEmpty ? "" : (["errors:"] + texts.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func mismatch(_ value: Value, expected: String) -> String {
        let type =
            switch value {
            case .null: "nil"
            case .bool: "bool"
            case .int: "int64"
            case .double: "float64"
            case .string: "string"
            case .sequence: "[]interface {}"
            case .mapping: "map[string]interface {}"
            }
        switch expected {
        case "integer", "number": return "expected numeric (int or float), got \(type)"
        case "boolean": return "expected boolean, got \(type)"
        case "array": return "expected list, got \(type)"
        case "object": return "expected map, got \(type)"
        default:
            let shown = value.string.map { "\"\($0)\"" } ?? JSON.text(value)
            return "expected \(expected), got &value.valueUnstructured{Value:\(shown)}"
        }
    }

    /// `.spec.template.spec.containers[name="web"].foo`: items of lists with keys are named by them.
    private static func path(_ path: DocumentPath, in value: Value, _ schema: Schema) -> String {
        var elements: [PathElement] = []
        var (value, schema) = (value, schema)
        for step in path.steps {
            switch step {
            case .key(let name):
                elements.append(.field(name))
                value = value[name] ?? .null
                schema = schema.field(name) ?? .any
            case .index(let index):
                let item = value[index] ?? .null
                if case .list(let list) = schema.shape, case .map(let keys) = list.type {
                    elements.append(
                        .key(sorting: keys.compactMap { key in item[key].map { .init(name: key, value: $0) } }))
                } else {
                    elements.append(.index(index))
                }
                value = item
                schema = schema.item ?? .any
            }
        }
        return FieldPath(elements).description
    }
}
