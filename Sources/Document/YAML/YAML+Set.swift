extension YAML {
    /// How a text is written; JSON is read and written as JSON, not as the YAML it also is.
    package enum Syntax: Sendable, Hashable {
        case yaml, json

        /// By a file's name.
        package init(file: String) { self = file.hasSuffix(".json") ? .json : .yaml }
    }

    /// The text with one more or another scalar at a path of keys; every line that has no part in it
    /// stays as it was.
    ///
    /// A scalar that is there is replaced in its own style where that can say it. A key that is
    /// missing comes behind the last of its mapping, in the mapping's style, with the mappings it
    /// needs. Strings that are new are quoted. The result is read again: it is what was
    /// meant, or an error.
    package static func setting(
        _ value: Value, at path: DocumentPath, document: Int, in bytes: [UInt8], file: String = "", syntax: Syntax = .yaml
    ) throws(DocumentError) -> [UInt8] {
        let edit = try TreeEdit(bytes, document: document, file: file, syntax: syntax)
        return try edit.made(path, value)
    }

    /// The text without one key and what stands under it; as it was where there is no such key.
    /// The mapping it was the last key of becomes `{}`.
    package static func removing(
        _ path: DocumentPath, document: Int, in bytes: [UInt8], file: String = "", syntax: Syntax = .yaml
    ) throws(DocumentError) -> [UInt8] {
        let edit = try TreeEdit(bytes, document: document, file: file, syntax: syntax)
        return try edit.made(path, nil)
    }
}

/// One change of a document's tree, made in its text.
///
/// There is more than one way to write most changes, and YAML has too many rules to know
/// beforehand which is right everywhere: the likely ones are tried in turn, and the first
/// that reads as meant is taken.
struct TreeEdit {
    let bytes: [UInt8]
    let document: Int
    let file: String
    let syntax: YAML.Syntax
    /// By their places in the text.
    private let before: [Int: Value]
    /// Nil where the document has nothing in it.
    let outline: YAMLOutline?

    init(_ bytes: [UInt8], document: Int, file: String, syntax: YAML.Syntax) throws(DocumentError) {
        (self.bytes, self.document, self.file, self.syntax) = (bytes, document, file, syntax)
        before = try Self.read(bytes, file: file, syntax: syntax)
        let scanned = syntax == .json ? Self.withoutSurrogates(bytes) : bytes
        let found: Result<YAMLOutline?, DocumentError> = scanned.withUnsafeBufferPointer { buffer in
            do throws(DocumentError) {
                return .success(try YAMLOutline(of: document, in: buffer, file: file))
            } catch {
                return .failure(error)
            }
        }
        outline = try found.get()
    }

    func made(_ path: DocumentPath, _ value: Value?) throws(DocumentError) -> [UInt8] {
        let old = before[document] ?? .null
        if let value, old[path] == value { return bytes }
        if value == nil, old[path] == nil { return bytes }
        var intended = before
        guard let changed = old.setting(path.steps[...], value) else {
            throw failure("\"\(path)\" cannot be written: what it stands in is no mapping", path)
        }
        intended[document] = changed
        for candidate in value.map({ setting(path, $0) }) ?? removing(path) {
            guard let candidate, let read = try? Self.read(candidate, file: file, syntax: syntax), read == intended else { continue }
            return candidate
        }
        throw failure(reason(path), path)
    }

    private func reason(_ path: DocumentPath) -> String {
        var steps = path.steps
        while !steps.isEmpty {
            switch outline?.follow(DocumentPath(steps))?.sharing {
            case .alias(let name)?:
                return "\"\(path)\" stands in what the anchor \"&\(name)\" holds, and other places have it too through \"*\(name)\""
            case .merge?: return "\"\(path)\" comes from another mapping through \"<<\""
            case nil: steps.removeLast()
            }
        }
        return "\"\(path)\" cannot be changed without changing something else"
    }

    private func failure(_ reason: String, _ path: DocumentPath) -> DocumentError {
        var steps = path.steps
        while true {
            if let node = outline?.find(DocumentPath(steps)) {
                return DocumentError(.notEditable(reason), file: file, position: (node.key ?? node.value).start)
            }
            if steps.popLast() == nil { return DocumentError(.notEditable(reason), file: file, position: nil) }
        }
    }

    private static func read(_ bytes: [UInt8], file: String, syntax: YAML.Syntax) throws(DocumentError) -> [Int: Value] {
        if syntax == .json { return [0: try JSON.parse(bytes, file: file)] }
        let documents = try YAML.documents(bytes, file: file, options: YAML.Options(maxBytes: nil, duplicateKeys: .last))
        return Dictionary(documents.map { ($0.index, $0.value) }) { first, _ in first }
    }

    /// JSON writes what is outside of the BMP as two escapes, which YAML does not know:
    /// others of the same length stand for them while places are looked for.
    private static func withoutSurrogates(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var index = 0
        while index + 1 < result.count {
            guard result[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            if result[index + 1] == UInt8(ascii: "u"), index + 5 < result.count, result[index + 2] | 0x20 == UInt8(ascii: "d"),
                result[index + 3] >= UInt8(ascii: "8")
            {
                result.replaceSubrange((index + 2)..<(index + 6), with: "0041".utf8)
            }
            index += 2
        }
        return result
    }
}

extension Value {
    /// With another value at a path, or without what is there; nil where a step leads into something that is neither
    /// a mapping nor empty, or to no item.
    fileprivate func setting(_ path: ArraySlice<DocumentPath.Step>, _ value: Value?) -> Value? {
        guard let step = path.first else { return value }
        switch (step, self) {
        case (.key(let key), .mapping), (.key(let key), .null):
            var result = self
            if path.count == 1 {
                result[key] = value
                return result
            }
            if self[key] == nil, value == nil { return self }
            guard let inner = (self[key] ?? .null).setting(path.dropFirst(), value) else { return nil }
            result[key] = inner
            return result
        case (.index(let index), .sequence(var items)):
            guard items.indices.contains(index), let inner = items[index].setting(path.dropFirst(), value) else { return nil }
            items[index] = inner
            return .sequence(items)
        default: return nil
        }
    }
}
