/// Finds byte offsets in a text for libyaml's marks, which count characters.
///
/// libyaml ends a line at LF, CR, CRLF, NEL, LS and PS; lines and columns here
/// are its own, so that they agree with its errors.
struct SourceText {
    let bytes: UnsafeBufferPointer<UInt8>
    /// What of the text is not libyaml's: a byte order mark.
    let skipped: Int
    private let isASCII: Bool
    // Marks come mostly in order: the search goes on from the last one.
    private var character = 0
    private var offset = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, skipped: Int) {
        self.bytes = bytes
        self.skipped = skipped
        isASCII = Self.isASCII(bytes)
        offset = skipped
    }

    /// Eight bytes at a time: it reads the whole of most texts.
    private static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var offset = 0
        while offset &+ 8 <= bytes.count {
            if UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            offset &+= 8
        }
        return bytes[offset...].allSatisfy { $0 < 0x80 }
    }

    /// The offset in bytes of a character counted from behind the byte order mark.
    mutating func byteOffset(ofCharacter target: Int) -> Int {
        if isASCII { return min(skipped &+ target, bytes.count) }
        if target < character { (character, offset) = (0, skipped) }
        // `character` is how many characters begin before `offset`.
        if let base = bytes.baseAddress {
            while offset &+ 8 <= bytes.count {
                let word = UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self)
                let continuations = (word >> 7) & ~(word >> 6) & 0x0101_0101_0101_0101
                let begun = character &+ 8 &- continuations.nonzeroBitCount
                if begun > target { break }
                character = begun
                offset &+= 8
            }
        }
        while offset < bytes.count {
            if bytes[offset] & 0xc0 != 0x80 {
                if character == target { break }
                character &+= 1
            }
            offset &+= 1
        }
        return offset
    }

    /// The offset in bytes of a line and a column that count from 0, lines ending where libyaml ends them.
    func byteOffset(line: Int, column: Int) -> Int {
        var line = line
        var index = skipped
        while line > 0, index < bytes.count {
            switch (bytes[index], index &+ 1 < bytes.count ? bytes[index &+ 1] : 0, index &+ 2 < bytes.count ? bytes[index &+ 2] : 0) {
            case (0x0d, 0x0a, _), (0xc2, 0x85, _):
                line &-= 1
                index &+= 2
            case (0x0a, _, _), (0x0d, _, _):
                line &-= 1
                index &+= 1
            case (0xe2, 0x80, 0xa8), (0xe2, 0x80, 0xa9):
                line &-= 1
                index &+= 3
            default: index &+= Self.width(bytes[index])
            }
        }
        for _ in 0..<max(0, column) where index < bytes.count { index &+= Self.width(bytes[index]) }
        return min(index, bytes.count)
    }

    /// The character whose first byte is at an offset; nil at the end.
    func character(at offset: Int) -> Unicode.Scalar? {
        guard bytes.indices.contains(offset) else { return nil }
        let end = min(offset &+ Self.width(bytes[offset]), bytes.count)
        return String(decoding: bytes[offset..<end], as: UTF8.self).unicodeScalars.first
    }

    static func width(_ lead: UInt8) -> Int {
        switch lead {
        case 0xc0..<0xe0: 2
        case 0xe0..<0xf0: 3
        case 0xf0...: 4
        default: 1
        }
    }

    /// The position of a byte, for readers that know only the offset.
    static func position(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>, skipped: Int = 0) -> SourcePosition {
        let end = min(offset, bytes.count)
        var line = 1, column = 1
        var index = skipped
        while index < end {
            if bytes[index] == 0x0a || (bytes[index] == 0x0d && !(index &+ 1 < bytes.count && bytes[index &+ 1] == 0x0a)) {
                line &+= 1
                column = 1
            } else {
                column &+= 1
            }
            index &+= width(bytes[index])
        }
        return SourcePosition(line: line, column: column, offset: offset)
    }
}
