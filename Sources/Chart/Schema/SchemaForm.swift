internal import RegularExpression

/// Finds in one look that a schema object has the form its metaschema asks for, which
/// nearly every one has. Anything less usual is left to the metaschema itself.
struct SchemaForm: Sendable {
    /// The patterns of a document, compiled.
    private(set) var patterns: [String: RegularExpression] = [:]

    mutating func isSound(_ entries: [SchemaEntry], _ draft: SchemaDraft) -> Bool {
        for entry in entries {
            guard let keyword = entry.keyword else { continue }
            if !isSound(keyword, entry.value, entries, draft) { return false }
        }
        return true
    }

    private mutating func isSound(_ keyword: SchemaKeyword, _ value: SchemaValue, _ entries: [SchemaEntry], _ draft: SchemaDraft) -> Bool {
        switch keyword {
        case .title, .description, .comment, .format, .contentEncoding, .contentMediaType: value.string != nil
        case .schema, .ref: value.string.map(Self.isPlainReference) ?? false
        case .id, .oldID: value.string.map { Self.isPlainReference($0) && !$0.utf8.contains(UInt8(ascii: "#")) } ?? false
        case .deprecated, .readOnly, .writeOnly, .uniqueItems: value.bool != nil
        case .examples: value.array != nil
        case .properties, .definitions, .defs, .dependentSchemas: value.entries != nil
        case .patternProperties: arePatterns(value.entries)
        case .additionalProperties, .additionalItems, .not, .propertyNames, .contains, .if, .then, .else, .unevaluatedItems,
            .unevaluatedProperties, .contentSchema:
            Self.isSchema(value, keyword, draft)
        case .items:
            switch value {
            case .array(let items): draft < .v2020 && !items.isEmpty
            default: Self.isSchema(value, keyword, draft)
            }
        case .allOf, .anyOf, .oneOf, .prefixItems: value.array?.isEmpty == false
        case .dependencies: value.entries?.allSatisfy { $0.value.entries != nil } ?? false
        case .dependentRequired: value.entries?.allSatisfy { Self.isNames($0.value) } ?? false
        case .required: Self.isNames(value) && (draft > .v4 || value.array?.isEmpty == false)
        case .type: Self.isType(value)
        case .const: true
        case .enum: value.array.map { draft > .v7 || $0.count == 1 || Self.isNames(value) && !$0.isEmpty } ?? false
        case .pattern: isPattern(value.string)
        case .maximum, .minimum: value.number != nil
        case .exclusiveMaximum:
            draft == .v4 ? value.bool != nil && entries.contains { $0.keyword == .maximum } : value.number != nil
        case .exclusiveMinimum:
            draft == .v4 ? value.bool != nil && entries.contains { $0.keyword == .minimum } : value.number != nil
        case .multipleOf: value.number.map { !$0.isNegative && !$0.isZero } ?? false
        case .maxLength, .minLength, .maxItems, .minItems, .maxProperties, .minProperties, .maxContains, .minContains:
            value.number.map { $0.isInteger && !$0.isNegative } ?? false
        case .anchor, .vocabulary, .recursiveRef, .recursiveAnchor, .dynamicRef, .dynamicAnchor: false
        }
    }

    /// A reference in which nothing can be wrong.
    private static func isPlainReference(_ text: String) -> Bool {
        var rest = Substring(text)
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            break
        }
        return rest.utf8.allSatisfy { byte in
            SchemaFormat.isDigit(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || "#/_-$.".utf8.contains(byte)
        }
    }

    private static func isSchema(_ value: SchemaValue, _ keyword: SchemaKeyword, _ draft: SchemaDraft) -> Bool {
        if value.bool != nil { return draft > .v4 || keyword == .additionalProperties || keyword == .additionalItems }
        return value.entries != nil
    }

    private mutating func arePatterns(_ entries: [SchemaEntry]?) -> Bool {
        guard let entries else { return false }
        for entry in entries where !isPattern(entry.key) { return false }
        return true
    }

    private mutating func isPattern(_ text: String?) -> Bool {
        guard let text else { return false }
        if patterns[text] != nil { return true }
        guard let pattern = try? RegularExpression(text) else { return false }
        patterns[text] = pattern
        return true
    }

    private static func isNames(_ value: SchemaValue) -> Bool {
        guard let items = value.array else { return false }
        var names: Set<String> = []
        return items.allSatisfy { item in item.string.map { names.insert($0).inserted } ?? false }
    }

    private static func isType(_ value: SchemaValue) -> Bool {
        if let name = value.string { return SchemaTypes.isName(name) }
        return isNames(value) && value.array?.isEmpty == false
            && value.array?.allSatisfy { $0.string.map(SchemaTypes.isName) ?? false } == true
    }
}
