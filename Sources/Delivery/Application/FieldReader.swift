internal import Basics
internal import Document
internal import Kubernetes

/// Reads the fields of one mapping and knows where each stands, so that a
/// mistake is reported with its line.
struct FieldReader {
    let document: YAMLDocument
    let bytes: [UInt8]
    let file: String
    var path = DocumentPath()
    var value: Value

    init(document: YAMLDocument, bytes: [UInt8], file: String) {
        (self.document, self.bytes, self.file, value) = (document, bytes, file, document.value)
    }

    /// Where this mapping stands.
    var origin: Origin { Origin(file: file, line: line(of: path)) }

    /// Refuses keys that nobody reads, with the nearest that somebody does.
    func allow(_ keys: [String]) throws(RenderError) {
        for entry in value.mapping ?? [:] where !keys.contains(entry.key) {
            let hint = nearest(to: entry.key, among: keys).map { ", did you mean \"\($0)\"?" } ?? ", expected one of \(keys.joined(separator: ", "))"
            throw error(entry.key, "unknown field \"\(path.appending(.key(entry.key)))\"\(hint)")
        }
    }

    func mapping(_ key: String, required: Bool) throws(RenderError) -> FieldReader {
        var inner = self
        inner.path = path.appending(.key(key))
        switch value[key] {
        case .mapping(let mapping): inner.value = .mapping(mapping)
        case nil, .null:
            if required { throw missing(key) }
            inner.value = .null
        case let other?: throw error(key, "\"\(inner.path)\" is \(other.kindName), expected a mapping")
        }
        return inner
    }

    func string(_ key: String, required: Bool = false) throws(RenderError) -> String? {
        switch value[key] {
        case .string(let text): return text
        case nil, .null:
            if required { throw missing(key) }
            return nil
        case let other?: throw error(key, "\"\(path.appending(.key(key)))\" is \(other.kindName), expected a string")
        }
    }

    /// A string, or a number as it would be written.
    func scalarText(_ key: String) throws(RenderError) -> String? {
        if case .int(let number)? = value[key] { return String(number) }
        return try string(key)
    }

    func number(_ key: String) throws(RenderError) -> Double? {
        switch value[key] {
        case nil, .null: return nil
        case let other?:
            guard let number = other.double, number.isFinite else { throw error(key, "\"\(path.appending(.key(key)))\" is \(other.kindName), expected a number") }
            return number
        }
    }

    func bool(_ key: String) throws(RenderError) -> Bool? {
        switch value[key] {
        case .bool(let flag): return flag
        case nil, .null: return nil
        case let other?: throw error(key, "\"\(path.appending(.key(key)))\" is \(other.kindName), expected true or false")
        }
    }

    func strings(_ key: String) throws(RenderError) -> [String] {
        switch value[key] {
        case nil, .null: return []
        case .sequence(let items):
            var all: [String] = []
            for item in items {
                guard case .string(let text) = item else {
                    throw error(key, "\"\(path.appending(.key(key)))\" holds \(item.kindName), expected strings")
                }
                all.append(text)
            }
            return all
        case let other?: throw error(key, "\"\(path.appending(.key(key)))\" is \(other.kindName), expected a sequence of strings")
        }
    }

    func error(_ key: String, _ message: String) -> RenderError {
        RenderError(.invalid(message), origin: Origin(file: file, line: line(of: path.appending(.key(key))) ?? line(of: path)))
    }

    private func missing(_ key: String) -> RenderError {
        RenderError(.invalid("\"\(path.appending(.key(key)))\" is missing"), origin: origin)
    }

    private func line(of path: DocumentPath) -> Int? {
        if path.steps.isEmpty { return document.range.start.line }
        guard let node = try? YAML.locate(path, document: document.index, in: bytes) else { return nil }
        return (node.key ?? node.value).start.line
    }
}
