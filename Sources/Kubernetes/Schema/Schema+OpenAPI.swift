package import Document

/// Custom resources: the structural schema of a definition
/// (`spec.versions[].schema.openAPIV3Schema`, KEP "CRD structural schemas").
extension Schema {
    private static let depthLimit = 100

    /// Nil for what is no schema, or nests too deep to be one. The schema of a whole
    /// resource (`isRoot`) gets `apiVersion`, `kind` and `metadata`, as every object has them.
    package init?(openAPIV3 value: Value, isRoot: Bool = true) {
        guard let schema = Schema.read(value, depth: 0, isPartial: false) else { return nil }
        self = isRoot ? schema.withObjectFields() : schema
    }

    /// The schema of one version of a definition; nil where it has none. One without
    /// `openAPIV3Schema` takes everything.
    package init?(definition: Object, version: String) {
        let versions = definition.value[path: "spec", "versions"]?.sequence ?? []
        guard let found = versions.first(where: { $0["name"]?.string == version }) else { return nil }
        guard let openAPI = found[path: "schema", "openAPIV3Schema"] else {
            self = Schema(.object(ObjectSchema(fields: [:], additional: .any))).withObjectFields()
            return
        }
        self.init(openAPIV3: openAPI)
        if definition.value[path: "spec", "preserveUnknownFields"]?.bool == true { preservesUnknownFields = true }
    }

    private static func read(_ value: Value, depth: Int, isPartial: Bool) -> Schema? {
        guard depth < depthLimit, value.mapping != nil else { return nil }
        var schema = Schema(.any)
        let preserves = value["x-kubernetes-preserve-unknown-fields"]?.bool == true
        if value["x-kubernetes-int-or-string"]?.bool == true || value["format"]?.string == "int-or-string" {
            schema = Schema(.scalar(.intOrString))
        } else {
            switch value["type"]?.string {
            case "object":
                guard let shape = object(value, preserves: preserves, depth: depth, isPartial: isPartial) else { return nil }
                schema = Schema(shape)
            case "array":
                guard let item = read(value["items"] ?? ["x-kubernetes-preserve-unknown-fields": true], depth: depth + 1, isPartial: isPartial)
                else { return nil }
                schema = Schema(.list(ListSchema(item: item, type: listType(value))))
            case "string": schema = Schema(.scalar(.string))
            case "boolean": schema = Schema(.scalar(.boolean))
            case "integer": schema = Schema(.scalar(value["format"]?.string == "int32" ? .int32 : .int64))
            case "number": schema = Schema(.scalar(.number))
            default:
                // Parts of allOf and its like name fields without saying that they are an object's.
                if value["properties"] != nil || value["required"] != nil {
                    guard let shape = object(value, preserves: true, depth: depth, isPartial: true) else { return nil }
                    schema = Schema(shape)
                }
            }
        }
        schema.preservesUnknownFields = preserves
        schema.isNullable = value["nullable"]?.bool == true
        schema.defaultValue = value["default"]
        guard let rules = rules(value, depth: depth) else { return nil }
        schema.rules = rules.isEmpty ? nil : rules
        if value["x-kubernetes-embedded-resource"]?.bool == true {
            schema = schema.withObjectFields()
            schema.isEmbeddedResource = true
        }
        return schema
    }

    private static func object(_ value: Value, preserves: Bool, depth: Int, isPartial: Bool) -> Shape? {
        let isAtomic = value["x-kubernetes-map-type"]?.string == "atomic"
        let required = Set(value["required"]?.sequence?.compactMap(\.string) ?? [])
        if let properties = value["properties"]?.mapping {
            var object = ObjectSchema(fields: [:], required: required, isAtomic: isAtomic, additional: isPartial ? .any : nil)
            for entry in properties {
                guard let field = read(entry.value, depth: depth + 1, isPartial: isPartial) else { return nil }
                object.fields[entry.key] = field
            }
            return .object(object)
        }
        switch value["additionalProperties"] {
        case .bool(true)?: return .map(.any, isAtomic: isAtomic)
        case .mapping?:
            guard let values = read(value["additionalProperties"] ?? .null, depth: depth + 1, isPartial: isPartial) else { return nil }
            return .map(values, isAtomic: isAtomic)
        default:
            return .object(
                ObjectSchema(fields: [:], required: required, isAtomic: isAtomic, additional: isPartial || preserves ? .any : nil))
        }
    }

    private static func listType(_ value: Value) -> ListType {
        switch value["x-kubernetes-list-type"]?.string {
        case "set": .set
        case "map": .map(keys: value["x-kubernetes-list-map-keys"]?.sequence?.compactMap(\.string) ?? [])
        default: .atomic
        }
    }

    private static func rules(_ value: Value, depth: Int) -> SchemaRules? {
        var rules = SchemaRules()
        rules.enumeration = value["enum"]?.sequence
        rules.minimum = value["minimum"]?.double
        rules.maximum = value["maximum"]?.double
        rules.isExclusiveMinimum = value["exclusiveMinimum"]?.bool == true
        rules.isExclusiveMaximum = value["exclusiveMaximum"]?.bool == true
        rules.multipleOf = value["multipleOf"]?.double
        rules.minLength = value["minLength"]?.int
        rules.maxLength = value["maxLength"]?.int
        rules.minItems = value["minItems"]?.int
        rules.maxItems = value["maxItems"]?.int
        rules.minProperties = value["minProperties"]?.int
        rules.maxProperties = value["maxProperties"]?.int
        rules.pattern = value["pattern"]?.string
        rules.uniqueItems = value["uniqueItems"]?.bool == true
        let format = value["format"]?.string
        rules.format = format == "int32" || format == "int64" || format == "int-or-string" ? nil : format
        func parts(_ name: String) -> [Schema]? {
            var schemas: [Schema] = []
            for part in value[name]?.sequence ?? [] {
                guard let schema = read(part, depth: depth + 1, isPartial: true) else { return nil }
                schemas.append(schema)
            }
            return schemas
        }
        guard let allOf = parts("allOf"), let anyOf = parts("anyOf"), let oneOf = parts("oneOf") else { return nil }
        (rules.allOf, rules.anyOf, rules.oneOf) = (allOf, anyOf, oneOf)
        if let part = value["not"] {
            guard let schema = read(part, depth: depth + 1, isPartial: true) else { return nil }
            rules.not = [schema]
        }
        return rules
    }

    /// With the fields every object has.
    private func withObjectFields() -> Schema {
        var object: ObjectSchema
        switch shape {
        case .object(let found): object = found
        case .any: object = ObjectSchema(fields: [:], additional: .any)
        default: return self
        }
        object.fields["apiVersion"] = .string
        object.fields["kind"] = .string
        object.fields["metadata"] = .objectMeta
        var schema = self
        schema.replaceShape(.object(object))
        return schema
    }
}
