/// Cutting, wrapping and indenting, by bytes, as Masterminds/goutils does.
enum Shortening {
    static func indented(_ text: String, by spaces: Int) throws -> String {
        if spaces < 0 { throw FunctionError("strings: negative Repeat count") }
        let lines = text.utf8.reduce(into: 1) { if $1 == UInt8(ascii: "\n") { $0 += 1 } }
        guard spaces.multipliedReportingOverflow(by: lines).partialValue <= Limits.textBytes, spaces <= Limits.textBytes else {
            throw FunctionError("strings: Repeat output length overflow")
        }
        let pad = [UInt8](repeating: UInt8(ascii: " "), count: spaces)
        var output = pad
        output.reserveCapacity(text.utf8.count + lines * spaces)
        for byte in text.utf8 {
            output.append(byte)
            if byte == UInt8(ascii: "\n") { output += pad }
        }
        return String(decoding: output, as: UTF8.self)
    }

    static func abbreviated(_ text: String, offset: Int, width: Int) -> String {
        goString(abbreviated(Array(text.utf8)[...], offset: offset, width: width))
    }

    private static func abbreviated(_ text: ArraySlice<UInt8>, offset: Int, width: Int) -> ArraySlice<UInt8> {
        let marker = Array("...".utf8)
        if text.count <= width { return text }
        if width < 4 || offset > 0 && width < 7 { return [] }
        var offset = min(offset, text.count)
        if text.count - offset < width - 3 { offset = text.count - (width - 3) }
        if offset <= 4 { return text.prefix(width - 3) + marker }
        if offset + width - 3 < text.count {
            return marker + abbreviated(text.dropFirst(offset), offset: 0, width: width - 3)
        }
        return marker + text.suffix(width - 3)
    }

    static func wrapped(_ text: String, width: Int, separator: String, breaksWords: Bool) -> String {
        let bytes = Array(text.utf8)
        let space = UInt8(ascii: " ")
        let newline = Array((separator.isEmpty ? "\n" : separator).utf8)
        let width = max(width, 1)
        var output: [UInt8] = []
        var offset = 0
        while bytes.count - offset > width {
            if bytes[offset] == space {
                offset += 1
                continue
            }
            if let last = bytes[offset..<(offset + width + 1)].lastIndex(of: space) {
                output += bytes[offset..<last] + newline
                offset = last + 1
            } else if breaksWords {
                output += bytes[offset..<(offset + width)] + newline
                offset += width
            } else if let next = bytes[(offset + width)...].firstIndex(of: space) {
                output += bytes[offset..<next] + newline
                offset = next + 1
            } else {
                output += bytes[offset...]
                offset = bytes.count
            }
        }
        return goString(output + bytes[min(offset, bytes.count)...])
    }
}
