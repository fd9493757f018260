internal import RegularExpression
internal import Template

/// Compiles the schemas that a document's root leads to, one after the other.
struct SchemaCompiler {
    private let library = SchemaLibrary()
    /// `format` is always checked; for the metaschemas.
    private let assertsFormat: Bool
    private var documents: [SchemaURL: SchemaDocument] = [:]
    private var indices: [Place: Int] = [:]
    private var queue: [Place] = []
    private var nodes: [SchemaNode] = []
    private var patterns: [String: RegularExpression] = [:]

    private struct Place: Hashable {
        var url: SchemaURL
        var pointer: SchemaPointer
    }

    init(assertsFormat: Bool = false) { self.assertsFormat = assertsFormat }

    /// A chart's values.schema.json.
    static func compile(_ bytes: [UInt8]) throws(SchemaError) -> CompiledSchema {
        var reader = SchemaReader(bytes)
        let value: SchemaValue
        do throws(SchemaReader.Failure) { value = try reader.document() } catch { throw SchemaError(error.message) }
        var compiler = SchemaCompiler()
        try compiler.add(.values, value)
        return try compiler.compile([.values])
    }

    /// Makes a document known and holds it against its metaschema.
    private mutating func add(_ url: SchemaURL, _ value: SchemaValue) throws(SchemaError) {
        let document = try SchemaDocument(url: url, value: value, library: library)
        if Metaschemas.text(url.text) == nil { try Metaschemas.check(document, .root) }
        documents[url] = document
    }

    /// The schemas at the roots of documents, and whatever they lead to.
    mutating func compile(_ roots: [SchemaURL]) throws(SchemaError) -> CompiledSchema {
        for root in roots {
            try load(root)
            _ = enqueue(Place(url: root, pointer: .root))
        }
        var next = 0
        while next < queue.count {
            nodes.append(try node(queue[next]))
            next += 1
        }
        return CompiledSchema(nodes: nodes)
    }

    private mutating func load(_ url: SchemaURL) throws(SchemaError) {
        if documents[url] == nil { try add(url, try library.document(url)) }
    }

    private mutating func enqueue(_ place: Place) -> Int {
        if let index = indices[place] { return index }
        let index = queue.count
        indices[place] = index
        queue.append(place)
        return index
    }

    // MARK: one schema

    private mutating func node(_ place: Place) throws(SchemaError) -> SchemaNode {
        if documents[place.url]?.places[place.pointer] == nil {
            // Only a reference leads here.
            guard var document = documents[place.url] else { throw SchemaError("\(place.url.text) is not loaded") }
            if try document.add(place.pointer, library: library) {
                try Metaschemas.check(document, place.pointer)
                documents[place.url] = document
            }
        }
        guard let document = documents[place.url], let found = document.places[place.pointer],
            document.resources.indices.contains(found.resource)
        else { throw SchemaError("\(place.url.location(place.pointer)) is not known") }
        let resource = document.resources[found.resource]
        var rules = SchemaRules(
            location: place.url.location(place.pointer), draft: resource.dialect.draft,
            resource: enqueue(Place(url: place.url, pointer: resource.pointer)))
        if resource.dialect.draft >= .v2020, resource.pointer == place.pointer {
            for anchor in resource.dynamicAnchors {
                guard let pointer = resource.anchors[anchor] else { continue }
                rules.dynamicAnchors[anchor] = enqueue(Place(url: place.url, pointer: pointer))
            }
        }
        switch found.value {
        case .bool(let flag): rules.always = flag
        case .object(let entries) where entries.isEmpty: rules.always = true
        case .object(let entries):
            var work = Work(place: place, base: resource.url, dialect: resource.dialect, entries: entries)
            return try compile(&work, &rules)
        default: break
        }
        return SchemaNode(rules, objects: nil, arrays: nil, strings: nil, numbers: nil)
    }

    /// A schema object on its way to a node.
    private struct Work {
        var place: Place
        var base: SchemaURL
        var dialect: SchemaDialect
        var entries: [SchemaEntry]

        subscript(_ keyword: SchemaKeyword) -> SchemaValue? { entries.first { $0.keyword == keyword }?.value }
        func integer(_ keyword: SchemaKeyword) -> Int? { self[keyword]?.number?.count }
        func has(_ keywords: [SchemaKeyword]) -> Bool { entries.contains { $0.keyword.map(keywords.contains) ?? false } }
    }

    private mutating func compile(_ work: inout Work, _ rules: inout SchemaRules) throws(SchemaError) -> SchemaNode {
        let draft = work.dialect.draft
        rules.ref = try reference(work[.ref], work)?.index
        // Older drafts ignore what stands beside a `$ref`, but for `const`, which Helm's library still looks at.
        if draft < .v2019, rules.ref != nil {
            if draft >= .v6 {
                rules.const = work[.const]
                for keyword in [SchemaKeyword.contains, .propertyNames] { _ = child(keyword, work) }
            }
            return SchemaNode(rules, objects: nil, arrays: nil, strings: nil, numbers: nil)
        }
        let isApplicator = work.dialect.has("applicator"), isValidation = work.dialect.has("validation")
        if isApplicator {
            rules.allOf = children(.allOf, work)
            rules.anyOf = children(.anyOf, work)
            rules.oneOf = children(.oneOf, work)
            rules.not = child(.not, work)
            if draft >= .v7, let condition = child(.if, work) {
                rules.condition = condition
                if work[.if]?.bool != false { rules.then = child(.then, work) }
                if work[.if]?.bool != true { rules.otherwise = child(.else, work) }
            }
        }
        if isValidation {
            rules.types = work[.type].map { SchemaTypes($0) }
            rules.enumeration = work[.enum]?.array
            if draft >= .v6 { rules.const = work[.const] }
        }
        if assertsFormat || work.dialect.assertsFormat, let name = work[.format]?.string { rules.format = SchemaFormat(rawValue: name) }
        try compileScopes(work, &rules)
        let objects = try objectRules(work, isApplicator, isValidation)
        let arrays = arrayRules(work, isApplicator, isValidation)
        rules.evaluatesAllProperties = objects?.additional != nil
        rules.evaluatesAllItems = arrays?.rest != nil
        rules.evaluatedItems = arrays?.prefix.count ?? 0
        return SchemaNode(
            rules, objects: objects, arrays: arrays, strings: isValidation ? try stringRules(work) : nil,
            numbers: isValidation ? numberRules(work) : nil)
    }

    /// The references and anchors of the later drafts, and what depends on them.
    private mutating func compileScopes(_ work: Work, _ rules: inout SchemaRules) throws(SchemaError) {
        guard work.dialect.draft >= .v2019 else { return }
        rules.recursiveRef = try reference(work[.recursiveRef], work)?.index
        rules.isRecursiveAnchor = work[.recursiveAnchor]?.bool ?? false
        if work.dialect.hasUnevaluated {
            rules.unevaluatedItems = child(.unevaluatedItems, work)
            rules.unevaluatedProperties = child(.unevaluatedProperties, work)
        }
        guard work.dialect.draft >= .v2020 else { return }
        if let (target, fragment) = try reference(work[.dynamicRef], work) {
            rules.dynamicRef = (target, fragment.isEmpty || fragment.hasPrefix("/") ? nil : fragment)
        }
        rules.dynamicAnchor = work[.dynamicAnchor]?.string
    }

    private mutating func objectRules(_ work: Work, _ isApplicator: Bool, _ isValidation: Bool) throws(SchemaError) -> ObjectRules? {
        guard work.has([
            .minProperties, .maxProperties, .required, .properties, .patternProperties, .additionalProperties, .propertyNames,
            .dependencies, .dependentSchemas, .dependentRequired,
        ]) else { return nil }
        let draft = work.dialect.draft
        var patterns: [(pattern: RegularExpression, schema: Int)] = []
        var dependencies: [(name: String, rule: ObjectRules.DependencyRule)] = []
        var properties: [String: Int] = [:]
        if isApplicator {
            for (name, schema) in members(.properties, work) { properties[name] = schema }
            for (text, schema) in members(.patternProperties, work) {
                patterns.append((try pattern(text, work, .patternProperties), schema))
            }
            for entry in (work[.dependencies]?.entries ?? []).sorted(by: { goLess($0.key, $1.key) }) {
                if let names = entry.value.array {
                    dependencies.append((entry.key, .required(names.compactMap(\.string))))
                } else {
                    let pointer = work.place.pointer.appending(.dependencies).appending(entry.key)
                    dependencies.append((entry.key, .schema(enqueue(Place(url: work.place.url, pointer: pointer)))))
                }
            }
        }
        let required = isValidation && draft >= .v2019 ? work[.dependentRequired]?.entries ?? [] : []
        return ObjectRules(
            minProperties: isValidation ? work.integer(.minProperties) : nil,
            maxProperties: isValidation ? work.integer(.maxProperties) : nil,
            required: isValidation ? (work[.required]?.array ?? []).compactMap(\.string) : [],
            properties: properties, patterns: patterns,
            additional: isApplicator ? additional(.additionalProperties, work) : nil,
            names: isApplicator && draft >= .v6 ? child(.propertyNames, work) : nil,
            dependencies: dependencies,
            dependentSchemas: isApplicator && draft >= .v2019 ? members(.dependentSchemas, work) : [],
            dependentRequired: required.sorted { goLess($0.key, $1.key) }.map { ($0.key, ($0.value.array ?? []).compactMap(\.string)) })
    }

    private mutating func arrayRules(_ work: Work, _ isApplicator: Bool, _ isValidation: Bool) -> ArrayRules? {
        guard work.has([.minItems, .maxItems, .uniqueItems, .items, .additionalItems, .prefixItems, .contains]) else { return nil }
        let draft = work.dialect.draft
        var prefix: [Int] = []
        var rest: AdditionalRule?
        if isApplicator {
            if draft >= .v2020 {
                prefix = children(.prefixItems, work)
                rest = child(.items, work).map { .schema($0) }
            } else if work[.items]?.array != nil {
                prefix = children(.items, work)
                rest = additional(.additionalItems, work)
            } else {
                rest = child(.items, work).map { .schema($0) }
            }
        }
        let contains = isApplicator && draft >= .v6 ? child(.contains, work) : nil
        let counts = isValidation && draft >= .v2019 && contains != nil
        return ArrayRules(
            minItems: isValidation ? work.integer(.minItems) : nil, maxItems: isValidation ? work.integer(.maxItems) : nil,
            isUnique: isValidation && work[.uniqueItems]?.bool == true, prefix: prefix, rest: rest, contains: contains,
            minContains: counts ? work.integer(.minContains) : nil, maxContains: counts ? work.integer(.maxContains) : nil)
    }

    private mutating func stringRules(_ work: Work) throws(SchemaError) -> StringRules? {
        guard work.has([.minLength, .maxLength, .pattern]) else { return nil }
        var found: RegularExpression?
        if let text = work[.pattern]?.string { found = try pattern(text, work, .pattern) }
        return StringRules(minLength: work.integer(.minLength), maxLength: work.integer(.maxLength), pattern: found)
    }

    private func numberRules(_ work: Work) -> NumberRules? {
        guard work.has([.minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum, .multipleOf]) else { return nil }
        let minimum = work[.minimum]?.number, maximum = work[.maximum]?.number
        // Draft 4 says with a boolean that the bound itself is excluded.
        let excludesMinimum = work[.exclusiveMinimum]?.bool == true, excludesMaximum = work[.exclusiveMaximum]?.bool == true
        return NumberRules(
            minimum: excludesMinimum ? nil : minimum, maximum: excludesMaximum ? nil : maximum,
            exclusiveMinimum: excludesMinimum ? minimum : work[.exclusiveMinimum]?.number,
            exclusiveMaximum: excludesMaximum ? maximum : work[.exclusiveMaximum]?.number,
            multipleOf: work[.multipleOf]?.number)
    }

    // MARK: subschemas

    private mutating func child(_ keyword: SchemaKeyword, _ work: Work) -> Int? {
        guard work[keyword] != nil else { return nil }
        return enqueue(Place(url: work.place.url, pointer: work.place.pointer.appending(keyword)))
    }

    private mutating func children(_ keyword: SchemaKeyword, _ work: Work) -> [Int] {
        let pointer = work.place.pointer.appending(keyword)
        return (work[keyword]?.array ?? []).indices.map { enqueue(Place(url: work.place.url, pointer: pointer.appending("\($0)"))) }
    }

    private mutating func members(_ keyword: SchemaKeyword, _ work: Work) -> [(name: String, schema: Int)] {
        guard let entries = work[keyword]?.entries else { return [] }
        let pointer = work.place.pointer.appending(keyword)
        // Only patterns and dependencies show their order.
        let sorted = keyword == .properties ? entries : entries.sorted { goLess($0.key, $1.key) }
        return sorted.map { ($0.key, enqueue(Place(url: work.place.url, pointer: pointer.appending($0.key)))) }
    }

    private mutating func additional(_ keyword: SchemaKeyword, _ work: Work) -> AdditionalRule? {
        if let flag = work[keyword]?.bool { return flag ? .allowed : .refused }
        return child(keyword, work).map { .schema($0) }
    }

    private mutating func pattern(_ text: String, _ work: Work, _ keyword: SchemaKeyword) throws(SchemaError) -> RegularExpression {
        if let known = documents[work.place.url]?.form.patterns[text] ?? patterns[text] { return known }
        do throws(RegularExpressionError) {
            let pattern = try RegularExpression(text)
            patterns[text] = pattern
            return pattern
        } catch {
            let location = work.place.url.location(work.place.pointer.appending(keyword))
            throw SchemaError("invalid regex \(goQuoted(text)) at \(goQuoted(location)): \(error.description)")
        }
    }

    /// Where a reference leads, and its fragment.
    private mutating func reference(_ value: SchemaValue?, _ work: Work) throws(SchemaError) -> (index: Int, fragment: String)? {
        guard let text = value?.string else { return nil }
        let (url, fragment) = try work.base.resolve(text)
        if let pointer = try documents[work.place.url]?.target(url, fragment: fragment) {
            return (enqueue(Place(url: work.place.url, pointer: pointer)), fragment)
        }
        try load(url)
        // Another document: its root is the only resource a fragment is looked for in.
        guard let pointer = try documents[url]?.target(url, fragment: fragment) else { return nil }
        return (enqueue(Place(url: url, pointer: pointer)), fragment)
    }
}
