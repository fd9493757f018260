/// What a text has in it that decides how it can be written: go-yaml v2's
/// analysis of a scalar.
struct ScalarShape {
    private(set) var hasBreaks = false
    private var hasNewline = false
    private var mayBePlain = true
    private var maySingleQuote = true
    private var mayBeBlock = true
    /// `mayBeBlock`, tabs left out of account.
    private var mayBeBlockWithTabs = true
    /// A character that ends a plain text inside brackets or braces.
    private var hasFlowIndicator = false

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.first else {
            (mayBeBlock, mayBeBlockWithTabs) = (false, false)
            return
        }
        if bytes.count >= 3, first == UInt8(ascii: "-") || first == UInt8(ascii: "."), bytes[1] == first, bytes[2] == first {
            mayBePlain = false
        }
        var afterBlank = true
        var afterSpace = false, afterBreak = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let width = SourceText.width(byte)
            let next = index &+ width
            if index == 0 {
                switch byte {
                case UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
                    UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "'"),
                    UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
                    mayBePlain = false
                case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "-"):
                    if Self.isBlankOrEnd(bytes, at: next) { mayBePlain = false }
                default: break
                }
            } else if byte == UInt8(ascii: ":") {
                if Self.isBlankOrEnd(bytes, at: next) { mayBePlain = false }
            } else if byte == UInt8(ascii: "#"), afterBlank {
                mayBePlain = false
            }
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                hasFlowIndicator = true
            default: break
            }
            let breakWidth = Self.width(ofBreakAt: index, in: bytes)
            if byte == UInt8(ascii: "\t") {
                (mayBePlain, maySingleQuote, mayBeBlock) = (false, false, false)
            } else if !Self.isPrintable(bytes, at: index) {
                forbidAllButDoubleQuotes()
            }
            if byte == UInt8(ascii: " ") {
                if index == 0 { mayBePlain = false }
                if next >= bytes.count { (mayBePlain, mayBeBlock, mayBeBlockWithTabs) = (false, false, false) }
                if afterBreak { (mayBePlain, maySingleQuote) = (false, false) }
                (afterSpace, afterBreak) = (true, false)
            } else if breakWidth > 0 {
                hasBreaks = true
                if byte == 0x0a { hasNewline = true }
                mayBePlain = false
                if afterSpace { forbidAllButDoubleQuotes() }
                (afterSpace, afterBreak) = (false, true)
            } else {
                (afterSpace, afterBreak) = (false, false)
            }
            afterBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0 || breakWidth > 0
            index = next
        }
    }

    private mutating func forbidAllButDoubleQuotes() {
        (mayBePlain, maySingleQuote, mayBeBlock, mayBeBlockWithTabs) = (false, false, false, false)
    }

    /// Literal for several lines, plain where it stays a string, double quotes
    /// where it would become something else, single quotes where syntax needs them.
    func style(of bytes: UnsafeBufferPointer<UInt8>, isSimpleKey: Bool, allowsTabs: Bool) -> ScalarStyle {
        if hasNewline { return (allowsTabs ? mayBeBlockWithTabs : mayBeBlock) && !isSimpleKey ? .literal : .doubleQuoted }
        if isSimpleKey, hasBreaks { return .doubleQuoted }
        guard !PlainScalar.isReserved(bytes) else { return .doubleQuoted }
        if mayBePlain { return .plain }
        return maySingleQuote ? .singleQuoted : .doubleQuoted
    }

    // MARK: for edits

    /// Whether plain style can say the text in this place, whatever type it turns into.
    func isPlain(inFlow: Bool, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard mayBePlain, !bytes.isEmpty else { return false }
        if !inFlow { return true }
        return !hasFlowIndicator && bytes.last != UInt8(ascii: ":")
    }

    var isOneLineOfPrintables: Bool { !hasBreaks && maySingleQuote }

    /// Whether a block without indentation indicator can say the text.
    func isBlock(startingWithText bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard mayBeBlock, let first = bytes.first else { return false }
        return first != UInt8(ascii: " ") && Self.width(ofBreakAt: 0, in: bytes) == 0
    }

    // MARK: characters

    private static func isBlankOrEnd(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        index >= bytes.count || bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t")
    }

    /// How many bytes the line break at an index has; 0 for no break.
    @inline(__always)
    static func width(ofBreakAt index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        switch bytes[index] {
        case 0x0a, 0x0d: 1
        case 0xc2: index &+ 1 < bytes.count && bytes[index &+ 1] == 0x85 ? 2 : 0
        case 0xe2: index &+ 2 < bytes.count && bytes[index &+ 1] == 0x80 && bytes[index &+ 2] | 1 == 0xa9 ? 3 : 0
        default: 0
        }
    }

    /// Line breaks at the end, counted up to 2.
    static func breaks(atEndOf bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var end = bytes.count
        var found = 0
        while found < 2, end > 0 {
            let width = (1...3).first { end &- $0 >= 0 && Self.width(ofBreakAt: end &- $0, in: bytes) == $0 }
            guard let width else { break }
            end &-= width
            found &+= 1
        }
        return found
    }

    /// What may stand unescaped: of the Basic Multilingual Plane only, no tab.
    @inline(__always)
    static func isPrintable(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let byte = bytes[index]
        if byte < 0x80 { return byte == 0x0a || (byte >= 0x20 && byte <= 0x7e) }
        let second = index &+ 1 < bytes.count ? bytes[index &+ 1] : 0
        let third = index &+ 2 < bytes.count ? bytes[index &+ 2] : 0
        return switch byte {
        case 0xc2: second >= 0xa0
        case 0xc3..<0xed, 0xee: true
        case 0xed: second < 0xa0
        case 0xef: !(second == 0xbb && third == 0xbf) && !(second == 0xbf && third >= 0xbe)
        default: false
        }
    }
}

/// How a scalar is written.
package enum ScalarStyle: Sendable, Hashable {
    case plain, singleQuoted, doubleQuoted, literal, folded
}
