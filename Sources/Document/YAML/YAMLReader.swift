internal import CYAML

/// Reads libyaml's events into values.
struct YAMLReader {
    private let bytes: [UInt8]
    private let file: String
    private let options: YAML.Options

    init(_ bytes: [UInt8], file: String, options: YAML.Options) throws(DocumentError) {
        if let limit = options.maxBytes, bytes.count > limit {
            throw DocumentError(.limit("file size in bytes", limit), file: file, position: nil)
        }
        self.bytes = bytes
        self.file = file
        self.options = options
    }

    func documents() throws(DocumentError) -> [YAMLDocument] {
        try run { (pass) throws(DocumentError) in
            var documents: [YAMLDocument] = []
            while let document = try pass.document() {
                if !pass.isEmpty { documents.append(document) }
            }
            return documents
        }
    }

    func single() throws(DocumentError) -> Value {
        try run { (pass) throws(DocumentError) in
            var value: Value?
            while let document = try pass.document() {
                if options.ignoresFurtherDocuments { return document.value }
                if pass.isEmpty { continue }
                if value != nil {
                    throw DocumentError(
                        .syntax("a second document begins here"), file: file, position: document.range.start,
                        expected: "one document")
                }
                value = document.value
            }
            return value ?? .null
        }
    }

    private func run<Result>(
        _ body: (inout YAMLPass) throws(DocumentError) -> Result
    ) throws(DocumentError) -> Result {
        let outcome: Swift.Result<Result, DocumentError> = bytes.withUnsafeBufferPointer { buffer in
            var pass = YAMLPass(buffer, file: file, options: options)
            do throws(DocumentError) { return .success(try body(&pass)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

/// One pass over the events of a text.
struct YAMLPass: ~Copyable {
    private struct Anchor {
        var value: Value
        /// Bytes the value stands for, aliases inside it counted in full.
        var size: Int
    }

    /// An anchored collection that is not finished yet.
    private struct OpenAnchor {
        var name: String
        var depth: Int
        var sizeBefore: Int
    }

    private var events: YAMLEvents
    private var builder = TreeBuilder()
    private let file: String
    private let options: YAML.Options
    private var index = -1
    /// Whether the document read last has nothing in it.
    private(set) var isEmpty = false
    private var anchors: [String: Anchor] = [:]
    private var openAnchors: [OpenAnchor] = []
    /// Bytes of values read so far in this document, aliases in full.
    private var size = 0
    /// The part of them that aliases brought.
    private var aliasSize = 0
    /// How many collections in brackets or braces are open.
    private var flowDepth = 0
    /// Where the first key that is null stands; its value is needed to tell of it.
    private var nullKey: TreeBuilder.KeyMark?
    private static let nullKeyText = "\u{10fffe}null"

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, options: YAML.Options) {
        events = YAMLEvents(bytes, file: file)
        self.file = file
        self.options = options
    }

    /// The next document; nil at the end of the text.
    mutating func document() throws(DocumentError) -> YAMLDocument? {
        while true {
            switch try events.next() {
            case YAML_STREAM_START_EVENT: continue
            case YAML_DOCUMENT_START_EVENT: return try content()
            default: return nil
            }
        }
    }

    private mutating func content() throws(DocumentError) -> YAMLDocument {
        index += 1
        isEmpty = false
        (size, aliasSize, flowDepth, nullKey) = (0, 0, 0, nil)
        anchors = [:]
        openAnchors = []
        var type = try events.next()
        let start = events.position(events.event.pointee.start_mark)
        // The end of a block collection is marked at the next thing, so it has no
        // length; the last event with one ends the content.
        var endMark = events.event.pointee.end_mark
        while type != YAML_DOCUMENT_END_EVENT {
            if events.event.pointee.start_mark.index != events.event.pointee.end_mark.index {
                endMark = events.event.pointee.end_mark
            }
            do throws(DocumentError) { try node(type) } catch {
                switch error.problem {
                case .unknownAlias: break
                default: if options.ignoresFurtherDocuments, error.parser == nil { try skipDocument() }
                }
                throw error
            }
            type = try events.next()
        }
        if let nullKey { throw self.failure(nullKey) }
        let end = events.position(endMark)
        return YAMLDocument(index: index, value: builder.takeRoot(), range: SourceRange(start: start, end: end))
    }

    /// go-yaml reads the whole document before it looks at what the nodes mean, so that a fault of syntax comes first.
    private mutating func skipDocument() throws(DocumentError) {
        while try events.next() != YAML_DOCUMENT_END_EVENT {}
    }

    @inline(__always)
    private mutating func node(_ type: yaml_event_type_t) throws(DocumentError) {
        switch type {
        case YAML_SCALAR_EVENT: try scalar()
        case YAML_SEQUENCE_START_EVENT: try begin(mapping: false)
        case YAML_MAPPING_START_EVENT: try begin(mapping: true)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try end()
        case YAML_ALIAS_EVENT: try alias()
        default: throw failure(.syntax("an event that does not belong into a document"))
        }
    }

    // MARK: scalars

    @inline(__always)
    private mutating func scalar() throws(DocumentError) {
        let view = cyaml_scalar(events.event)
        let bytes = UnsafeBufferPointer(start: view.value, count: view.length)
        let isPlain = view.is_plain_implicit != 0
        size &+= view.length &+ 16
        if flowDepth > 0, isPlain, options.ignoresFurtherDocuments, bytes.contains(UInt8(ascii: "?")) { throw questionMark() }
        if builder.expectsKey, view.anchor == nil {
            try key(bytes, view)
            return
        }
        if view.tag != nil || view.anchor != nil {
            try rareScalar(bytes, view)
            return
        }
        if builder.depth == 0, view.length == 0, isPlain { isEmpty = true }
        if isPlain, let value = PlainScalar.resolve(bytes) {
            if case .double(let number) = value { try refuseInfinite(number, bytes) }
            try add(value)
        } else {
            try add(.string(String(decoding: bytes, as: UTF8.self)))
        }
    }

    @inline(__always)
    private mutating func key(
        _ bytes: UnsafeBufferPointer<UInt8>, _ view: cyaml_scalar_view
    ) throws(DocumentError) {
        let mark = events.event.pointee.start_mark
        let isPlain = view.is_plain_implicit != 0
        if isPlain || view.tag != nil, let first = bytes.first {
            if first == UInt8(ascii: "<"), bytes.count == 2, bytes[1] == UInt8(ascii: "<"),
                isPlain || view.tag.map(Self.tagName) == YAMLTag.prefix + "merge" {
                builder.setMergeKey()
                return
            }
        }
        if view.tag != nil || (isPlain && bytes.isEmpty) {
            setKey(keyText(of: try value(bytes, view), mark), mark)
            return
        }
        if isPlain, let value = PlainScalar.resolve(bytes) {
            setKey(keyText(of: value, mark), mark)
            return
        }
        let (key, hash) = builder.keys.key(bytes)
        builder.setKey(key, mark: Self.keyMark(hash, mark))
    }

    @inline(__always)
    private static func keyMark(_ hash: UInt64, _ mark: yaml_mark_t) -> TreeBuilder.KeyMark {
        .init(hash: hash, line: Int32(truncatingIfNeeded: mark.line), column: Int32(truncatingIfNeeded: mark.column))
    }

    private mutating func setKey(_ key: String, _ mark: yaml_mark_t) {
        var key = key
        let hash = key.withUTF8 { KeyCache.hash($0) }
        builder.setKey(key, mark: Self.keyMark(hash, mark))
    }

    private mutating func keyText(of value: Value, _ mark: yaml_mark_t) -> String {
        if let text = value.keyText { return text }
        if nullKey == nil { nullKey = Self.keyMark(0, mark) }
        return Self.nullKeyText
    }

    @inline(never)
    private mutating func rareScalar(
        _ bytes: UnsafeBufferPointer<UInt8>, _ view: cyaml_scalar_view
    ) throws(DocumentError) {
        let value = try value(bytes, view)
        if let anchor = view.anchor {
            anchors[Self.tagName(anchor)] = Anchor(value: value, size: bytes.count &+ 16)
        }
        if builder.expectsKey {
            let mark = events.event.pointee.start_mark
            setKey(keyText(of: value, mark), mark)
        } else {
            if case .double(let number) = value { try refuseInfinite(number, bytes) }
            try add(value)
        }
    }

    /// Infinity and NaN exist in YAML only: Kubernetes' tools refuse them.
    private mutating func refuseInfinite(_ number: Double, _ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
        guard !number.isFinite else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        throw failure(.syntax("\(text) is no number that JSON can hold"), expected: "quotes around it if it is a text")
    }

    /// A scalar's value, its tag considered.
    private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, _ view: cyaml_scalar_view) throws(DocumentError) -> Value {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let tag = view.tag else {
            return view.is_plain_implicit != 0 ? PlainScalar.resolve(bytes) ?? .string(text) : .string(text)
        }
        do throws(YAMLTag.Mismatch) {
            return try YAMLTag.value(of: text, tag: Self.tagName(tag))
        } catch {
            throw failure(.syntax(error.text), expected: error.expected)
        }
    }

    private static func tagName(_ text: UnsafePointer<UInt8>) -> String { String(cString: text) }

    // MARK: collections

    @inline(__always)
    private mutating func begin(mapping: Bool) throws(DocumentError) {
        if builder.expectsKey, !options.ignoresFurtherDocuments { throw failure(.invalidKey(.null), expected: "a text") }
        if builder.depth >= options.maxDepth { throw failure(.limit("nesting depth", options.maxDepth)) }
        size &+= 16
        builder.begin(mapping: mapping)
        if flowDepth > 0 || isFlow(mapping) { flowDepth &+= 1 }
        if let anchor = cyaml_anchor(events.event) {
            openAnchors.append(OpenAnchor(name: Self.tagName(anchor), depth: builder.depth, sizeBefore: size &- 16))
        }
    }

    @inline(__always)
    private mutating func end() throws(DocumentError) {
        let depth = builder.depth
        if flowDepth > 0 { flowDepth &-= 1 }
        let ended: TreeBuilder.Ended = builder.end()
        if let duplicate = ended.duplicate, options.duplicateKeys == .refuse { throw failure(duplicate) }
        let value = ended.value
        if let open = openAnchors.last, open.depth == depth {
            openAnchors.removeLast()
            anchors[open.name] = Anchor(value: value, size: size &- open.sizeBefore)
        }
        if builder.expectsKey { throw failure(.invalidKey(value), expected: "a text") }
        try add(value)
    }

    private func isFlow(_ mapping: Bool) -> Bool {
        mapping
            ? events.event.pointee.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
            : events.event.pointee.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
    }

    @inline(__always)
    private mutating func add(_ value: consuming Value) throws(DocumentError) {
        if builder.expectsMerge {
            let isMapping = builder.merge(value)
            if !isMapping {
                throw failure(.notMergeable, expected: "a mapping or a sequence of mappings")
            }
        } else {
            builder.add(value)
        }
    }

    // MARK: aliases

    private mutating func alias() throws(DocumentError) {
        let name = cyaml_anchor(events.event).map(Self.tagName) ?? ""
        if openAnchors.contains(where: { $0.name == name }) {
            throw failure(.syntax("alias \"*\(name)\" stands inside the value it names"))
        }
        guard let anchor = anchors[name] else { throw failure(.unknownAlias(name)) }
        // No overflow: the limit stops long before.
        size &+= anchor.size
        aliasSize &+= anchor.size
        if aliasSize > options.maxAliasBytes { throw failure(.limit("bytes that aliases expand to", options.maxAliasBytes)) }
        if builder.expectsKey {
            let mark = events.event.pointee.start_mark
            switch anchor.value {
            case .mapping, .sequence: throw failure(.invalidKey(anchor.value), expected: "a text")
            default: setKey(keyText(of: anchor.value, mark), mark)
            }
        } else {
            try add(anchor.value)
        }
    }

    // MARK: errors

    /// go-yaml, unlike libyaml, ends a plain text at a "?" inside brackets.
    private mutating func questionMark() -> DocumentError {
        let isMapping = builder.isInMapping
        var error = failure(.syntax("\"?\" is not allowed in a text inside brackets"), expected: "quotes around the text")
        error.parser = ParserFault(
            problem: isMapping ? "did not find expected ',' or '}'" : "did not find expected ',' or ']'",
            line: Int(truncatingIfNeeded: events.event.pointee.start_mark.line), contextLine: 0, isScanner: false, isReader: false)
        return error
    }

    private mutating func failure(_ nullKey: TreeBuilder.KeyMark) -> DocumentError {
        let position = events.position(line: Int(nullKey.line), column: Int(nullKey.column))
        let value = builder.takeRoot().value(under: Self.nullKeyText) ?? .null
        return DocumentError(
            .nullKey(value: value), file: file, position: position, expected: "a text, in quotes if it is \"~\", \"null\" or empty")
    }

    private mutating func failure(_ problem: DocumentError.Problem, expected: String? = nil) -> DocumentError {
        let mark = events.event.pointee.start_mark
        return DocumentError(problem, file: file, position: events.position(mark), expected: expected)
    }

    private func failure(_ duplicate: TreeBuilder.Duplicate) -> DocumentError {
        let position = events.position(line: Int(duplicate.mark.line), column: Int(duplicate.mark.column))
        return DocumentError(.duplicateKey(duplicate.key), file: file, position: position)
    }
}

extension Value {
    /// The first value under a key, at any depth.
    fileprivate func value(under key: String) -> Value? {
        switch self {
        case .sequence(let items): return items.lazy.compactMap { $0.value(under: key) }.first
        case .mapping(let mapping): return mapping[key] ?? mapping.entries.lazy.compactMap { $0.value.value(under: key) }.first
        default: return nil
        }
    }
}
