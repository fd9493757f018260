import Document
import Kubernetes

/// One fault of an object, in the words of k8s.io/apimachinery/pkg/util/validation/field.
struct FieldError: Sendable, Hashable {
    var field: String
    /// `FieldValueRequired`, `FieldValueInvalid`, …
    var reason: String
    /// What follows the field: `Required value: name is required`.
    var detailText: String

    var description: String { field.isEmpty ? detailText : "\(field): \(detailText)" }

    private init(_ field: String, _ reason: String, _ text: String, _ detail: String) {
        self.field = field
        self.reason = reason
        detailText = detail.isEmpty ? text : "\(text): \(detail)"
    }

    static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(field, "FieldValueRequired", "Required value", detail)
    }

    static func invalid(_ field: String, _ value: Value, _ detail: String) -> FieldError {
        FieldError(field, "FieldValueInvalid", "Invalid value: \(shown(value))", detail)
    }

    static func duplicate(_ field: String, _ value: Value) -> FieldError {
        FieldError(field, "FieldValueDuplicate", "Duplicate value: \(shown(value))", "")
    }

    static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(field, "FieldValueForbidden", "Forbidden", detail)
    }

    static func notFound(_ field: String, _ value: Value) -> FieldError {
        FieldError(field, "FieldValueNotFound", "Not found: \(shown(value))", "")
    }

    static func notSupported(_ field: String, _ value: Value, _ supported: [String]) -> FieldError {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(field, "FieldValueNotSupported", "Unsupported value: \(shown(value))", "supported values: \(list)")
    }

    static func tooLong(_ field: String, _ limit: Int) -> FieldError {
        FieldError(field, "FieldValueTooLong", "Too long", "may not be more than \(limit) bytes")
    }

    static func typeInvalid(_ field: String, _ value: Value, _ detail: String) -> FieldError {
        FieldError(field, "FieldValueTypeInvalid", "Invalid value: \(shown(value))", detail)
    }

    /// A shown value in words of Go that JSON has no form for.
    static func invalid(_ field: String, shown: String, _ detail: String) -> FieldError {
        FieldError(field, "FieldValueInvalid", "Invalid value: \(shown)", detail)
    }

    /// What a custom resource's schema says; nil for unknown fields, which are field validation's business.
    init?(_ problem: FieldProblem) {
        let field = problem.path.description
        let text = problem.serverText
        let detail = text.hasPrefix("\(field): ") ? String(text.dropFirst(field.count + 2)) : text
        switch problem.kind {
        case .unknownField: return nil
        case .missing: self.init(field, "FieldValueRequired", detail, "")
        case .wrongType: self.init(field, "FieldValueTypeInvalid", detail, "")
        case .unsupported: self.init(field, "FieldValueNotSupported", detail, "")
        case .duplicate: self.init(field, "FieldValueDuplicate", detail, "")
        case .invalid: self.init(field, "FieldValueInvalid", detail, "")
        }
    }

    /// A value as Go's `%q` and `%v` print it for the common kinds; anything deep as JSON.
    private static func shown(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .int(let int): "\(int)"
        case .string, .double, .sequence, .mapping: JSON.text(value)
        }
    }
}
