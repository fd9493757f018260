internal import Template

/// The schemas of schemas, as the JSON Schema project publishes them for each draft, remarks left out.
///
/// They are known here because a chart's `$schema` and `$ref` name them and nothing is fetched,
/// and because Helm refuses a schema that its metaschema refuses, with that error.
enum Metaschemas {
    /// The text of a metaschema by its URL.
    static func text(_ url: String) -> String? {
        guard let rest = goCut(url, "://json-schema.org/")?.after, url.hasPrefix("http") else { return nil }
        return texts[rest == "schema" ? "draft/2020-12/schema" : rest]
    }

    private static let texts: [String: String] = {
        var texts = [
            "draft-04/schema": older(.v4), "draft-06/schema": older(.v6), "draft-07/schema": older(.v7),
            "draft/2019-09/schema": newer(.v2019), "draft/2020-12/schema": newer(.v2020),
        ]
        for (name, keywords) in vocabularies2019 { texts["draft/2019-09/meta/\(name)"] = vocabulary(name, keywords, .v2019) }
        for (name, keywords) in vocabularies2020 { texts["draft/2020-12/meta/\(name)"] = vocabulary(name, keywords, .v2020) }
        return texts
    }()

    // MARK: what keywords take

    private enum Form: String {
        case any, string, boolean, number, positive, regex, reference, uri, anchor, id
        case count, defaultCount, names, namesByKey, type, anyEnumeration, uniqueEnumeration, list, flags
        case schema, schemas, schemaMap, patternMap, schemaOrSchemas, booleanOrSchema, dependencies
    }

    private static func keywords(_ form: Form, _ names: String) -> [(String, Form)] { goSplit(names, " ").map { ($0, form) } }

    private static let numbers = keywords(.number, "maximum exclusiveMaximum minimum exclusiveMinimum")
    private static let counts =
        keywords(.count, "maxLength maxItems maxProperties") + keywords(.defaultCount, "minLength minItems minProperties")
    private static let combinations = keywords(.schemas, "allOf anyOf oneOf") + keywords(.schema, "not")

    private static func olderKeywords(_ draft: SchemaDraft) -> [(String, Form)] {
        var all =
            keywords(.string, "title description format") + keywords(.any, "default") + keywords(.positive, "multipleOf") + counts
            + keywords(.regex, "pattern") + keywords(.schemaOrSchemas, "items") + keywords(.boolean, "uniqueItems")
            + keywords(.names, "required") + keywords(.schemaMap, "definitions properties")
            + keywords(.dependencies, "dependencies") + keywords(.type, "type") + combinations
        if draft == .v4 {
            return all + keywords(.string, "id $schema $ref") + keywords(.number, "maximum minimum")
                + keywords(.boolean, "exclusiveMaximum exclusiveMinimum") + keywords(.schemaMap, "patternProperties")
                + keywords(.booleanOrSchema, "additionalItems additionalProperties") + keywords(.uniqueEnumeration, "enum")
        }
        all += keywords(.reference, "$id $ref") + keywords(.uri, "$schema") + numbers
        all += keywords(.schema, "additionalItems additionalProperties contains propertyNames") + keywords(.any, "const")
        all += keywords(.uniqueEnumeration, "enum")
        if draft == .v6 { return all + keywords(.schemaMap, "patternProperties") }
        return all + keywords(.list, "examples") + keywords(.string, "$comment contentMediaType contentEncoding") + keywords(.boolean, "readOnly writeOnly")
            + keywords(.schema, "if then else") + keywords(.patternMap, "patternProperties")
    }

    private typealias Vocabulary = (name: String, keywords: [(String, Form)])

    private static let applicators =
        keywords(.schema, "contains additionalProperties propertyNames if then else") + keywords(.schemaMap, "properties dependentSchemas")
        + keywords(.patternMap, "patternProperties") + combinations
    private static let validations =
        keywords(.positive, "multipleOf") + numbers + counts + keywords(.count, "maxContains minContains") + keywords(.regex, "pattern")
        + keywords(.boolean, "uniqueItems") + keywords(.names, "required") + keywords(.namesByKey, "dependentRequired")
        + keywords(.any, "const") + keywords(.anyEnumeration, "enum") + keywords(.type, "type")
    private static let remarks =
        keywords(.string, "title description") + keywords(.any, "default") + keywords(.boolean, "deprecated readOnly writeOnly")
        + keywords(.list, "examples")
    private static let contents = keywords(.string, "contentMediaType contentEncoding") + keywords(.schema, "contentSchema")
    private static let cores =
        keywords(.id, "$id") + keywords(.uri, "$schema") + keywords(.anchor, "$anchor") + keywords(.flags, "$vocabulary")
        + keywords(.string, "$comment") + keywords(.schemaMap, "$defs")

    private static let vocabularies2019: [Vocabulary] = [
        ("core", cores + keywords(.reference, "$ref $recursiveRef") + keywords(.boolean, "$recursiveAnchor")),
        ("applicator", applicators + keywords(.schema, "additionalItems unevaluatedItems unevaluatedProperties") + keywords(.schemaOrSchemas, "items")),
        ("validation", validations), ("meta-data", remarks), ("format", keywords(.string, "format")), ("content", contents),
    ]
    private static let vocabularies2020: [Vocabulary] = [
        ("core", cores + keywords(.reference, "$ref $dynamicRef") + keywords(.anchor, "$dynamicAnchor")),
        ("applicator", applicators + keywords(.schemas, "prefixItems") + keywords(.schema, "items")),
        ("unevaluated", keywords(.schema, "unevaluatedItems unevaluatedProperties")), ("validation", validations),
        ("meta-data", remarks), ("format-annotation", keywords(.string, "format")), ("content", contents),
        ("format-assertion", keywords(.string, "format")),
    ]

    // MARK: as JSON

    private static func older(_ draft: SchemaDraft) -> String {
        let count = draft == .v4 ? "positiveInteger" : "nonNegativeInteger"
        let bounds = #""dependencies": {"exclusiveMaximum": ["maximum"], "exclusiveMinimum": ["minimum"]}, "#
        return """
            {"$schema": "\(draft.url)#", "\(draft == .v4 ? "id" : "$id")": "\(draft.url)#",
            \(draft == .v4 ? bounds : "")"type": \(draft == .v4 ? #""object""# : #"["object", "boolean"]"#),
            "definitions": {"schemaArray": {"type": "array", "minItems": 1, "items": {"$ref": "#"}},
            "\(count)": {"type": "integer", "minimum": 0},
            "\(count)Default0": {"allOf": [{"$ref": "#/definitions/\(count)"}, {}]},
            "simpleTypes": {"enum": \(types)},
            "stringArray": {"type": "array", "items": {"type": "string"}, \(draft == .v4 ? #""minItems": 1, "# : "")"uniqueItems": true}},
            "properties": \(properties(olderKeywords(draft), draft))}
            """
    }

    private static func newer(_ draft: SchemaDraft) -> String {
        let names = (draft == .v2019 ? vocabularies2019 : vocabularies2020).map(\.name).filter { $0 != "format-assertion" }
        let required = names.map { #""\#(draft.vocabularyPrefix)\#($0)": \#($0 != "format")"# }.joined(separator: ", ")
        let parts = names.map { #"{"$ref": "meta/\#($0)"}"# }.joined(separator: ", ")
        let own = draft == .v2020
            ? #", "$recursiveAnchor": {"$ref": "meta/core#/$defs/anchorString"}, "$recursiveRef": {"$ref": "meta/core#/$defs/uriReferenceString"}"#
            : ""
        return """
            {"$schema": "\(draft.url)", "$id": "\(draft.url)", "$vocabulary": {\(required)}, \(scope(draft)),
            "allOf": [\(parts)], "type": ["object", "boolean"],
            "properties": {"definitions": {"type": "object", "additionalProperties": \(itself(draft))},
            "dependencies": {"type": "object", "additionalProperties": {"anyOf": [\(itself(draft)),
            {"$ref": "meta/validation#/$defs/stringArray"}]}}\(own)}}
            """
    }

    private static func vocabulary(_ name: String, _ keywords: [(String, Form)], _ draft: SchemaDraft) -> String {
        let folder = draft.url.dropLast("schema".count)
        let definitions: String
        switch name {
        case "core" where draft == .v2020:
            definitions = """
                "anchorString": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"},
                "uriString": {"type": "string", "format": "uri"}, "uriReferenceString": {"type": "string", "format": "uri-reference"}
                """
        case "applicator": definitions = #""schemaArray": {"type": "array", "minItems": 1, "items": \#(itself(draft))}"#
        case "validation":
            definitions = """
                "nonNegativeInteger": {"type": "integer", "minimum": 0},
                "nonNegativeIntegerDefault0": {"$ref": "#/$defs/nonNegativeInteger"}, "simpleTypes": {"enum": \(types)},
                "stringArray": {"type": "array", "items": {"type": "string"}, "uniqueItems": true}
                """
        default: definitions = ""
        }
        return """
            {"$schema": "\(draft.url)", "$id": "\(folder)meta/\(name)", "$vocabulary": {"\(draft.vocabularyPrefix)\(name)": true},
            \(scope(draft)), "type": ["object", "boolean"], "properties": \(properties(keywords, draft)), "$defs": {\(definitions)}}
            """
    }

    private static let types = #"["array", "boolean", "integer", "null", "number", "object", "string"]"#

    /// What lets a schema that extends this one be meant where it names itself.
    private static func scope(_ draft: SchemaDraft) -> String {
        draft == .v2019 ? #""$recursiveAnchor": true"# : #""$dynamicAnchor": "meta""#
    }

    private static func itself(_ draft: SchemaDraft) -> String {
        switch draft {
        case .v4, .v6, .v7: ##"{"$ref": "#"}"##
        case .v2019: ##"{"$recursiveRef": "#"}"##
        case .v2020: ##"{"$dynamicRef": "#meta"}"##
        }
    }

    private static func properties(_ keywords: [(String, Form)], _ draft: SchemaDraft) -> String {
        "{" + keywords.map { #""\#($0)": \#(json($1, draft))"# }.joined(separator: ", ") + "}"
    }

    private static func json(_ form: Form, _ draft: SchemaDraft) -> String {
        let schema = itself(draft)
        func definition(_ name: String) -> String { ##"{"$ref": "#/\##(draft < .v2019 ? "definitions" : "$defs")/\##(name)"}"## }
        let count = draft == .v4 ? "positiveInteger" : "nonNegativeInteger"
        switch form {
        case .any: return draft < .v7 ? "{}" : "true"
        case .string, .boolean, .number: return #"{"type": "\#(form.rawValue)"}"#
        case .positive: return #"{"type": "number", \#(draft == .v4 ? #""minimum": 0, "exclusiveMinimum": true"# : #""exclusiveMinimum": 0"#)}"#
        case .regex: return #"{"type": "string", "format": "regex"}"#
        case .reference: return draft == .v2020 ? definition("uriReferenceString") : #"{"type": "string", "format": "uri-reference"}"#
        case .uri: return draft == .v2020 ? definition("uriString") : #"{"type": "string", "format": "uri"}"#
        case .anchor: return draft == .v2020 ? definition("anchorString") : #"{"type": "string", "pattern": "^[A-Za-z][-A-Za-z0-9.:_]*$"}"#
        case .id: return json(.reference, draft).dropLast() + ##", "pattern": "^[^#]*#?$"}"##
        case .count: return definition(count)
        case .defaultCount: return definition(count + "Default0")
        case .names: return definition("stringArray")
        case .namesByKey: return #"{"type": "object", "additionalProperties": \#(definition("stringArray"))}"#
        case .type:
            let name = definition("simpleTypes")
            return #"{"anyOf": [\#(name), {"type": "array", "items": \#(name), "minItems": 1, "uniqueItems": true}]}"#
        case .anyEnumeration: return #"{"type": "array", "items": true}"#
        case .uniqueEnumeration: return #"{"type": "array", "minItems": 1, "uniqueItems": true}"#
        case .list: return #"{"type": "array", "items": true}"#
        case .flags:
            let name = draft == .v2020 ? definition("uriString") : json(.uri, draft)
            return #"{"type": "object", "propertyNames": \#(name), "additionalProperties": {"type": "boolean"}}"#
        case .schema: return schema
        case .schemas: return definition("schemaArray")
        case .schemaMap: return #"{"type": "object", "additionalProperties": \#(schema)}"#
        case .patternMap: return #"{"type": "object", "additionalProperties": \#(schema), "propertyNames": {"format": "regex"}}"#
        case .schemaOrSchemas: return #"{"anyOf": [\#(schema), \#(definition("schemaArray"))]}"#
        case .booleanOrSchema: return #"{"anyOf": [{"type": "boolean"}, \#(schema)]}"#
        case .dependencies: return #"{"type": "object", "additionalProperties": {"anyOf": [\#(schema), \#(definition("stringArray"))]}}"#
        }
    }

    // MARK: checking

    private static let drafts: [SchemaDraft] = [.v4, .v6, .v7, .v2019, .v2020]

    /// All of them compiled, the root of each draft at its place in `drafts`.
    private static let compiled: Result<CompiledSchema, SchemaError> = {
        var compiler = SchemaCompiler(assertsFormat: true)
        do throws(SchemaError) {
            return .success(try compiler.compile(drafts.map { SchemaURL(text: $0.url) }))
        } catch {
            return .failure(error)
        }
    }()

    /// Refuses what a document has at a place when its metaschema does.
    static func check(_ document: SchemaDocument, _ pointer: SchemaPointer) throws(SchemaError) {
        guard document.isDoubtful, let place = document.places[pointer], document.resources.indices.contains(place.resource) else { return }
        let schema = try compiled.get()
        let dialect = document.resources[place.resource].dialect
        // With vocabularies of its own choice a schema may use the other keywords as it likes.
        guard dialect.vocabularies == nil else { return }
        let draft = dialect.draft
        guard let root = drafts.firstIndex(of: draft) else { return }
        var dialects: [String: Int] = [:]
        if pointer.isRoot, document.resources.contains(where: { $0.dialect.draft != draft }) {
            for resource in document.resources { dialects[resource.pointer.text] = drafts.firstIndex(of: resource.dialect.draft) }
        }
        let value = Datum(place.value, depth: 0)
        let faults: [SchemaFault]
        do throws(SchemaValidator.Exhausted) {
            faults = try SchemaValidator.faults(schema, root: root, value, dialects: dialects)
        } catch {
            throw SchemaError(error.message)
        }
        guard !faults.isEmpty else { return }
        throw SchemaError(
            "\(goQuoted(document.url.location(pointer))) is not valid against metaschema: "
                + "jsonschema validation failed with '\(draft.url)#'\n" + SchemaFault.text(faults))
    }
}

extension Datum {
    /// A schema as a value that a metaschema looks at.
    fileprivate init(_ value: SchemaValue, depth: Int) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let text): self = Int64(text).map { .int($0) } ?? .float(Double(text) ?? 0)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(depth < depthOfValues ? items.map { Datum($0, depth: depth + 1) } : [])
        case .object(let entries):
            var storage = DatumTable()
            if depth < depthOfValues { for entry in entries { storage[entry.key] = Datum(entry.value, depth: depth + 1) } }
            self = .map(DatumMap(storage))
        }
    }
}
