package import Document

/// What OpenAPI v3 asks of a value besides its form; only custom resources have these.
package struct SchemaRules: Sendable, Hashable {
    package var enumeration: [Value]?
    package var minimum: Double?
    package var maximum: Double?
    package var isExclusiveMinimum = false
    package var isExclusiveMaximum = false
    package var multipleOf: Double?
    package var minLength: Int?
    package var maxLength: Int?
    package var minItems: Int?
    package var maxItems: Int?
    package var minProperties: Int?
    package var maxProperties: Int?
    /// In RE2's syntax; the caller brings the matcher.
    package var pattern: String?
    package var format: String?
    package var uniqueItems = false

    package init() {}

    package var isEmpty: Bool { self == SchemaRules() }
}
