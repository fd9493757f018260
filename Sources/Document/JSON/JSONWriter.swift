/// Writes JSON as encoding/json does with HTML escaping off.
struct JSONWriter {
    private(set) var output: [UInt8] = []
    private let indent: Int?
    private let sortedKeys: Bool

    init(indent: Int?, sortedKeys: Bool) {
        self.indent = indent
        self.sortedKeys = sortedKeys
    }

    /// A collection being written; a stack of its own, so that depth costs heap only.
    private enum Frame {
        case sequence(ArraySlice<Value>)
        case mapping(ArraySlice<Mapping.Entry>)
    }

    mutating func write(_ value: Value) {
        var frames: [Frame] = []
        open(value, &frames)
        while let frame = frames.popLast() {
            switch frame {
            case .sequence(var items):
                guard let item = items.popFirst() else {
                    newline(frames.count)
                    output.append(UInt8(ascii: "]"))
                    continue
                }
                separate(frames.count &+ 1)
                frames.append(.sequence(items))
                open(item, &frames)
            case .mapping(var entries):
                guard let entry = entries.popFirst() else {
                    newline(frames.count)
                    output.append(UInt8(ascii: "}"))
                    continue
                }
                separate(frames.count &+ 1)
                string(entry.key)
                output.append(UInt8(ascii: ":"))
                if indent != nil { output.append(UInt8(ascii: " ")) }
                frames.append(.mapping(entries))
                open(entry.value, &frames)
            }
        }
    }

    private mutating func open(_ value: Value, _ frames: inout [Frame]) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): integer(number)
        case .double(let number): output.append(contentsOf: GoNumber.json(number).utf8)
        case .string(let text): string(text)
        case .sequence(let items):
            if items.isEmpty { return append("[]") }
            output.append(UInt8(ascii: "["))
            frames.append(.sequence(items[...]))
        case .mapping(let mapping):
            if mapping.isEmpty { return append("{}") }
            output.append(UInt8(ascii: "{"))
            frames.append(.mapping((sortedKeys ? mapping.sorted : mapping.entries)[...]))
        }
    }

    /// Before an item: the comma, unless it is the first.
    private mutating func separate(_ depth: Int) {
        if let last = output.last, last != UInt8(ascii: "["), last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
        newline(depth)
    }

    private mutating func newline(_ depth: Int) {
        guard let indent else { return }
        output.append(0x0a)
        output.append(contentsOf: repeatElement(0x20, count: max(0, indent) &* depth))
    }

    private mutating func append(_ word: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func integer(_ number: Int64) {
        if number >= 0, number < 10 { return output.append(UInt8(truncatingIfNeeded: number) &+ UInt8(ascii: "0")) }
        output.append(contentsOf: String(number).utf8)
    }

    private mutating func string(_ text: String) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var from = 0
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                let isSeparator =
                    byte == 0xe2 && index &+ 2 < bytes.count && bytes[index &+ 1] == 0x80 && bytes[index &+ 2] | 1 == 0xa9
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || isSeparator else {
                    index &+= 1
                    continue
                }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[from..<index]))
                if isSeparator {
                    // Line ends to JavaScript; Go escapes them always.
                    append(bytes[index &+ 2] == 0xa8 ? "\\u2028" : "\\u2029")
                    index &+= 3
                } else {
                    escape(byte)
                    index &+= 1
                }
                from = index
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[from...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0a: output.append(UInt8(ascii: "n"))
        case 0x0c: output.append(UInt8(ascii: "f"))
        case 0x0d: output.append(UInt8(ascii: "r"))
        default:
            append("u00")
            for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? digit &+ 0x30 : digit &+ 0x57) }
        }
    }
}
