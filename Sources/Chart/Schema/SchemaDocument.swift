internal import Template

/// A schema document, and which schemas lie where in it.
struct SchemaDocument: Sendable {
    let url: SchemaURL
    let value: SchemaValue
    /// Schemas with an `$id` of their own; the first is the document.
    var resources: [Resource] = []
    var places: [SchemaPointer: Place] = [:]
    /// True when a metaschema has to look at it; the check on the way found everything in order otherwise.
    var isDoubtful = false
    private(set) var form = SchemaForm()

    struct Place: Sendable {
        var value: SchemaValue
        var resource: Int
    }

    struct Resource: Sendable {
        var pointer: SchemaPointer
        var url: SchemaURL
        var dialect: SchemaDialect
        var anchors: [String: SchemaPointer] = [:]
        var dynamicAnchors: [String] = []
    }

    /// A document whose schemas are known; `library` has the metaschemas a `$schema` may name.
    init(url: SchemaURL, value: SchemaValue, library: SchemaLibrary) throws(SchemaError) {
        self.url = url
        self.value = value
        try collect(value, at: .root, base: url, resource: nil, fallback: SchemaDialect(draft: .latest), library)
    }

    /// The resource a place lies in.
    func resource(at pointer: SchemaPointer) -> Int {
        var longest = 0
        for (index, resource) in resources.enumerated() where index > 0 {
            let prefix = resource.pointer.text
            guard pointer.text == prefix || pointer.text.hasPrefix(prefix + "/") else { continue }
            if prefix.utf8.count > resources[longest].pointer.text.utf8.count { longest = index }
        }
        return longest
    }

    /// Makes a place known to which only a reference leads; true when it was not known before.
    mutating func add(_ pointer: SchemaPointer, library: SchemaLibrary) throws(SchemaError) -> Bool {
        if places[pointer] != nil { return false }
        guard pointer.isWellFormed else { throw SchemaError("invalid json-pointer \(goQuoted(url.location(pointer)))") }
        guard let found = value.value(at: pointer) else {
            throw SchemaError("json-pointer in \(goQuoted(url.location(pointer))) not found")
        }
        let resource = resource(at: pointer)
        guard resources.indices.contains(resource) else { return false }
        isDoubtful = false
        try collect(
            found, at: pointer, base: resources[resource].url, resource: resource, fallback: resources[resource].dialect, library)
        return true
    }

    // MARK: finding schemas

    private mutating func collect(
        _ value: SchemaValue, at pointer: SchemaPointer, base: SchemaURL, resource: Int?, fallback: SchemaDialect, _ library: SchemaLibrary
    ) throws(SchemaError) {
        guard places[pointer] == nil else { return }
        guard case .object(let entries) = value else {
            if resource == nil { resources.append(Resource(pointer: pointer, url: base, dialect: fallback)) }
            places[pointer] = Place(value: value, resource: resource ?? 0)
            if value.bool == nil || fallback.draft < .v6 { isDoubtful = true }
            return
        }
        var base = base
        var own = resource
        var dialect = fallback
        let isRoot = pointer.isRoot
        if isRoot || entries.contains(where: { $0.keyword == .id || $0.keyword == .oldID || $0.keyword == .schema }) {
            // `$schema` counts in a document's root and beside an `$id`.
            let named = entries.first { $0.keyword == .schema }?.value.string
            var draft = try named.map { name throws(SchemaError) in
                try library.draft(of: name, at: url, pointer, fallback: fallback.draft)
            } ?? fallback.draft
            var hasSchema = named != nil
            var id = Self.id(entries, draft)
            if id.isEmpty, !isRoot {
                draft = fallback.draft
                hasSchema = false
                id = Self.id(entries, draft)
            }
            if !id.isEmpty {
                do throws(SchemaError) {
                    base = try base.resolve(id).url
                } catch {
                    throw SchemaError("error in parsing id at \(goQuoted(url.location(pointer)))")
                }
            }
            if !id.isEmpty || isRoot {
                if let known = resources.firstIndex(where: { $0.url == base }) {
                    if resources[known].pointer != pointer {
                        throw SchemaError(
                            "duplicate id \(goQuoted(base.text)) in \(goQuoted(url.text)) at "
                                + "\(goQuoted(pointer.text)) and \(goQuoted(resources[known].pointer.text))")
                    }
                } else {
                    if hasSchema, let named { dialect = SchemaDialect(draft: draft, vocabularies: try library.vocabularies(of: named, draft)) }
                    own = resources.count
                    resources.append(Resource(pointer: pointer, url: base, dialect: dialect))
                }
            }
        }
        let index = own ?? 0
        guard resources.indices.contains(index) else { return }
        dialect = resources[index].dialect
        places[pointer] = Place(value: value, resource: index)
        try collectAnchors(entries, pointer, index)
        if !isDoubtful, !form.isSound(entries, dialect.draft) { isDoubtful = true }
        for entry in entries {
            guard let keyword = entry.keyword, let position = keyword.subschemas(in: dialect.draft) else { continue }
            let inner = pointer.appending(keyword)
            switch position {
            case .itself, .items, .itselfOrItems:
                guard position != .itself, let items = entry.value.array else {
                    if entry.value.entries != nil {
                        try collect(entry.value, at: inner, base: base, resource: index, fallback: dialect, library)
                    } else {
                        // Its form has been looked at with the keyword.
                        places[inner] = Place(value: entry.value, resource: index)
                    }
                    continue
                }
                for (number, item) in items.enumerated() {
                    try collect(item, at: inner.appending("\(number)"), base: base, resource: index, fallback: dialect, library)
                }
            case .members:
                for member in entry.value.entries ?? [] {
                    // `dependencies` also holds lists of names.
                    if keyword == .dependencies, member.value.array != nil { continue }
                    try collect(member.value, at: inner.appending(member.key), base: base, resource: index, fallback: dialect, library)
                }
            }
        }
    }

    /// The `$id` that gives a schema a URL; none beside a `$ref` of older drafts.
    private static func id(_ entries: [SchemaEntry], _ draft: SchemaDraft) -> String {
        if draft < .v2019, entries.contains(where: { $0.keyword == .ref }) { return "" }
        guard let id = entries.first(where: { $0.keyword == draft.idKeyword })?.value.string else { return "" }
        return goCut(id, "#")?.before ?? id
    }

    private mutating func collectAnchors(_ entries: [SchemaEntry], _ pointer: SchemaPointer, _ resource: Int) throws(SchemaError) {
        let draft = resources[resource].dialect.draft
        var names: [String] = []
        for entry in entries {
            switch entry.keyword {
            case .id?, .oldID?:
                guard draft < .v2019, entry.keyword == draft.idKeyword, let id = entry.value.string, id.utf8.contains(UInt8(ascii: "#")),
                    !entries.contains(where: { $0.keyword == .ref })
                else { continue }
                do throws(SchemaError) {
                    let fragment = try SchemaURL.split(id).fragment
                    if !fragment.isEmpty, !fragment.hasPrefix("/") { names.append(fragment) }
                } catch {
                    throw SchemaError("error in parsing anchor at \(goQuoted(url.location(pointer)))")
                }
            case .anchor?:
                if draft >= .v2019, let name = entry.value.string { names.append(name) }
            case .dynamicAnchor?:
                guard draft >= .v2020, let name = entry.value.string else { continue }
                names.append(name)
                resources[resource].dynamicAnchors.append(name)
            default: continue
            }
        }
        for name in names {
            if let known = resources[resource].anchors[name], known != pointer {
                throw SchemaError(
                    "duplicate anchor \(goQuoted(name)) in \(goQuoted(url.text)) at \(goQuoted(known.text)) and \(goQuoted(pointer.text))")
            }
            resources[resource].anchors[name] = pointer
        }
    }

    // MARK: references

    /// Where a URL with a fragment leads in this document; nil when the URL is not of it.
    func target(_ target: SchemaURL, fragment: String) throws(SchemaError) -> SchemaPointer? {
        let resource: Int
        if target == url {
            resource = 0
        } else if let index = resources.firstIndex(where: { $0.url == target }) {
            resource = index
        } else {
            return nil
        }
        guard resources.indices.contains(resource) else { return nil }
        if fragment.isEmpty || fragment.hasPrefix("/") { return SchemaPointer(text: resources[resource].pointer.text + fragment) }
        guard let pointer = resources[resource].anchors[fragment] else {
            let place = "\(resources[resource].url.text)#\(SchemaURL.escaped(fragment))"
            throw SchemaError("anchor in \(goQuoted(place)) not found in schema \(goQuoted(url.text))")
        }
        return pointer
    }
}
