extension YAML {
    /// The text with one scalar replaced; every other byte stays as it was.
    ///
    /// The quoting style stays where the new text allows; else, or where a plain
    /// text would turn into another type, it is put in double quotes. A plain
    /// value of another type stays plain while the new text reads as that type
    /// (`3` → `5`). Through an alias the anchor's text changes, wherever it is used:
    /// `locate` says so before.
    package static func replacingScalar(
        at path: DocumentPath, document: Int, in bytes: [UInt8], with text: String, file: String = ""
    ) throws(DocumentError) -> [UInt8] {
        guard let node = try locate(path, document: document, in: bytes, file: file) else {
            throw DocumentError(.notEditable("there is no \"\(path)\""), file: file, position: nil)
        }
        guard let style = node.style else {
            throw DocumentError(
                .notEditable("\"\(path)\" is a mapping or a sequence"), file: file, position: node.value.start, expected: "a single value")
        }
        let written = ScalarEdit(node: node, style: style, source: bytes).written(text)
        var result = bytes
        result.replaceSubrange(node.value.bytes.clamped(to: 0..<bytes.count), with: written)
        // The edit is worth nothing if a reader does not see it.
        let options = Options(maxBytes: nil, duplicateKeys: .last)
        guard let read = try documents(result, file: file, options: options).first(where: { $0.index == document }),
            let value = read.value[path], value.matches(text)
        else {
            throw DocumentError(
                .notEditable("\"\(path)\" cannot hold that text where it stands"), file: file, position: node.value.start)
        }
        return result
    }
}

extension Value {
    fileprivate func matches(_ text: String) -> Bool {
        if case .string(let own) = self { return own == text }
        return PlainScalar.resolve(text) == self
    }
}

/// How a new text is written in the place of an old scalar.
struct ScalarEdit {
    let node: LocatedNode
    let style: ScalarStyle
    let source: [UInt8]

    /// The ways to write a value: a string in the old style, else in quotes.
    func ways(_ value: Value) -> [[UInt8]] {
        let isBlock = style == .literal || style == .folded
        guard case .string(let text) = value else { return [space + JSON.write(value) + (isBlock ? blockEnd : [])] }
        let isQuoted = space + doubleQuoted(text) + (isBlock ? blockEnd : [])
        guard style == .plain else { return [written(text), isQuoted] }
        var copy = text
        let mayBePlain = copy.withUTF8 { ScalarShape(of: $0).isPlain(inFlow: node.isInFlow, $0) }
        let wasText = node.text.map { PlainScalar.resolve($0) == nil } ?? false
        return wasText && mayBePlain && PlainScalar.resolve(text) == nil ? [Array(text.utf8), isQuoted] : [isQuoted]
    }

    func written(_ text: String) -> [UInt8] {
        switch style {
        case .plain: plain(text)
        case .singleQuoted: singleQuoted(text) ?? doubleQuoted(text)
        case .doubleQuoted: doubleQuoted(text)
        case .literal, .folded: block(text) ?? doubleQuoted(text) + blockEnd
        }
    }

    private func plain(_ text: String) -> [UInt8] {
        let old = node.text.flatMap { PlainScalar.resolve($0) }
        let new = PlainScalar.resolve(text)
        let isSameType =
            switch (old, new) {
            case (nil, nil), (.null?, nil), (.bool?, .bool?), (.int?, .int?), (.double?, .int?), (.double?, .double?): true
            default: false
            }
        var copy = text
        let mayBePlain = copy.withUTF8 { ScalarShape(of: $0).isPlain(inFlow: node.isInFlow, $0) }
        let written = isSameType && mayBePlain ? Array(text.utf8) : doubleQuoted(text)
        return space + written
    }

    /// `key:` with nothing behind it has no space yet.
    private var space: [UInt8] {
        let before = node.value.bytes.lowerBound - 1
        let isTight = source.indices.contains(before) && source[before] != 0x20 && source[before] != 0x0a && node.value.bytes.isEmpty
        return isTight ? [0x20] : []
    }

    private func singleQuoted(_ text: String) -> [UInt8]? {
        var copy = text
        let isPossible = copy.withUTF8 { ScalarShape(of: $0).isOneLineOfPrintables }
        guard isPossible else { return nil }
        return Array("'".utf8) + text.utf8.flatMap { $0 == UInt8(ascii: "'") ? [$0, $0] : [$0] } + Array("'".utf8)
    }

    private func doubleQuoted(_ text: String) -> [UInt8] {
        var writer = YAMLWriter()
        var copy = text
        copy.withUTF8 { writer.doubleQuoted($0, mayFold: false) }
        return writer.output
    }

    /// The line break of an old block's last line and the blank lines behind it,
    /// which libyaml counts as its own.
    private var blockEnd: ArraySlice<UInt8> {
        let old = source[node.value.bytes.clamped(to: 0..<source.count)]
        let text = old.lastIndex { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 }
        return old[(text.map { $0 + 1 } ?? old.startIndex)...].drop { $0 == 0x20 }
    }

    /// As a literal (or, for a single line, a folded) block at the indentation of
    /// the old one; nil where a block cannot say it.
    private func block(_ text: String) -> [UInt8]? {
        let old = source[node.value.bytes.clamped(to: 0..<source.count)]
        guard let headerEnd = old.firstIndex(of: 0x0a) else { return nil }
        let lines = old[(headerEnd + 1)...].split(separator: 0x0a, omittingEmptySubsequences: true)
        let indents = lines.filter { $0.contains { $0 != 0x20 && $0 != 0x0d } }.map { $0.prefix { $0 == 0x20 }.count }
        guard let indent = indents.min(), indent > 0 else { return nil }
        var copy = text
        guard copy.withUTF8({ ScalarShape(of: $0).isBlock(startingWithText: $0) }) else { return nil }
        let lineEnd: [UInt8] = old[..<headerEnd].last == 0x0d ? [0x0d, 0x0a] : [0x0a]
        let body = text.split(separator: "\n", omittingEmptySubsequences: false)
        let breaks = text.utf8.reversed().prefix { $0 == 0x0a }.count
        let isSingleLine = !text.dropLast(breaks).contains("\n")
        var result = Array((style == .folded && isSingleLine ? ">" : "|").utf8)
        if breaks == 0 { result.append(UInt8(ascii: "-")) } else if breaks > 1 { result.append(UInt8(ascii: "+")) }
        for line in breaks > 0 ? body.dropLast() : body[...] {
            result += lineEnd
            if !line.isEmpty { result += repeatElement(0x20, count: indent) + Array(line.utf8) }
        }
        if breaks > 0 { result += lineEnd }
        // A text that keeps its last breaks would take the blank lines for its own.
        if breaks > 1 { return result }
        return result + (breaks == 1 ? blockEnd.drop { $0 == 0x0d }.dropFirst() : blockEnd)
    }
}
