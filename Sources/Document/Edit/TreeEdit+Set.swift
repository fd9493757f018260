extension TreeEdit {
    /// The ways to write a value at a path, the most natural first.
    func setting(_ path: DocumentPath, _ value: Value) -> [[UInt8]?] {
        guard let outline else { return [appended(path.steps[...], value)] }
        if let way = outline.follow(path), !way.isMerged {
            guard let node = outline.find(path), let style = node.style else { return [] }
            let edit = ScalarEdit(node: node, style: style, source: bytes)
            let range = node.value.bytes
            if syntax == .json { return [TextLines(bytes: bytes).replacing(range, with: JSON.write(value))] }
            return edit.ways(value).map { TextLines(bytes: bytes).replacing(range, with: $0) }
        }
        // The deepest mapping of the path that is there takes what is missing.
        var depth = path.steps.count - 1
        while depth >= 0 {
            let outer = DocumentPath(Array(path.steps[..<depth]))
            if let way = outline.follow(outer) {
                return inserting(path.steps[depth...], value, way, outline)
            }
            depth -= 1
        }
        return []
    }

    private func inserting(
        _ steps: ArraySlice<DocumentPath.Step>, _ value: Value, _ way: YAMLOutline.Way, _ outline: YAMLOutline
    ) -> [[UInt8]?] {
        let node = outline.nodes[way.node]
        switch node.content {
        case .mapping(let pairs):
            if let last = pairs.last, let first = pairs.first {
                if outline.isFlow(way.node, in: bytes) {
                    return intoFlow(steps, value, from: node, first: outline.nodes[first.key], last: outline.nodes[last.key], end: outline.nodes[last.value].range.end)
                }
                return intoBlock(steps, value, mapping: node, first: outline.nodes[first.key], last: outline.nodes[last.key], unit: outline.unit(in: way.node, bytes))
            }
            let inside = node.range.start.offset + 1
            return [
                asChild(steps, value, of: way, outline),
                flow(steps, value).map { TextLines(bytes: bytes).replacing(inside..<inside, with: $0) },
            ]
        case .scalar(let text, let style, _, _):
            guard style == .plain, PlainScalar.resolve(text)?.isNull == true else { return [] }
            let isTight = node.range.bytes.isEmpty && bytes.indices.contains(node.range.start.offset - 1) && bytes[node.range.start.offset - 1] == UInt8(ascii: ":")
            return [
                asChild(steps, value, of: way, outline),
                flow(steps, value).map {
                    TextLines(bytes: bytes).replacing(node.range.bytes, with: Array((isTight ? " {" : "{").utf8) + $0 + Array("}".utf8))
                },
            ]
        case .sequence, .alias: return []
        }
    }

    /// Lines behind a block mapping's last; before its last entry where that one's text ends with the file and
    /// would get a line break it has not.
    private func intoBlock(
        _ steps: ArraySlice<DocumentPath.Step>, _ value: Value, mapping: YAMLOutline.Node, first: YAMLOutline.Node,
        last: YAMLOutline.Node, unit: Int
    ) -> [[UInt8]?] {
        guard let written = block(steps, value, indent: first.start.column - 1, unit: unit) else { return [] }
        let lines = TextLines(bytes: bytes)
        let end = mapping.range.end.offset
        let behind = [lines.trimmedEnd(end, from: mapping.range.start.offset), end].map { TreeEdit.inserted(written, behind: $0, in: lines) }
        let lineStart = lines.start(of: last.start.offset)
        guard lines.isBlank(lineStart..<last.start.offset) else { return behind }
        let lineBreak = lines.lineBreak(near: lineStart)
        return behind + [lines.replacing(lineStart..<lineStart, with: written.flatMap { $0 + lineBreak })]
    }

    /// Where there was nothing, `null` or `{}`: lines below the key, which keeps the rest of its own line.
    private func asChild(
        _ steps: ArraySlice<DocumentPath.Step>, _ value: Value, of way: YAMLOutline.Way, _ outline: YAMLOutline
    ) -> [UInt8]? {
        let node = outline.nodes[way.node]
        guard syntax == .yaml, !node.isInFlow else { return nil }
        let unit = outline.unit(in: nil, bytes)
        guard let key = way.key else {
            return way.node == outline.root && node.range.bytes.isEmpty ? appended(steps, value) : nil
        }
        let indent = outline.nodes[key].start.column - 1 + unit
        guard let written = block(steps, value, indent: indent, unit: unit) else { return nil }
        var start = node.range.start.offset
        while start > 0, bytes[start - 1] == 0x20 { start -= 1 }
        // Blanks before a comment stay.
        let end = node.range.bytes.isEmpty ? start : node.range.end.offset
        let without = TextLines(bytes: bytes).replacing(start..<max(start, end), with: [])
        return TreeEdit.inserted(written, behind: start, in: TextLines(bytes: without))
    }

    /// At the end of a text that has nothing but comments.
    private func appended(_ steps: ArraySlice<DocumentPath.Step>, _ value: Value) -> [UInt8]? {
        guard syntax == .yaml, let written = block(steps, value, indent: 0, unit: 2) else { return nil }
        return TreeEdit.inserted(written, behind: bytes.count, in: TextLines(bytes: bytes))
    }

    /// Lines behind the one a place is on; at the start of a line, in front of it.
    private static func inserted(_ written: [[UInt8]], behind place: Int, in lines: TextLines) -> [UInt8] {
        let lineBreak = lines.lineBreak(near: place)
        if place == 0 || lines.start(of: place) == place, place > 0 || lines.bytes.isEmpty {
            return lines.replacing(place..<place, with: written.flatMap { $0 + lineBreak })
        }
        let end = lines.end(of: place)
        return lines.replacing(end..<end, with: written.flatMap { lineBreak + $0 })
    }

    private func intoFlow(
        _ steps: ArraySlice<DocumentPath.Step>, _ value: Value, from node: YAMLOutline.Node, first: YAMLOutline.Node,
        last: YAMLOutline.Node, end: SourcePosition
    ) -> [[UInt8]?] {
        let isQuoted = bytes.indices.contains(first.range.start.offset) && bytes[first.range.start.offset] == UInt8(ascii: "\"")
        guard let written = flow(steps, value, quotesKeys: isQuoted) else { return [] }
        let lines = TextLines(bytes: bytes)
        let isLinewise = lines.isBlank(lines.start(of: last.start.offset)..<last.start.offset) && last.start.line > node.range.start.line
        guard isLinewise else { return [lines.replacing(end.offset..<end.offset, with: Array(", ".utf8) + written)] }
        let indent = bytes[lines.start(of: last.start.offset)..<last.start.offset]
        let added = lines.lineBreak(near: last.start.offset) + indent + written
        // A comment behind the last entry stays its own.
        let place = end.offset
        let lineEnd = lines.end(of: place)
        let rest = bytes[place..<max(place, lineEnd)]
        let hash = rest.firstIndex(of: UInt8(ascii: "#"))
        guard let hash, bytes[place..<hash].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }) else {
            return [lines.replacing(place..<place, with: [UInt8(ascii: ",")] + added)]
        }
        if bytes[place..<hash].contains(UInt8(ascii: ",")) {
            return [lines.replacing(lineEnd..<lineEnd, with: added + [UInt8(ascii: ",")])]
        }
        let below = lines.replacing(lineEnd..<lineEnd, with: added)
        return [TextLines(bytes: below).replacing(place..<place, with: [UInt8(ascii: ",")])]
    }

    // MARK: new text

    /// Lines for the keys of a path and the value under the last.
    private func block(_ steps: ArraySlice<DocumentPath.Step>, _ value: Value, indent: Int, unit: Int) -> [[UInt8]]? {
        guard syntax == .yaml else { return nil }
        var lines: [[UInt8]] = []
        for (index, step) in steps.enumerated() {
            guard case .key(let key) = step else { return nil }
            let isLast = index == steps.count - 1
            let margin = [UInt8](repeating: 0x20, count: indent + index * unit)
            lines.append(margin + written(key: key) + Array((isLast ? ": " : ":").utf8) + (isLast ? written(value) : []))
        }
        return lines
    }

    /// `a: {b: "c"}`
    private func flow(_ steps: ArraySlice<DocumentPath.Step>, _ value: Value, quotesKeys: Bool = false) -> [UInt8]? {
        var result = written(value)
        for (index, step) in steps.reversed().enumerated() {
            guard case .key(let key) = step else { return nil }
            if index > 0 { result = [UInt8(ascii: "{")] + result + [UInt8(ascii: "}")] }
            let name = syntax == .json || quotesKeys ? quoted(key) : written(key: key, inFlow: true)
            result = name + Array(": ".utf8) + result
        }
        return result
    }

    private func written(key: String, inFlow: Bool = false) -> [UInt8] {
        var copy = key
        let isPlain = copy.withUTF8 { ScalarShape(of: $0).isPlain(inFlow: inFlow, $0) && !PlainScalar.isReserved($0) }
        return isPlain && key != "<<" ? Array(key.utf8) : quoted(key)
    }

    private func written(_ value: Value) -> [UInt8] {
        guard case .string(let text) = value else { return JSON.write(value) }
        return quoted(text)
    }

    private func quoted(_ text: String) -> [UInt8] {
        if syntax == .json { return JSON.write(.string(text)) }
        var writer = YAMLWriter()
        var copy = text
        copy.withUTF8 { writer.doubleQuoted($0, mayFold: false) }
        return writer.output
    }
}

extension YAMLOutline {
    /// Whether a mapping or a sequence stands in brackets.
    func isFlow(_ node: Int, in bytes: [UInt8]) -> Bool {
        let start = nodes[node].range.start.offset
        guard bytes.indices.contains(start) else { return false }
        return bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[")
    }

    /// How far a mapping's children are indented here: as in this mapping, else as in the first of the document.
    func unit(in mapping: Int?, _ bytes: [UInt8]) -> Int {
        let own = mapping.flatMap { unit(of: $0, bytes) }
        return own ?? nodes.indices.lazy.compactMap { unit(of: $0, bytes) }.first ?? 2
    }

    private func unit(of mapping: Int, _ bytes: [UInt8]) -> Int? {
        guard case .mapping(let pairs) = nodes[mapping].content, !isFlow(mapping, in: bytes) else { return nil }
        for pair in pairs {
            guard case .mapping(let inner) = nodes[pair.value].content, let first = inner.first, !isFlow(pair.value, in: bytes) else { continue }
            let difference = nodes[first.key].start.column - nodes[pair.key].start.column
            if difference > 0 { return difference }
        }
        return nil
    }
}
