package import Document

/// What Chart.yaml says of a chart.
package struct ChartMetadata: Sendable, Hashable {
    package var name = ""
    package var home = ""
    package var sources: [String] = []
    package var version = ""
    package var description = ""
    package var keywords: [String] = []
    package var maintainers: [Maintainer] = []
    package var icon = ""
    package var apiVersion = ""
    package var condition = ""
    package var tags = ""
    package var appVersion = ""
    package var deprecated = false
    /// Nil where Chart.yaml has none, which templates can tell from an empty mapping.
    package var annotations: [String: String]?
    package var kubeVersion = ""
    package var dependencies: [ChartDependency] = []
    /// "application", "library" or "" for an application.
    package var type = ""

    /// A list has an item that is null, which loading lets pass and validation does not.
    var hasNullMaintainer = false
    var hasNullDependency = false

    package init() {}

    /// A library has templates for others to include and renders nothing itself.
    package var isLibrary: Bool { type.lowercased() == "library" }

    package struct Maintainer: Sendable, Hashable {
        package var name = ""
        package var email = ""
        package var url = ""
    }
}

/// A chart that another one wants in its charts/ folder, from Chart.yaml or requirements.yaml.
package struct ChartDependency: Sendable, Hashable {
    package var name = ""
    package var version = ""
    package var repository = ""
    /// Comma-separated paths into the values; the first that is a boolean decides.
    package var condition = ""
    package var tags: [String] = []
    package var alias = ""
    /// Texts or mappings `{child, parent}`, as written.
    package var importValues: [Value] = []
    /// `importValues` as they were understood, once they were.
    var imported: [Import]?
    /// What condition and tags said; true until they were asked.
    var isEnabled = true
}

extension ChartDependency {
    /// A table of the dependency's values, and where in the parent's it goes.
    struct Import: Sendable, Hashable {
        var child: String
        var parent: String
    }
}

extension ChartMetadata {
    /// Reads Chart.yaml's mapping; numbers and booleans become strings where a string belongs, as in Helm.
    init(_ value: Value, file: String) throws(ChartError) {
        try merge(value, file: file)
    }

    /// Sets what a mapping says, as requirements.yaml adds to a Chart.yaml of version 1.
    mutating func merge(_ value: Value, file: String) throws(ChartError) {
        if value.isNull { return }
        let reader = try FieldReader(value, type: "v2.Metadata", file: file)
        name = try reader.string("name") ?? name
        home = try reader.string("home") ?? home
        sources = try reader.strings("sources") ?? sources
        version = try reader.string("version") ?? version
        description = try reader.string("description") ?? description
        keywords = try reader.strings("keywords") ?? keywords
        icon = try reader.string("icon") ?? icon
        apiVersion = try reader.string("apiVersion") ?? apiVersion
        condition = try reader.string("condition") ?? condition
        tags = try reader.string("tags") ?? tags
        appVersion = try reader.string("appVersion") ?? appVersion
        deprecated = try reader.bool("deprecated") ?? deprecated
        annotations = try reader.stringMap("annotations") ?? annotations
        kubeVersion = try reader.string("kubeVersion") ?? kubeVersion
        type = try reader.string("type") ?? type
        if let items = try reader.items("maintainers", type: "v2.Maintainer") {
            maintainers = []
            hasNullMaintainer = items.contains { $0 == nil }
            for item in items.compactMap(\.self) {
                maintainers.append(
                    Maintainer(
                        name: try item.string("name") ?? "", email: try item.string("email") ?? "",
                        url: try item.string("url") ?? ""))
            }
        }
        if let items = try reader.items("dependencies", type: "v2.Dependency") {
            dependencies = []
            hasNullDependency = items.contains { $0 == nil }
            for item in items.compactMap(\.self) { dependencies.append(try ChartDependency(item)) }
        }
    }

    /// Chart.lock and requirements.lock say nothing a render needs, but must be what they should be.
    static func checkLock(_ value: Value, file: String) throws(ChartError) {
        if value.isNull { return }
        let reader = try FieldReader(value, type: "v2.Lock", file: file)
        _ = try reader.string("digest")
        for item in try reader.items("dependencies", type: "v2.Dependency") ?? [] { if let item { _ = try ChartDependency(item) } }
        guard let time = reader.value("generated"), !time.isNull else { return }
        guard let text = time.string else { throw reader.failure("Time.UnmarshalJSON: input is not a JSON string") }
        do throws(GoTimeLayout.Mismatch) {
            _ = try GoTimeLayout.parse("2006-01-02T15:04:05Z07:00", text)
        } catch {
            throw reader.failure(error.description)
        }
    }
}

extension ChartDependency {
    fileprivate init(_ reader: FieldReader) throws(ChartError) {
        name = try reader.string("name") ?? ""
        version = try reader.string("version") ?? ""
        repository = try reader.string("repository") ?? ""
        condition = try reader.string("condition") ?? ""
        tags = try reader.strings("tags") ?? []
        alias = try reader.string("alias") ?? ""
        importValues = try reader.list("import-values") ?? []
        _ = try reader.bool("enabled")
    }
}

/// Fields of a mapping, typed as Go's JSON decoder would.
private struct FieldReader {
    let mapping: Mapping
    let type: String
    let file: String
    /// The fields the mapping lies in: "maintainers.".
    let path: String

    init(_ value: Value, type: String, file: String, path: String = "") throws(ChartError) {
        guard let mapping = value.mapping else {
            throw ChartError(
                .invalid, file: file,
                message: "cannot load \(file): error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(value.jsonType) into Go value of type \(type)")
        }
        self.mapping = mapping
        self.type = type
        self.file = file
        self.path = path
    }

    func value(_ key: String) -> Value? {
        if let value = mapping[key] { return value }
        let lower = key.lowercased()
        return mapping.first { $0.key.lowercased() == lower }?.value
    }

    func string(_ key: String) throws(ChartError) -> String? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let text = value.goText else { throw mismatch(value, key, "string") }
        return text
    }

    func bool(_ key: String) throws(ChartError) -> Bool? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let flag = value.bool else { throw mismatch(value, key, "bool") }
        return flag
    }

    func list(_ key: String) throws(ChartError) -> [Value]? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let items = value.sequence else { throw mismatch(value, key, "[]interface {}") }
        return items
    }

    func strings(_ key: String) throws(ChartError) -> [String]? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let items = value.sequence else { throw mismatch(value, key, "[]string") }
        var texts: [String] = []
        for item in items {
            guard let text = item.isNull ? "" : item.goText else { throw mismatch(item, key, "string") }
            texts.append(text)
        }
        return texts
    }

    func stringMap(_ key: String) throws(ChartError) -> [String: String]? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let mapping = value.mapping else { throw mismatch(value, key, "map[string]string") }
        var result: [String: String] = [:]
        for entry in mapping {
            guard let text = entry.value.isNull ? "" : entry.value.goText else { throw mismatch(entry.value, key, "string") }
            result[entry.key] = text
        }
        return result
    }

    /// Items that are mappings of their own; nil for one that is null.
    func items(_ key: String, type: String) throws(ChartError) -> [FieldReader?]? {
        guard let value = value(key), !value.isNull else { return nil }
        guard let items = value.sequence else { throw mismatch(value, key, "[]*\(type)") }
        var readers: [FieldReader?] = []
        for item in items {
            if item.isNull {
                readers.append(nil)
                continue
            }
            guard item.mapping != nil else { throw mismatch(item, key, type) }
            readers.append(try FieldReader(item, type: type, file: file, path: "\(path)\(key)."))
        }
        return readers
    }

    func failure(_ message: String) -> ChartError {
        ChartError(.invalid, file: file, message: "cannot load \(file): error unmarshaling JSON: while decoding JSON: \(message)")
    }

    private func mismatch(_ value: Value, _ key: String, _ wanted: String) -> ChartError {
        failure(
            "json: cannot unmarshal \(value.jsonType) into Go struct field "
                + "\(type.split(separator: ".").last ?? "").\(path)\(key) of type \(wanted)")
    }
}
