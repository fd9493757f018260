/// The keywords that mean something to validation, in any draft.
enum SchemaKeyword: String, Sendable, CaseIterable {
    case schema = "$schema", id = "$id", oldID = "id", anchor = "$anchor", vocabulary = "$vocabulary", comment = "$comment"
    case ref = "$ref", recursiveRef = "$recursiveRef", recursiveAnchor = "$recursiveAnchor"
    case dynamicRef = "$dynamicRef", dynamicAnchor = "$dynamicAnchor"
    case defs = "$defs", definitions
    case allOf, anyOf, oneOf, not, `if`, then, `else`
    case properties, patternProperties, additionalProperties, propertyNames, unevaluatedProperties
    case dependencies, dependentSchemas, dependentRequired
    case items, additionalItems, prefixItems, contains, unevaluatedItems
    case type, const, `enum`, format, pattern, required
    case multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum
    case maxLength, minLength, maxItems, minItems, uniqueItems, maxProperties, minProperties, maxContains, minContains
    case contentEncoding, contentMediaType, contentSchema
    case title, description, deprecated, readOnly, writeOnly, examples

    static let named: [String: SchemaKeyword] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// Where schemas lie in a keyword's value.
    enum Position {
        case itself, items, itselfOrItems, members
    }

    /// Where the subschemas are that a draft knows of.
    func subschemas(in draft: SchemaDraft) -> Position? {
        switch self {
        case .definitions, .properties, .patternProperties, .dependencies: .members
        case .not, .additionalProperties, .additionalItems: .itself
        case .allOf, .anyOf, .oneOf: .items
        case .items: .itselfOrItems
        case .propertyNames, .contains: draft >= .v6 ? .itself : nil
        case .if, .then, .else: draft >= .v7 ? .itself : nil
        case .defs, .dependentSchemas: draft >= .v2019 ? .members : nil
        case .unevaluatedProperties, .unevaluatedItems, .contentSchema: draft >= .v2019 ? .itself : nil
        case .prefixItems: draft >= .v2020 ? .items : nil
        default: nil
        }
    }
}

/// A version of JSON Schema.
enum SchemaDraft: Int, Sendable, Comparable {
    case v4 = 4, v6 = 6, v7 = 7, v2019 = 2019, v2020 = 2020

    static let latest = SchemaDraft.v2020

    static func < (left: SchemaDraft, right: SchemaDraft) -> Bool { left.rawValue < right.rawValue }

    /// Where its metaschema lies.
    var url: String {
        switch self {
        case .v4: "http://json-schema.org/draft-04/schema"
        case .v6: "http://json-schema.org/draft-06/schema"
        case .v7: "http://json-schema.org/draft-07/schema"
        case .v2019: "https://json-schema.org/draft/2019-09/schema"
        case .v2020: "https://json-schema.org/draft/2020-12/schema"
        }
    }

    /// The draft a `$schema` names; nil where it names none of these.
    init?(url: String) {
        var text = Substring(url)
        if text.hasPrefix("http://") {
            text = text.dropFirst("http://".count)
        } else if text.hasPrefix("https://") {
            text = text.dropFirst("https://".count)
        } else {
            return nil
        }
        if text.hasSuffix("#/") { text = text.dropLast(2) } else if text.hasSuffix("#") { text = text.dropLast() }
        switch text {
        case "json-schema.org/draft-04/schema": self = .v4
        case "json-schema.org/draft-06/schema": self = .v6
        case "json-schema.org/draft-07/schema": self = .v7
        case "json-schema.org/draft/2019-09/schema": self = .v2019
        case "json-schema.org/draft/2020-12/schema": self = .v2020
        case "json-schema.org/schema": self = .latest
        default: return nil
        }
    }

    var idKeyword: SchemaKeyword { self == .v4 ? .oldID : .id }

    /// What the names of its vocabularies begin with.
    var vocabularyPrefix: String {
        switch self {
        case .v4, .v6, .v7: ""
        case .v2019: "https://json-schema.org/draft/2019-09/vocab/"
        case .v2020: "https://json-schema.org/draft/2020-12/vocab/"
        }
    }
}

/// A draft, and the vocabularies of it that a schema uses.
struct SchemaDialect: Sendable, Hashable {
    var draft: SchemaDraft
    /// Those the metaschema of a `$schema` requires; nil for the draft's own.
    var vocabularies: [String]?

    func has(_ vocabulary: String) -> Bool {
        if draft < .v2019 || vocabulary == "core" { return true }
        if let vocabularies { return vocabularies.contains(vocabulary) }
        return vocabulary == "applicator" || vocabulary == "validation" || vocabulary == "unevaluated" && draft == .v2020
    }

    /// `unevaluatedItems` and `unevaluatedProperties` moved into a vocabulary of their own.
    var hasUnevaluated: Bool { has(draft == .v2019 ? "applicator" : "unevaluated") }

    /// Later drafts take `format` for a remark unless a vocabulary says otherwise.
    var assertsFormat: Bool { draft < .v2019 || has(draft == .v2019 ? "format" : "format-assertion") }
}
