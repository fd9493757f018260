extension TreeEdit {
    /// The ways to take a key away, the most natural first.
    func removing(_ path: DocumentPath) -> [[UInt8]?] {
        guard let outline, case .key(let name)? = path.steps.last, let own = outline.follow(path), !own.isMerged, let key = own.key,
            let outer = outline.follow(DocumentPath(path.steps.dropLast())),
            case .mapping(let pairs) = outline.nodes[outer.node].content,
            let index = pairs.firstIndex(where: { $0.key == key }), !name.isEmpty || pairs.count > 0
        else { return [] }
        if pairs.count == 1 { return emptying(outer, outline) }
        let nodes = outline.nodes
        if outline.isFlow(outer.node, in: bytes) {
            let next = index + 1 < pairs.count ? nodes[pairs[index + 1].key] : nil
            let previous = index > 0 ? nodes[pairs[index - 1].value] : nil
            return fromFlow(nodes[key], nodes[pairs[index].value], previous: previous, next: next)
        }
        let next = index + 1 < pairs.count ? nodes[pairs[index + 1].key].start.offset : nil
        return fromBlock(nodes[key], nodes[pairs[index].value], next: next)
    }

    private func fromBlock(_ key: YAMLOutline.Node, _ value: YAMLOutline.Node, next: Int?) -> [[UInt8]?] {
        let lines = TextLines(bytes: bytes)
        let start = key.start.offset
        let lineStart = lines.start(of: start)
        let ends = [lines.trimmedEnd(value.range.end.offset, from: start), value.range.end.offset]
        // The first key of an item has a dash before it, which stays.
        guard lines.isBlank(lineStart..<start) else {
            guard let next else { return [] }
            let end = lines.end(of: ends[0])
            let dash = lines.trimmedEnd(start, from: lineStart)
            let between = bytes[min(ends[0], next)..<next]
            if between.contains(UInt8(ascii: "#")) { return [lines.replacing(dash..<end, with: [])] }
            return [lines.replacing(start..<next, with: [])]
        }
        return ends.map { end in
            if end > start, lines.start(of: end) == end { return lines.replacing(lineStart..<end, with: []) }
            let behind = lines.next(after: end)
            // The last line has no break of its own to take: the one before it goes.
            if lines.end(of: end) == bytes.count, lineStart > 0 {
                let hasReturn = lineStart > 1 && bytes[lineStart - 2] == 0x0d
                return lines.replacing((lineStart - (hasReturn ? 2 : 1))..<bytes.count, with: [])
            }
            return lines.replacing(lineStart..<behind, with: [])
        }
    }

    private func fromFlow(
        _ key: YAMLOutline.Node, _ value: YAMLOutline.Node, previous: YAMLOutline.Node?, next: YAMLOutline.Node?
    ) -> [[UInt8]?] {
        let lines = TextLines(bytes: bytes)
        if let next {
            let between = bytes[min(value.range.end.offset, next.start.offset)..<next.start.offset]
            if !between.contains(UInt8(ascii: "#")) { return [lines.replacing(key.start.offset..<next.start.offset, with: [])] }
            guard let comma = between.firstIndex(of: UInt8(ascii: ",")) else { return [] }
            return [lines.replacing(key.start.offset..<(comma + 1), with: [])]
        }
        guard let previous else { return [] }
        let gap = bytes[previous.range.end.offset..<max(previous.range.end.offset, key.start.offset)]
        let whole = lines.replacing(previous.range.end.offset..<value.range.end.offset, with: [])
        guard gap.contains(UInt8(ascii: "#")), let comma = gap.firstIndex(of: UInt8(ascii: ",")) else { return [whole] }
        // A comment of the entry before stays, its comma goes.
        let below = lines.replacing(key.start.offset..<value.range.end.offset, with: [])
        return [TextLines(bytes: below).replacing(comma..<(comma + 1), with: []), lines.replacing(key.start.offset..<value.range.end.offset, with: [])]
    }

    /// `{}` in the place of a mapping's only entry.
    private func emptying(_ outer: YAMLOutline.Way, _ outline: YAMLOutline) -> [[UInt8]?] {
        let node = outline.nodes[outer.node]
        let lines = TextLines(bytes: bytes)
        let inPlace = lines.replacing(node.range.bytes, with: "{}".utf8)
        guard let key = outer.key, !outline.isFlow(outer.node, in: bytes), node.start.line > outline.nodes[key].range.end.line else {
            return [inPlace]
        }
        let start = lines.start(of: node.start.offset)
        let end = lines.trimmedEnd(node.range.end.offset, from: start)
        let without: [UInt8]
        if lines.end(of: end) == bytes.count {
            let hasReturn = start > 1 && bytes[start - 2] == 0x0d
            without = lines.replacing(max(0, start - (hasReturn ? 2 : 1))..<bytes.count, with: [])
        } else {
            without = lines.replacing(start..<lines.next(after: end), with: [])
        }
        let colon = bytes[outline.nodes[key].range.end.offset...].firstIndex(of: UInt8(ascii: ":"))
        return [colon.map { TextLines(bytes: without).replacing(($0 + 1)..<($0 + 1), with: " {}".utf8) }, inPlace]
    }
}
