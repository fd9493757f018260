/// A text's lines by offsets, for edits that add and take whole ones.
struct TextLines {
    let bytes: [UInt8]

    /// Where the line an offset is on begins.
    func start(of offset: Int) -> Int {
        var index = min(offset, bytes.count)
        while index > 0, bytes[index - 1] != 0x0a { index -= 1 }
        return index
    }

    /// Where it ends, its line break not included.
    func end(of offset: Int) -> Int {
        var index = max(0, offset)
        while index < bytes.count, bytes[index] != 0x0a { index += 1 }
        return index > 0 && index < bytes.count && index > offset && bytes[index - 1] == 0x0d ? index - 1 : index
    }

    /// Behind its line break.
    func next(after offset: Int) -> Int {
        var index = max(0, offset)
        while index < bytes.count, bytes[index] != 0x0a { index += 1 }
        return min(index + 1, bytes.count)
    }

    /// The line break that lines around an offset end with.
    func lineBreak(near offset: Int) -> [UInt8] {
        let own = end(of: offset)
        if own < bytes.count { return bytes[own] == 0x0d ? [0x0d, 0x0a] : [0x0a] }
        let previous = start(of: offset) - 2
        if bytes.indices.contains(previous) { return bytes[previous] == 0x0d ? [0x0d, 0x0a] : [0x0a] }
        return [0x0a]
    }

    /// Nothing but blanks between two offsets.
    func isBlank(_ range: Range<Int>) -> Bool {
        bytes[range.clamped(to: 0..<bytes.count)].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0a }
    }

    /// An end without the blanks in front of it, but not before `limit`.
    func trimmedEnd(_ end: Int, from limit: Int) -> Int {
        var index = min(end, bytes.count)
        while index > limit, index > 0, isBlank((index - 1)..<index) { index -= 1 }
        return index
    }

    /// The bytes with some of them replaced.
    func replacing(_ range: Range<Int>, with new: some Sequence<UInt8>) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(range.clamped(to: 0..<bytes.count), with: Array(new))
        return result
    }
}
