internal import Basics
package import Document

/// What to look for besides unknown fields and wrong types.
package struct SchemaChecks: Sendable {
    /// Required fields of the built-in kinds; those of custom resources always count.
    package var requiresFields = false
    /// Lists with keys or sets must not name an item twice.
    package var findsDuplicates = true
    /// Whether a text matches an RE2 pattern, nil for a bad pattern; without it patterns are not checked.
    package var matchesPattern: (@Sendable (_ pattern: String, _ text: String) -> Bool?)?
    /// No more than this many problems are reported.
    package var limit = 100

    package init() {}
}

extension Schema {
    /// Everything about `value` that is not as the schema asks, in the order of the document.
    package func problems(in value: Value, checks: SchemaChecks = SchemaChecks()) -> [FieldProblem] {
        var checker = SchemaChecker(checks: checks)
        checker.check(value, self, at: DocumentPath(), owner: "")
        return checker.problems
    }
}

struct SchemaChecker {
    let checks: SchemaChecks
    private(set) var problems: [FieldProblem] = []

    init(checks: SchemaChecks) { self.checks = checks }

    mutating func check(_ value: Value, _ schema: Schema, at path: DocumentPath, owner: String) {
        guard problems.count < checks.limit else { return }
        if value.isNull {
            // Go decodes null as "not set"; a custom resource takes it only where it says so.
            if owner.isEmpty, !path.steps.isEmpty, !schema.isNullable, schema.typeWord != nil, !schema.isBuiltIn {
                wrongType(value, schema, path, owner)
            }
            return
        }
        switch schema.shape {
        case .scalar(let scalar):
            if !scalar.decodes(value) {
                wrongType(value, schema, path, owner)
                return
            }
            if let text = scalar.problem(value) { add(.invalid(value: value, text), path) }
        case .any, .anyAtomic, .reference: break
        case .object(let object):
            guard let mapping = value.mapping else { return wrongType(value, schema, path, owner) }
            check(mapping, object, schema, at: path)
        case .map(let values, _):
            guard let mapping = value.mapping else { return wrongType(value, schema, path, owner) }
            for entry in mapping { check(entry.value, values, at: path.appending(.key(entry.key)), owner: owner) }
        case .list(let list):
            guard let items = value.sequence else { return wrongType(value, schema, path, owner) }
            for (index, item) in items.enumerated() { check(item, list.item, at: path.appending(.index(index)), owner: owner) }
            if checks.findsDuplicates { findDuplicates(items, list, at: path) }
        }
        if let rules = schema.rules { check(value, rules, at: path) }
    }

    private mutating func check(_ mapping: Mapping, _ object: ObjectSchema, _ schema: Schema, at path: DocumentPath) {
        for entry in mapping {
            let place = path.appending(.key(entry.key))
            if let field = object.fields[entry.key] ?? object.additional {
                check(entry.value, field, at: place, owner: object.name)
            } else if !schema.preservesUnknownFields {
                add(.unknownField(nearest: nearest(to: entry.key, among: object.fields.keys.sorted())), place)
            }
        }
        guard object.name.isEmpty || checks.requiresFields else { return }
        for name in object.required.sorted() where mapping[name] == nil { add(.missing, path.appending(.key(name))) }
    }

    private mutating func findDuplicates(_ items: [Value], _ list: ListSchema, at path: DocumentPath) {
        guard list.type != .atomic else { return }
        var seen: Set<PathElement> = []
        for (index, item) in items.enumerated() {
            guard let element = try? list.element(for: item, index: index, path: FieldPath()), !seen.insert(element).inserted
            else { continue }
            let isKey = if case .key = element { true } else { false }
            add(.duplicate("\(isKey ? "key" : "value") \(element)"), path.appending(.index(index)))
        }
    }

    mutating func add(_ kind: FieldProblem.Kind, _ path: DocumentPath) {
        guard problems.count < checks.limit else { return }
        problems.append(FieldProblem(kind, at: path))
    }

    private mutating func wrongType(_ value: Value, _ schema: Schema, _ path: DocumentPath, _ owner: String) {
        var found = value.jsonType
        if case .double(let number) = value, Int64(exactly: number) == nil { found = "number \(JSON.text(value))" }
        var problem = FieldProblem(.wrongType(expected: schema.typeWord ?? "", found: found), at: path)
        problem.goStruct = owner
        problem.goType = schema.goType
        if problems.count < checks.limit { problems.append(problem) }
    }
}

extension Schema.Scalar {
    /// Whether Go decodes the JSON value into the field.
    fileprivate func decodes(_ value: Value) -> Bool {
        switch (self, value) {
        case (.int32, _): value.int.map { Int32(exactly: $0) != nil } ?? false
        default: accepts(value)
        }
    }

    /// What is wrong with a value of the right type.
    fileprivate func problem(_ value: Value) -> String? {
        switch self {
        case .quantity where Quantity(value) == nil:
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        case .time where value.string.flatMap { Timestamp($0) } == nil, .microTime where value.string.flatMap { Timestamp($0) } == nil:
            "is no time of RFC 3339"
        case .bytes where value.string.flatMap { Base64.decode($0) } == nil: "is not base 64"
        default: nil
        }
    }
}

extension Schema {
    /// JSON's word for the type; nil for one that takes anything.
    var typeWord: String? {
        switch shape {
        case .scalar(.string), .scalar(.time), .scalar(.microTime), .scalar(.bytes): "string"
        case .scalar(.boolean): "boolean"
        case .scalar(.int32), .scalar(.int64): "integer"
        case .scalar(.number): "number"
        case .scalar(.quantity), .scalar(.intOrString): "string or number"
        case .object, .map: "object"
        case .list: "array"
        case .any, .anyAtomic, .reference: nil
        }
    }

    /// Go's name for the type, near enough for an error text.
    fileprivate var goType: String {
        switch shape {
        case .scalar(.string): "string"
        case .scalar(.boolean): "bool"
        case .scalar(.int32): "int32"
        case .scalar(.int64): "int64"
        case .scalar(.number): "float64"
        case .scalar(.quantity): "resource.Quantity"
        case .scalar(.intOrString): "intstr.IntOrString"
        case .scalar(.time): "v1.Time"
        case .scalar(.microTime): "v1.MicroTime"
        case .scalar(.bytes): "[]uint8"
        case .object(let object): "v1.\(object.name)"
        case .map(let value, _): "map[string]\(value.goType)"
        case .list(let list): "[]\(list.item.goType)"
        case .any, .anyAtomic, .reference: "interface {}"
        }
    }

    fileprivate var isBuiltIn: Bool {
        if case .object(let object) = shape { !object.name.isEmpty } else { false }
    }
}
