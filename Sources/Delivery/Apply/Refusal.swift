package import Cluster
internal import Document
package import Kubernetes

/// What is said in place of a server's words about a Secret.
let hiddenWords = "its words are not shown because they may hold the value"

extension ClusterError {
    /// The error as it may be shown, logged and stored.
    ///
    /// API servers and webhooks quote what they refuse (`expected string, got &value.valueUnstructured{Value:1234}`,
    /// `Invalid value: "1234"`), and a status is read by people who may not read Secrets. So of what is said
    /// about an object whose values are masked only that is kept which cannot be a value: fields that git
    /// names too, and phrases known beforehand. Every text about an object that comes from a server passes here.
    package func withoutValues(of key: ObjectKey, _ object: Object?) -> ClusterError {
        guard hasMaskedValues(key.groupKind) else { return self }
        var shown = self
        if isSaidBeforeReading {
            shown.causes = []
            return shown
        }
        let fields = object.map { Self.fields(in: causes.map { $0.field + ":" } + [message], of: $0.value) } ?? []
        shown.causes = causes.map { cause in
            let field = object.flatMap { Self.fields(in: [cause.field + ":"], of: $0.value).first }
            return Cause(
                type: "", field: field.map { ".\($0)" } ?? "", message: Self.manager(cause.message).map { "conflict with \"\($0)\"" } ?? "")
        }
        if shown.causes.allSatisfy(\.field.isEmpty), let first = fields.first {
            shown.causes = [Cause(type: "", field: ".\(first)", message: "")]
        }
        let place = fields.isEmpty ? "the object" : fields.prefix(5).map { ".\($0)" }.joined(separator: ", ")
        let what = Self.phrase(in: message).map { ": \($0)" } ?? (Self.reasons.contains(reason) ? " (\(reason.rawValue))" : code > 0 ? " (HTTP \(code))" : "")
        shown.message = "the server refuses \(place)\(what); \(hiddenWords)"
        return shown
    }

    /// Whether it was said by who had not seen the object's values: Martlet itself, the authorizer, a quota.
    private var isSaidBeforeReading: Bool {
        if message.contains("admission webhook") || message.contains("denied") { return false }
        if transport != nil || Self.early.contains(reason) { return true }
        guard reason == .forbidden, let start = message.firstRange(of: " is forbidden: ") else { return false }
        let why = message[start.upperBound...]
        return ["User \"", "unable to create new content in namespace ", "exceeded quota: "].contains { why.hasPrefix($0) }
    }

    private static let early: Set<Reason> = [
        .unreachable, .cancelled, .timeout, .unknownKind, .configuration, .unauthorized, .notFound, .tooManyRequests,
    ]

    /// Reasons that may be shown: a webhook may write anything for one.
    private static let reasons: Set<Reason> = [
        .badRequest, .forbidden, .alreadyExists, .conflict, .invalid, .expired, .internalError, .methodNotAllowed, .malformed,
    ]

    /// What is wrong, in words of this table only.
    private static func phrase(in message: String) -> String? {
        for word in ["string", "map", "list", "boolean", "numeric", "scalar"] where message.contains(": expected \(word)") {
            return "expected \(word == "numeric" ? "a number" : word)"
        }
        // From structured-merge-diff, the field errors of apimachinery and the decoders.
        let phrases = [
            ("field not declared in schema", "field not declared in schema"), ("unknown field", "field not declared in schema"),
            ("illegal base64", "not base64"), ("field is immutable", "the field is immutable"),
            ("duplicate entries", "duplicate entries"), ("cannot unmarshal", "a value of the wrong type"),
            (": Required value", "a value is required"), (": Too long", "too long"), (": Too many", "too many"),
            (": Duplicate value", "a duplicate value"), (": Unsupported value", "an unsupported value"), (": Invalid value", "an invalid value"),
            (": Forbidden", "forbidden"),
        ]
        return phrases.first { message.contains($0.0) }?.1
    }

    /// `conflict with "kubectl" using v1` → `kubectl`.
    private static func manager(_ text: String) -> String? {
        guard text.hasPrefix("conflict with \"") else { return nil }
        let name = text.dropFirst("conflict with \"".count).prefix { $0 != "\"" }
        return name.count <= 128 ? String(name) : nil
    }

    /// The fields of the object that texts name, each once.
    private static func fields(in texts: [String], of value: Value) -> [DocumentPath] {
        var fields: [DocumentPath] = []
        for text in texts {
            var rest = text.prefix(20_000)
            while !rest.isEmpty, fields.count < 10 {
                rest = rest.drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
                let word = rest.prefix { !$0.isWhitespace }
                // A word of a sentence is no field, though one may be called "type".
                if word.contains(where: { $0 == "." || $0 == "[" || $0 == ":" || $0 == "\"" }) {
                    var field = self.field(at: rest, of: value)
                    if field.steps.isEmpty, let values = value["stringData"] {
                        // The server has put `stringData` into `data` before it looks at it.
                        field = self.field(at: rest, of: ["data": values])
                        if !field.steps.isEmpty { field = DocumentPath([.key("stringData")] + field.steps.dropFirst()) }
                    }
                    if !field.steps.isEmpty, !fields.contains(field) { fields.append(field) }
                }
                rest = rest.dropFirst(max(word.count, 1))
            }
        }
        return fields
    }

    /// The way a text begins with, as far as the object has it: made of keys that git has, never of the text.
    private static func field(at text: Substring, of value: Value) -> DocumentPath {
        var rest = text.hasPrefix("Secret.") ? text.dropFirst("Secret.".count) : text
        var value = value
        var path = DocumentPath()
        let ends: Set<Character> = [".", "[", "]", ":", ",", ";", "\"", " "]
        // Below a key of `data` and `stringData` all is value; so it may be below what is no field at all.
        while path.steps.count < (path.steps.first == .key("metadata") ? 10 : 2) {
            if rest.first == "." { rest = rest.dropFirst() }
            let isBracket = rest.first == "["
            if isBracket { rest = rest.dropFirst() }
            if let mapping = value.mapping {
                let keys = mapping.entries.map(\.key).filter { key in
                    !key.isEmpty && rest.hasPrefix(key) && (rest.dropFirst(key.count).first.map { ends.contains($0) } ?? true)
                }
                guard let key = keys.max(by: { $0.count < $1.count }), let next = value[key] else { break }
                path.steps.append(.key(key))
                rest = rest.dropFirst(key.count)
                value = next
            } else if isBracket, let index = Int(rest.prefix { $0 != "]" }), let next = value[index] {
                path.steps.append(.index(index))
                rest = rest.drop { $0 != "]" }
                value = next
            } else {
                break
            }
            if rest.first == "]" { rest = rest.dropFirst() }
        }
        return path
    }
}
