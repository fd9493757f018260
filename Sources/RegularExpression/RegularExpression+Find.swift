/// Finding and splitting, as Go's `regexp` does, empty matches included.
extension RegularExpression {
    /// The text of the leftmost match; nil where there is none.
    package func find(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { bytes in match(bytes).map { Self.string(bytes, $0.range) } }
    }

    /// The texts of the leftmost match and its groups ("" for one that took no part).
    package func findGroups(_ text: String) -> [String]? {
        var text = text
        return text.withUTF8 { bytes in
            match(bytes).map { $0.groups.map { range in range.map { Self.string(bytes, $0) } ?? "" } }
        }
    }

    /// The texts of up to `limit` matches, all where it is negative.
    package func findAll(_ text: String, limit: Int = -1) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            allMatches(bytes, limit: limit).map { Self.string(bytes, $0.range) }
        }
    }

    /// The pieces between matches; at most `limit` pieces where it is positive,
    /// none where it is zero.
    package func split(_ text: String, limit: Int = -1) -> [String] {
        if limit == 0 { return [] }
        if !source.isEmpty, text.isEmpty { return [""] }
        var text = text
        return text.withUTF8 { bytes in
            var pieces: [String] = []
            var begin = 0, end = 0
            for match in allMatches(bytes, limit: limit) {
                if limit > 0, pieces.count == limit - 1 { break }
                end = match.range.lowerBound
                if match.range.upperBound != 0 { pieces.append(Self.string(bytes, begin..<end)) }
                begin = match.range.upperBound
            }
            if end != bytes.count { pieces.append(Self.string(bytes, begin..<bytes.count)) }
            return pieces
        }
    }

    /// Successive matches that do not overlap; an empty one right after another match does not count.
    func allMatches(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> [Match] {
        var found: [Match] = []
        var position = 0
        var previousEnd = -1
        while limit < 0 || found.count < limit, position <= bytes.count, let match = match(bytes, from: position) {
            var accepted = true
            let range = match.range
            if range.upperBound == position {
                accepted = range.lowerBound != previousEnd
                let width = Self.scalarWidth(bytes, at: position)
                position = width > 0 ? position + width : bytes.count + 1
            } else {
                position = range.upperBound
            }
            previousEnd = range.upperBound
            if accepted { found.append(match) }
        }
        return found
    }

    /// Bytes of the scalar at an offset: 1 for what is no UTF-8, 0 at the end.
    static func scalarWidth(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        let wanted =
            switch bytes[offset] {
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: 1
            }
        guard offset + wanted <= bytes.count else { return 1 }
        for index in 1..<max(1, wanted) where bytes[offset + index] & 0xc0 != 0x80 { return 1 }
        return wanted
    }

    static func string(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
