internal import Document

/// Go's `strings.TrimSpace`.
func trimmedSpace(_ text: some StringProtocol) -> String {
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var end = scalars.endIndex
    while start < end, isGoSpace(scalars[start]) { start = scalars.index(after: start) }
    while end > start, isGoSpace(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
    return String(String.UnicodeScalarView(scalars[start..<end]))
}

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
func goLess(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

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
    let bytes = Array(text.utf8), needle = Array(separator.utf8)
    var start = 0
    while limit < 0 || parts.count < limit - 1, let found = firstIndex(of: needle, in: bytes, from: start) {
        parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
        start = found + needle.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
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
    let bytes = Array(text.utf8), needle = Array(old.utf8)
    guard var found = firstIndex(of: needle, in: bytes, from: 0) else { return text }
    var result: [UInt8] = []
    var start = 0
    while true {
        result += bytes[start..<found]
        result += new.utf8
        start = found + needle.count
        guard let next = firstIndex(of: needle, in: bytes, from: start) else { break }
        found = next
    }
    result += bytes[start...]
    return String(decoding: result, as: UTF8.self)
}

/// Go's `strings.Contains`: by bytes, not by what looks like one character.
func goContains(_ text: String, _ part: String) -> Bool {
    if part.isEmpty { return true }
    return firstIndex(of: Array(part.utf8), in: Array(text.utf8), from: 0) != nil
}

/// Where the first of equal bytes lies; nil where they are not.
func firstIndex(of needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first, bytes.count - start >= needle.count else { return nil }
    var index = start
    while index <= bytes.count - needle.count {
        guard let candidate = bytes[index...(bytes.count - needle.count)].firstIndex(of: first) else { return nil }
        if bytes[candidate..<(candidate + needle.count)].elementsEqual(needle) { return candidate }
        index = candidate + 1
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
        case .double(let value): goFloat(value)
        default: nil
        }
    }
}
