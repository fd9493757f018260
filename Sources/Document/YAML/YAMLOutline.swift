internal import CYAML

/// The nodes of one document with their places, aliases not expanded.
struct YAMLOutline {
    struct Node {
        enum Content {
            /// `key` is the text it counts as where it is a mapping's key.
            case scalar(text: String, style: ScalarStyle, key: String?, isMerge: Bool)
            case sequence([Int])
            case mapping([(key: Int, value: Int)])
            case alias(String, target: Int?)
        }

        var content: Content
        /// Without anchor and tag.
        var range: SourceRange
        /// Where it begins with them.
        var start: SourcePosition
        var isInFlow: Bool
    }

    private struct Open {
        var node: Int
        var children: [Int] = []
        var isFlow: Bool
    }

    private(set) var nodes: [Node] = []
    private(set) var root = 0

    /// Nil where the text has no document of that index.
    init?(of index: Int, in bytes: UnsafeBufferPointer<UInt8>, file: String) throws(DocumentError) {
        var events = YAMLEvents(bytes, file: file)
        var current = -1
        while current < index {
            switch try events.next() {
            case YAML_DOCUMENT_START_EVENT: current += 1
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
            default: continue
            }
        }
        var open: [Open] = []
        var anchors: [String: Int] = [:]
        repeat {
            let type = try events.next()
            let isInFlow = open.last?.isFlow ?? false
            var range = events.range()
            let start = range.start
            let anchor: UnsafePointer<UInt8>?
            var finished = nodes.count
            switch type {
            case YAML_SCALAR_EVENT:
                let view = cyaml_scalar(events.event)
                anchor = view.anchor
                if view.anchor != nil || view.tag != nil { range.start = Self.behindProperties(range, in: bytes) }
                nodes.append(Node(content: Self.content(view), range: range, start: start, isInFlow: isInFlow))
            case YAML_ALIAS_EVENT:
                anchor = nil
                let name = cyaml_anchor(events.event).map { String(cString: $0) } ?? ""
                nodes.append(Node(content: .alias(name, target: anchors[name]), range: range, start: start, isInFlow: isInFlow))
            case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
                anchor = cyaml_anchor(events.event)
                range.start = Self.behindProperties(range, in: bytes)
                let isMapping = type == YAML_MAPPING_START_EVENT
                nodes.append(Node(content: isMapping ? .mapping([]) : .sequence([]), range: range, start: start, isInFlow: isInFlow))
                open.append(Open(node: finished, isFlow: isInFlow || cyaml_is_flow(events.event) != 0))
                if open.count > 1000 { throw DocumentError(.limit("nesting depth", 1000), file: file, position: range.start) }
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                guard let last = open.popLast() else { return nil }
                anchor = nil
                close(last, end: range.end)
                finished = last.node
            default: return nil
            }
            if let anchor { anchors[String(cString: anchor)] = finished }
            let hasBegun = type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT
            if !hasBegun, !open.isEmpty { open[open.count - 1].children.append(finished) }
            if !hasBegun { root = finished }
        } while !open.isEmpty
    }

    /// A block collection's end mark stands at the next thing, behind blank lines
    /// and comments; its last child knows better.
    private mutating func close(_ open: Open, end: SourcePosition) {
        let children = open.children
        if case .mapping = nodes[open.node].content {
            let keys = stride(from: 0, to: children.count - 1, by: 2)
            nodes[open.node].content = .mapping(keys.map { (key: children[$0], value: children[$0 + 1]) })
        } else {
            nodes[open.node].content = .sequence(children)
        }
        nodes[open.node].range.end = open.isFlow ? end : children.last.map { nodes[$0].range.end } ?? end
    }

    private static func content(_ view: cyaml_scalar_view) -> Node.Content {
        let bytes = UnsafeBufferPointer(start: view.value, count: view.length)
        let text = String(decoding: bytes, as: UTF8.self)
        let isPlain = view.is_plain_implicit != 0
        let tag = view.tag.map { String(cString: $0) }
        let value: Value? =
            if let tag { try? YAMLTag.value(of: text, tag: tag) } else { isPlain ? PlainScalar.resolve(bytes) : nil }
        let style: ScalarStyle =
            switch UInt32(truncatingIfNeeded: view.style) {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE.rawValue: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE.rawValue: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE.rawValue: .literal
            case YAML_FOLDED_SCALAR_STYLE.rawValue: .folded
            default: .plain
            }
        let isMerge = text == "<<" && (isPlain || tag == YAMLTag.prefix + "merge")
        return .scalar(text: text, style: style, key: (value ?? .string(text)).keyText, isMerge: isMerge)
    }

    /// Where a node itself begins: libyaml's mark is that of its anchor or tag.
    private static func behindProperties(_ range: SourceRange, in bytes: UnsafeBufferPointer<UInt8>) -> SourcePosition {
        var position = range.start
        func advance() {
            guard bytes.indices.contains(position.offset) else { return }
            let isBreak = bytes[position.offset] == 0x0a
            position.offset += SourceText.width(bytes[position.offset])
            (position.line, position.column) = isBreak ? (position.line + 1, 1) : (position.line, position.column + 1)
        }
        func current() -> UInt8? { bytes.indices.contains(position.offset) ? bytes[position.offset] : nil }
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
        while let byte = current(), byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
            while let byte = current(), !isSpace(byte) { advance() }
            let behind = position
            while let byte = current() {
                if byte == UInt8(ascii: "#") {
                    while let byte = current(), byte != 0x0a { advance() }
                } else if isSpace(byte) {
                    advance()
                } else {
                    break
                }
            }
            // Nothing follows: an empty value stands right behind its properties.
            if position.offset >= range.end.offset, behind.offset >= range.end.offset { return behind }
        }
        return position
    }

    // MARK: finding

    /// The node at a path, through aliases and merges.
    func find(_ path: DocumentPath) -> LocatedNode? {
        guard let way = follow(path) else { return nil }
        let found = nodes[way.node]
        var located = LocatedNode(
            key: way.key.map { nodes[$0].range }, value: found.range, style: nil, text: nil, isInFlow: found.isInFlow,
            sharing: way.sharing)
        if case .scalar(let text, let style, _, _) = found.content { (located.text, located.style) = (text, style) }
        return located
    }

    /// Where a path leads to.
    struct Way {
        var node: Int
        /// The key it stands under, where it stands under one.
        var key: Int?
        var sharing: LocatedNode.Sharing?
        /// The last step's entry is another mapping's, merged.
        var isMerged = false
    }

    func follow(_ path: DocumentPath) -> Way? {
        var key: Int?
        var sharing: LocatedNode.Sharing?
        var isMerged = false
        guard nodes.indices.contains(root), var node = target(of: root, &sharing) else { return nil }
        for step in path.steps {
            let next: Int
            switch (step, nodes[node].content) {
            case (.key(let name), .mapping):
                guard let found = entry(name, in: node) else { return nil }
                if found.isMerged { sharing = .merge }
                isMerged = found.isMerged
                key = found.key
                next = found.value
            case (.index(let index), .sequence(let items)):
                guard items.indices.contains(index) else { return nil }
                (key, isMerged) = (nil, false)
                next = items[index]
            default: return nil
            }
            guard let resolved = target(of: next, &sharing) else { return nil }
            node = resolved
        }
        return Way(node: node, key: key, sharing: sharing, isMerged: isMerged)
    }

    private func target(of node: Int, _ sharing: inout LocatedNode.Sharing?) -> Int? {
        guard case .alias(let name, let target) = nodes[node].content else { return node }
        sharing = .alias(name)
        return target
    }

    /// The entry that counts: the last of a key, merged ones among the others in
    /// the order they stand, as the reader has it.
    private func entry(_ name: String, in mapping: Int) -> (key: Int, value: Int, isMerged: Bool)? {
        enum Task {
            case mapping(Int)
            case entry(key: Int, value: Int, in: Int)
        }
        var tasks = [Task.mapping(mapping)]
        var visited: Set<Int> = []
        while let task = tasks.popLast() {
            switch task {
            case .mapping(let node):
                var ignored: LocatedNode.Sharing?
                guard let node = target(of: node, &ignored), case .mapping(let pairs) = nodes[node].content,
                    visited.insert(node).inserted
                else { continue }
                tasks += pairs.map { .entry(key: $0.key, value: $0.value, in: node) }
            case .entry(let key, let value, let node):
                guard case .scalar(_, _, let text, let isMerge) = nodes[key].content else {
                    if case .alias(_, let target?) = nodes[key].content, case .scalar(_, _, name, _) = nodes[target].content {
                        return (key, value, node != mapping)
                    }
                    continue
                }
                guard isMerge else {
                    if text == name { return (key, value, node != mapping) }
                    continue
                }
                var ignored: LocatedNode.Sharing?
                guard let merged = target(of: value, &ignored) else { continue }
                // Of several merged mappings the first wins: it comes off the stack first.
                if case .sequence(let items) = nodes[merged].content {
                    tasks += items.reversed().map { .mapping($0) }
                } else {
                    tasks.append(.mapping(merged))
                }
            }
        }
        return nil
    }
}

extension Value {
    /// What sigs.k8s.io/yaml makes of a value that is a mapping's key; nil for
    /// null and collections, which cannot be one.
    var keyText: String? {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        case .double(let number): GoNumber.general(Float(number))
        case .null, .sequence, .mapping: nil
        }
    }
}
