internal import Basics
internal import Document

/// Go's `strings.TrimSpace`.
func trimmedSpace(_ text: String) -> String {
    let bytes = text.utf8
    // Nearly always only ASCII space is there to go.
    guard let first = bytes.first, let last = bytes.last else { return text }
    if !isSpaceOrWide(first), !isSpaceOrWide(last) { return text }
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var end = scalars.endIndex
    while start < end, isGoSpace(scalars[start]) { start = scalars.index(after: start) }
    while end > start, isGoSpace(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
    return String(text[start..<end])
}

private func isSpaceOrWide(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x80 }

/// Go's `unicode.IsSpace`.
func isGoSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: true
    default: false
    }
}

/// Go's `path.Base`.
func baseName(_ path: String) -> String {
    if path.isEmpty { return "." }
    var bytes = Substring(path).utf8
    while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    if bytes.isEmpty { return "/" }
    if let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { bytes = bytes[bytes.index(after: slash)...] }
    return String(Substring(bytes))
}

/// Go's order of strings: by bytes.
func goLess(_ left: String, _ right: String) -> Bool { bytesPrecede(left, right) }

/// Go's `strings.Split` and, with a limit above 0, `strings.SplitN`.
func goSplit(_ text: String, _ separator: String, limit: Int = -1) -> [String] {
    if limit == 0 { return [] }
    if separator.isEmpty {
        let scalars = Array(text.unicodeScalars)
        guard limit > 0, scalars.count > limit else { return scalars.map { String($0) } }
        var tail = String.UnicodeScalarView()
        tail.append(contentsOf: scalars[(limit - 1)...])
        return scalars[..<(limit - 1)].map { String($0) } + [String(tail)]
    }
    var parts: [String] = []
    let needle = Array(separator.utf8)
    var start = 0
    while limit < 0 || parts.count < limit - 1, let found = firstIndex(of: needle, in: text, from: start) {
        parts.append(text.bytes(start..<found))
        start = found + needle.count
    }
    parts.append(text.bytes(start..<text.utf8.count))
    return parts
}

/// Go's `strings.ReplaceAll`.
func goReplace(_ text: String, _ old: String, _ new: String) -> String {
    if old == new { return text }
    if old.isEmpty {
        var result = new
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar)
            result += new
        }
        return result
    }
    let needle = Array(old.utf8)
    guard var found = firstIndex(of: needle, in: text, from: 0) else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var start = 0
    while true {
        result += text.bytes(start..<found)
        result += new
        start = found + needle.count
        guard let next = firstIndex(of: needle, in: text, from: start) else { break }
        found = next
    }
    result += text.bytes(start..<text.utf8.count)
    return result
}

/// Go's `strings.Contains`: by bytes, not by what looks like one character.
func goContains(_ text: String, _ part: String) -> Bool {
    part.isEmpty || firstIndex(of: Array(part.utf8), in: text, from: 0) != nil
}

extension String {
    /// The text of some of its bytes.
    func bytes(_ range: Range<Int>) -> String {
        let view = utf8
        let start = view.index(view.startIndex, offsetBy: range.lowerBound)
        return String(decoding: view[start..<view.index(start, offsetBy: range.count)], as: UTF8.self)
    }
}

/// Where the first of equal bytes lies, at or after an offset; nil where they are not.
func firstIndex(of needle: [UInt8], in text: String, from start: Int) -> Int? {
    firstIndex(of: needle, in: text.utf8Span.span, from: start)
}

func firstIndex(of needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    firstIndex(of: needle, in: bytes.span, from: start)
}

private func firstIndex(of needle: [UInt8], in bytes: Span<UInt8>, from start: Int) -> Int? {
    guard let first = needle.first, start >= 0 else { return nil }
    let last = bytes.count - needle.count
    var index = start
    search: while index <= last {
        if bytes[index] != first {
            index += 1
            continue
        }
        for offset in needle.indices.dropFirst() where bytes[index + offset] != needle[offset] {
            index += 1
            continue search
        }
        return index
    }
    return nil
}

extension Value {
    /// A scalar where Go's decoder wants a string: sigs.k8s.io/yaml turns numbers and booleans into their text.
    var goText: String? {
        switch self {
        case .string(let text): text
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        // In single precision, as that package has it.
        case .double(let value): GoNumber.general(Float(value))
        default: nil
        }
    }
}
