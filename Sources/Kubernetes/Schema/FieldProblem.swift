package import Document

/// A field that is not as its schema asks: what and where, as facts.
package struct FieldProblem: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case unknownField(nearest: String?)
        /// The schema's word and the JSON word: "integer", "string".
        case wrongType(expected: String, found: String)
        case missing
        case unsupported(value: Value, supported: [Value])
        case invalid(value: Value?, String)
        /// A second item of a list whose items are told apart by these keys, or by their value.
        case duplicate(String)
    }

    package var path: DocumentPath
    package var kind: Kind
    /// The Go type with the field ("PodSpec") and the field's own ("int32"), for the API server's decoding text.
    package var goStruct = ""
    package var goType = ""

    package init(_ kind: Kind, at path: DocumentPath) {
        self.kind = kind
        self.path = path
    }
}

extension FieldProblem: CustomStringConvertible {
    /// For people: `spec.replicas: expected integer, found string`.
    package var description: String {
        let what =
            switch kind {
            case .unknownField(let nearest): "unknown field" + (nearest.map { ", did you mean \"\($0)\"?" } ?? "")
            case .wrongType(let expected, let found): "expected \(expected), found \(found)"
            case .missing: "is required"
            case .unsupported(let value, let supported):
                "\(JSON.text(value)) is not supported, use one of " + supported.map { JSON.text($0) }.joined(separator: ", ")
            case .invalid(let value, let text): (value.map { "\(JSON.text($0)) is invalid: " } ?? "") + text
            case .duplicate(let key): "duplicate entries for \(key)"
            }
        let place = path.description
        return place.isEmpty ? what : "\(place): \(what)"
    }

    /// As the API server says it, where it answers with a list of field errors or strict decoding errors.
    package var serverText: String {
        switch kind {
        case .unknownField: return "unknown field \"\(path)\""
        case .wrongType(let expected, let found):
            let named = found == "number" ? "number" : found
            return "\(path): Invalid value: \"\(named)\": \(path) in body must be of type \(expected): \"\(named)\""
        case .missing: return "\(path): Required value"
        case .unsupported(let value, let supported):
            let list = supported.map { JSON.text($0) }.sorted().joined(separator: ", ")
            return "\(path): Unsupported value: \(JSON.text(value)): supported values: \(list)"
        case .invalid(let value, let text): return "\(path): Invalid value: \(value.map { JSON.text($0) } ?? "null"): \(text)"
        case .duplicate(let key): return "\(path): Duplicate value: \(key)"
        }
    }

    /// As Go's JSON decoder says it, for a built-in kind: `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
    package var decodingText: String {
        switch kind {
        case .wrongType(_, let found):
            let names = path.steps.compactMap { step -> String? in if case .key(let key) = step { key } else { nil } }
            let place = names.isEmpty ? "value" : "struct field \(goStruct).\(names.joined(separator: "."))"
            return "json: cannot unmarshal \(found) into Go \(place) of type \(goType)"
        case .unknownField: return "strict decoding error: \(serverText)"
        case .invalid(_, let text): return text
        default: return serverText
        }
    }
}
