internal import Template

/// The documents a schema may refer to: the metaschemas, and nothing else.
///
/// Helm would fetch an address and open a file. A render does neither: it must give
/// the same whoever renders and wherever.
struct SchemaLibrary: Sendable {
    /// The document with this URL; none where it is no metaschema.
    func document(_ url: SchemaURL) throws(SchemaError) -> SchemaValue {
        if let text = Metaschemas.text(url.text) {
            var reader = SchemaReader(Array(text.utf8))
            do throws(SchemaReader.Failure) {
                return try reader.document()
            } catch {
                throw SchemaError(error.message)
            }
        }
        let scheme = goCut(url.text, ":")?.before ?? ""
        let reason: String
        switch scheme {
        case "urn": return .bool(true)  // Helm's own choice: a warning, and anything goes.
        case "file": reason = "a schema cannot refer to files, put the definitions into values.schema.json"
        case "http", "https": reason = "a schema cannot refer to other hosts, put the definitions into values.schema.json"
        default: reason = "no URLLoader registered for \(goQuoted(url.text))"
        }
        throw SchemaError("failing loading \(goQuoted(url.text)): \(reason)")
    }

    /// The draft a `$schema` means: its own, or that of the metaschema it names.
    func draft(of schema: String, at url: SchemaURL, _ pointer: SchemaPointer, fallback: SchemaDraft) throws(SchemaError) -> SchemaDraft {
        var name = schema
        // A metaschema may name another one.
        for _ in 0..<8 {
            if let draft = SchemaDraft(url: name) { return draft }
            let address = goCut(name, "#")?.before ?? name
            if let problem = NetworkFormats.url(address).problem {
                throw SchemaError("invalid $schema in \(goQuoted(url.location(pointer))): \(problem)")
            }
            if pointer.isRoot, address == url.text { throw SchemaError("draft \(goQuoted(address)) is not supported") }
            guard let next = try document(SchemaURL(text: address))["$schema"]?.string else { return fallback }
            name = next
        }
        throw SchemaError("cycle in resolving $schema in \(goQuoted(url.text))")
    }

    /// The vocabularies the metaschema of a `$schema` requires; nil for a draft's own.
    func vocabularies(of schema: String, _ draft: SchemaDraft) throws(SchemaError) -> [String]? {
        if SchemaDraft(url: schema) != nil || draft < .v2019 { return nil }
        let address = goCut(schema, "#")?.before ?? schema
        guard let listed = try document(SchemaURL(text: address))["$vocabulary"]?.entries else { return nil }
        return listed.filter { $0.value.bool == true && $0.key.hasPrefix(draft.vocabularyPrefix) }
            .map { String($0.key.dropFirst(draft.vocabularyPrefix.count)) }
    }
}
