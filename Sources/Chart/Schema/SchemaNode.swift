internal import RegularExpression
internal import Template

/// A schema compiled: nodes that name each other by index, so that what refers to itself is no cycle of references.
struct CompiledSchema: Sendable {
    /// The first is the root.
    var nodes: [SchemaNode]

    subscript(_ index: Int) -> SchemaNode? { nodes.indices.contains(index) ? nodes[index] : nil }
}

/// One compiled schema object or boolean.
final class SchemaNode: Sendable {
    let rules: SchemaRules
    let objects: ObjectRules?
    let arrays: ArrayRules?
    let strings: StringRules?
    let numbers: NumberRules?

    init(_ rules: SchemaRules, objects: ObjectRules?, arrays: ArrayRules?, strings: StringRules?, numbers: NumberRules?) {
        self.rules = rules
        self.objects = objects
        self.arrays = arrays
        self.strings = strings
        self.numbers = numbers
    }
}

/// What a schema asks of any kind of value.
struct SchemaRules: Sendable {
    /// "file:///values.schema.json#/properties/a", for error texts.
    var location: String
    var draft: SchemaDraft
    /// The schema with an `$id` (or the root) this one lies in.
    var resource: Int
    /// Where the `$dynamicAnchor`s of a resource are.
    var dynamicAnchors: [String: Int] = [:]
    /// A schema that is `true` or `false`.
    var always: Bool?

    var types: SchemaTypes?
    var const: SchemaValue?
    var enumeration: [SchemaValue]?
    var format: SchemaFormat?

    var ref: Int?
    var recursiveRef: Int?
    var isRecursiveAnchor = false
    var dynamicRef: (target: Int, anchor: String?)?
    var dynamicAnchor: String?

    var not: Int?
    var allOf: [Int] = []
    var anyOf: [Int] = []
    var oneOf: [Int] = []
    var condition: Int?
    var then: Int?
    var otherwise: Int?

    var unevaluatedProperties: Int?
    var unevaluatedItems: Int?
    /// `additionalProperties` leaves none unevaluated.
    var evaluatesAllProperties = false
    var evaluatesAllItems = false
    var evaluatedItems = 0
}

/// A keyword that takes a schema, where `false` and `true` have error texts of their own.
enum AdditionalRule: Sendable {
    case allowed, refused
    case schema(Int)
}

final class ObjectRules: Sendable {
    let minProperties: Int?
    let maxProperties: Int?
    let required: [String]
    let properties: [String: Int]
    let patterns: [(pattern: RegularExpression, schema: Int)]
    let additional: AdditionalRule?
    let names: Int?
    let dependencies: [(name: String, rule: DependencyRule)]
    let dependentSchemas: [(name: String, schema: Int)]
    let dependentRequired: [(name: String, required: [String])]

    /// A value of `dependencies`.
    enum DependencyRule: Sendable {
        case required([String])
        case schema(Int)
    }

    init(
        minProperties: Int?, maxProperties: Int?, required: [String], properties: [String: Int],
        patterns: [(pattern: RegularExpression, schema: Int)], additional: AdditionalRule?, names: Int?,
        dependencies: [(name: String, rule: DependencyRule)], dependentSchemas: [(name: String, schema: Int)],
        dependentRequired: [(name: String, required: [String])]
    ) {
        self.minProperties = minProperties
        self.maxProperties = maxProperties
        self.required = required
        self.properties = properties
        self.patterns = patterns
        self.additional = additional
        self.names = names
        self.dependencies = dependencies
        self.dependentSchemas = dependentSchemas
        self.dependentRequired = dependentRequired
    }
}

final class ArrayRules: Sendable {
    let minItems: Int?
    let maxItems: Int?
    let isUnique: Bool
    /// For the items by their place: `prefixItems`, or a list in `items` of older drafts.
    let prefix: [Int]
    /// For the items behind them.
    let rest: AdditionalRule?
    let contains: Int?
    let minContains: Int?
    let maxContains: Int?

    init(
        minItems: Int?, maxItems: Int?, isUnique: Bool, prefix: [Int], rest: AdditionalRule?, contains: Int?, minContains: Int?,
        maxContains: Int?
    ) {
        self.minItems = minItems
        self.maxItems = maxItems
        self.isUnique = isUnique
        self.prefix = prefix
        self.rest = rest
        self.contains = contains
        self.minContains = minContains
        self.maxContains = maxContains
    }
}

final class StringRules: Sendable {
    let minLength: Int?
    let maxLength: Int?
    let pattern: RegularExpression?

    init(minLength: Int?, maxLength: Int?, pattern: RegularExpression?) {
        self.minLength = minLength
        self.maxLength = maxLength
        self.pattern = pattern
    }
}

final class NumberRules: Sendable {
    let minimum: ExactNumber?
    let maximum: ExactNumber?
    let exclusiveMinimum: ExactNumber?
    let exclusiveMaximum: ExactNumber?
    let multipleOf: ExactNumber?

    init(
        minimum: ExactNumber?, maximum: ExactNumber?, exclusiveMinimum: ExactNumber?, exclusiveMaximum: ExactNumber?,
        multipleOf: ExactNumber?
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.exclusiveMinimum = exclusiveMinimum
        self.exclusiveMaximum = exclusiveMaximum
        self.multipleOf = multipleOf
    }
}

/// A set of JSON's types.
struct SchemaTypes: OptionSet, Sendable {
    var rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    static let number = SchemaTypes(rawValue: 4)
    static let integer = SchemaTypes(rawValue: 8)
    static let string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let object = SchemaTypes(rawValue: 64)

    private static let named: [(name: String, type: SchemaTypes)] = [
        ("null", .null), ("boolean", .boolean), ("number", .number), ("integer", .integer), ("string", .string),
        ("array", .array), ("object", .object),
    ]

    /// From the value of `type`.
    init(_ value: SchemaValue) {
        self = []
        for name in value.array ?? [value] {
            guard let type = Self.named.first(where: { $0.name == name.string })?.type else { continue }
            insert(type)
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The type of a value; none for an object with methods, which is no JSON.
    init(of value: Datum) {
        switch value {
        case .undefined, .null: self = .null
        case .bool: self = .boolean
        case .int, .float: self = .number
        case .string: self = .string
        case .list: self = .array
        case .map: self = .object
        case .object: self = []
        }
    }

    /// The type of a constant in a schema.
    init(of value: SchemaValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .number: self = .number
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }

    /// "null or string".
    var text: String { Self.named.filter { contains($0.type) }.map(\.name).joined(separator: " or ") }

    /// False for a name that is no type.
    static func isName(_ name: String) -> Bool { named.contains { $0.name == name } }
}
