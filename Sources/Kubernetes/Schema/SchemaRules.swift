package import Document

/// What OpenAPI v3 asks of a value besides its form; only custom resources have these.
package struct SchemaRules: Sendable, Hashable {
    package var enumeration: [Value]?
    package var minimum: Double?
    package var maximum: Double?
    package var isExclusiveMinimum = false
    package var isExclusiveMaximum = false
    package var multipleOf: Double?
    package var minLength: Int64?
    package var maxLength: Int64?
    package var minItems: Int64?
    package var maxItems: Int64?
    package var minProperties: Int64?
    package var maxProperties: Int64?
    /// In RE2's syntax; who checks brings the matcher.
    package var pattern: String?
    package var format: String?
    package var uniqueItems = false
    /// Schemas that only ask, and name no fields of their own.
    package var allOf: [Schema] = []
    package var anyOf: [Schema] = []
    package var oneOf: [Schema] = []
    package var not: [Schema] = []

    package init() {}

    package var isEmpty: Bool { self == SchemaRules() }
}
