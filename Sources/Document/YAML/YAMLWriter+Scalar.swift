/// The styles of scalars, byte for byte as go-yaml v2 writes them.
extension YAMLWriter {
    mutating func plain(_ bytes: UnsafeBufferPointer<UInt8>, mayFold: Bool) {
        separate()
        if !mayFold || bytes.count <= width &- column {
            output.append(contentsOf: bytes)
            column &+= bytes.count { $0 & 0xc0 != 0x80 }
        } else {
            folded(bytes, from: 0) { _, _ in }
        }
        endScalar()
    }

    mutating func singleQuoted(_ bytes: UnsafeBufferPointer<UInt8>, mayFold: Bool) {
        indicator("'", needsSpace: true, isIndention: false)
        if mayFold {
            folded(bytes, from: 1) { writer, byte in
                if byte == UInt8(ascii: "'") { writer.put(byte) }
            }
        } else {
            for byte in bytes {
                if byte == UInt8(ascii: "'") { put(byte) }
                output.append(byte)
                if byte & 0xc0 != 0x80 { column &+= 1 }
            }
        }
        indicator("'", needsSpace: false, isIndention: false)
    }

    /// Text whose lone spaces behind the width become line breaks. In quotes the
    /// first and the last character stay (`margin` 1).
    private mutating func folded(
        _ bytes: UnsafeBufferPointer<UInt8>, from margin: Int, before: (inout YAMLWriter, UInt8) -> Void
    ) {
        var afterSpace = false, afterBreak = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let breakWidth = ScalarShape.width(ofBreakAt: index, in: bytes)
            if byte == UInt8(ascii: " ") {
                let isInside = index >= margin && index < bytes.count &- margin
                let beforeSpace = index &+ 1 < bytes.count && bytes[index &+ 1] == byte
                if !afterSpace, column > width, isInside, !beforeSpace { startLine() } else { put(byte) }
                afterSpace = true
                index &+= 1
            } else if breakWidth > 0 {
                // Only Unicode's own line ends get here: a newline is written as a literal.
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[index..<(index &+ breakWidth)]))
                column = 0
                noteIndention(true)
                afterBreak = true
                index &+= breakWidth
            } else {
                if afterBreak { startLine() }
                before(&self, byte)
                output.append(byte)
                if byte & 0xc0 != 0x80 { column &+= 1 }
                noteIndention(false)
                (afterSpace, afterBreak) = (false, false)
                index &+= 1
            }
        }
    }

    mutating func doubleQuoted(_ bytes: UnsafeBufferPointer<UInt8>, mayFold: Bool) {
        indicator("\"", needsSpace: true, isIndention: false)
        // go-yaml looks for a byte order mark at the text's start only, but at each character.
        let escapesAll = bytes.starts(with: [0xef, 0xbb, 0xbf])
        var afterSpace = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let size = SourceText.width(byte)
            if escapesAll {
                escape(bytes, at: index, width: size)
            } else if byte == UInt8(ascii: " ") {
                if mayFold, !afterSpace, column > width, index > 0, index < bytes.count &- 1 {
                    startLine()
                    if bytes[index &+ 1] == byte { put(UInt8(ascii: "\\")) }
                } else {
                    put(byte)
                }
                afterSpace = true
            } else {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x0a
                    || ScalarShape.width(ofBreakAt: index, in: bytes) > 0 || !ScalarShape.isPrintable(bytes, at: index)
                {
                    escape(bytes, at: index, width: size)
                } else {
                    for offset in index..<min(index &+ size, bytes.count) { output.append(bytes[offset]) }
                    column &+= 1
                }
                afterSpace = false
            }
            index &+= size
        }
        indicator("\"", needsSpace: false, isIndention: false)
    }

    private mutating func escape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, width: Int) {
        var code = UInt32(bytes[index]) & (width == 1 ? 0x7f : 0xff >> UInt32(width &+ 1))
        for offset in (index &+ 1)..<max(index &+ 1, min(index &+ width, bytes.count)) {
            code = code << 6 | UInt32(bytes[offset] & 0x3f)
        }
        let letter: UInt8? =
            switch code {
            case 0x00: UInt8(ascii: "0")
            case 0x07: UInt8(ascii: "a")
            case 0x08: UInt8(ascii: "b")
            case 0x09: UInt8(ascii: "t")
            case 0x0a: UInt8(ascii: "n")
            case 0x0b: UInt8(ascii: "v")
            case 0x0c: UInt8(ascii: "f")
            case 0x0d: UInt8(ascii: "r")
            case 0x1b: UInt8(ascii: "e")
            case 0x22: UInt8(ascii: "\"")
            case 0x5c: UInt8(ascii: "\\")
            case 0x85: UInt8(ascii: "N")
            case 0xa0: UInt8(ascii: "_")
            case 0x2028: UInt8(ascii: "L")
            case 0x2029: UInt8(ascii: "P")
            default: nil
            }
        switch code {
        case 0x85: hasNextLine = true
        case 0x7f...0x9f, 0xfffe, 0xffff: hasForbidden = true
        default: break
        }
        put(UInt8(ascii: "\\"))
        if let letter { return put(letter) }
        let digits = code <= 0xff ? 2 : code <= 0xffff ? 4 : 8
        put(UInt8(ascii: digits == 2 ? "x" : digits == 4 ? "u" : "U"))
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: code >> UInt32(4 &* place)) & 15
            put(digit < 10 ? digit &+ 0x30 : digit &+ 0x37)
        }
    }

    /// `|` with the indentation written out where the text begins with a space or
    /// a break, and `-` or `+` for what its end is.
    mutating func literal(_ bytes: UnsafeBufferPointer<UInt8>) {
        indicator("|", needsSpace: true, isIndention: false)
        guard let first = bytes.first else { return }
        if first == UInt8(ascii: " ") || ScalarShape.width(ofBreakAt: 0, in: bytes) > 0 {
            indicator("2", needsSpace: false, isIndention: false)
        }
        switch ScalarShape.breaks(atEndOf: bytes) {
        case 0: indicator("-", needsSpace: false, isIndention: false)
        case 1 where bytes.count > 1 && ScalarShape.width(ofBreakAt: 0, in: bytes) != bytes.count: break
        default: indicator("+", needsSpace: false, isIndention: false)
        }
        beginBlockLines()
        var isLineStart = true
        var index = 0
        while index < bytes.count {
            let width = ScalarShape.width(ofBreakAt: index, in: bytes)
            if width > 0 {
                if bytes[index] == 0x0a { lineBreak() } else {
                    for offset in index..<min(index &+ width, bytes.count) { output.append(bytes[offset]) }
                    column = 0
                }
                noteIndention(true)
                isLineStart = true
                index &+= width
            } else {
                if isLineStart { startLine() }
                output.append(bytes[index])
                if bytes[index] & 0xc0 != 0x80 { column &+= 1 }
                noteIndention(false)
                isLineStart = false
                index &+= 1
            }
        }
    }
}
