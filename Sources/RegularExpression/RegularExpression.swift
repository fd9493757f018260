internal import CRE2

/// A regular expression a user wrote, in Go's syntax, matched in time linear in
/// the text (RE2: Cox, "Regular Expression Matching in the Wild", 2010).
///
/// Charts and tag filters expect Go's `regexp`, so the methods are its methods:
/// offsets are bytes of UTF-8, replacements expand `$1` and `${name}`.
package final class RegularExpression: @unchecked Sendable {
    // `@unchecked`: RE2's matching is thread-safe on a shared constant pattern.
    private let pattern: OpaquePointer

    /// What the user wrote.
    package let source: String

    /// Groups without the whole match.
    package let groupCount: Int

    /// One name per group and the whole match, "" where it has none.
    package let groupNames: [String]

    /// The most memory one pattern may take, program and caches together.
    package static let memoryLimit = 8 << 20

    package init(_ source: String) throws(RegularExpressionError) {
        self.source = source
        let text = try Self.withGoNames(source)
        var status = CRE2_OK
        var fragment = [CChar](repeating: 0, count: 256)
        let compiled = text.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                cre2_compile(chars.baseAddress, chars.count, Int64(Self.memoryLimit), &status, &fragment, 256)
            }
        }
        guard let compiled else {
            let part = fragment.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RegularExpressionError(status, fragment: Self.asWritten(String(decoding: part, as: UTF8.self), source))
        }
        pattern = compiled
        groupCount = Int(cre2_group_count(compiled))
        var names = [""]
        for group in 0..<groupCount {
            names.append(cre2_group_name(compiled, Int32(group + 1)).map { String(cString: $0) } ?? "")
        }
        groupNames = names
    }

    deinit { cre2_free(pattern) }

    /// The pattern as this RE2 reads it: Go takes `(?<name>…)` for `(?P<name>…)`, and refuses a few things that RE2 does not.
    private static func withGoNames(_ source: String) throws(RegularExpressionError) -> [UInt8] {
        let bytes = Array(source.utf8)
        guard bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "{") }) else {
            return bytes
        }
        var result: [UInt8] = []
        var inClass = false
        var isLiteral = false
        var index = 0
        func starts(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }
        while index < bytes.count {
            if isLiteral {
                isLiteral = !starts("\\E")
                result.append(bytes[index])
            } else if starts("\\") {
                let escaped = index + 1 < bytes.count ? bytes[index + 1] : 0
                if escaped == UInt8(ascii: "C"), !inClass { throw RegularExpressionError(CRE2_BAD_ESCAPE, fragment: "\\C") }
                isLiteral = escaped == UInt8(ascii: "Q") && !inClass
                result += bytes[index...].prefix(2)
                index += 1
            } else if !inClass, starts("(?<") || starts("(?P<") {
                let head = starts("(?<") ? 3 : 4
                let rest = bytes[(index + head)...]
                if let end = rest.firstIndex(of: UInt8(ascii: ">")), !rest[..<end].allSatisfy(isNamePart) {
                    throw RegularExpressionError(CRE2_BAD_NAME, fragment: String(decoding: bytes[index...end], as: UTF8.self))
                }
                result += "(?P<".utf8
                index += head - 1
            } else if !inClass, starts("{"), let count = hugeCount(bytes[index...]) {
                throw RegularExpressionError(CRE2_REPEAT_SIZE, fragment: String(decoding: count, as: UTF8.self))
            } else {
                if starts("[") { inClass = true } else if starts("]") { inClass = false }
                result.append(bytes[index])
            }
            index += 1
        }
        return result
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
    }

    /// `{99999999999}`: a count so long that RE2 takes it for text.
    private static func hugeCount(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let inner = bytes[bytes.startIndex..<end].dropFirst()
        let numbers = inner.split(separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = numbers.first, !first.isEmpty, numbers.allSatisfy({ $0.allSatisfy { (48...57).contains($0) } }),
            numbers.contains(where: { $0.count > 8 })
        else { return nil }
        return bytes[bytes.startIndex...end]
    }

    /// A part of the pattern that RE2 was given, as the user wrote it.
    private static func asWritten(_ fragment: String, _ source: String) -> String {
        guard fragment.hasPrefix("(?P<"), !source.contains("(?P<") else { return fragment }
        return "(?<" + fragment.dropFirst(4)
    }

    /// Whether an offset lies between the bytes of one well-formed scalar.
    private static func isInsideScalar(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Bool {
        for back in 1...3 where offset >= back && text[offset - back] & 0xc0 != 0x80 {
            return scalarWidth(text, at: offset - back) > back
        }
        return false
    }

    /// Byte offsets of one match: the whole and each group, nil for a group that took no part.
    package struct Match: Sendable {
        package var groups: [Range<Int>?]

        /// The range of the whole match.
        package var range: Range<Int> { groups.first.flatMap { $0 } ?? 0..<0 }
    }

    /// The leftmost match that begins at or after a byte offset.
    package func match(_ text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Match? {
        let count = groupCount + 1
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: count * 2) { offsets in
            let first = start
            var start = start
            while true {
                let found = text.withMemoryRebound(to: CChar.self) { chars in
                    cre2_match(pattern, chars.baseAddress, chars.count, start, offsets.baseAddress, Int32(count))
                }
                guard found else { return nil }
                // RE2 finds "\\B" between the bytes of one letter; Go looks between letters only.
                let place = offsets[0]
                guard place == offsets[1], place > first, place < text.count, text[place] & 0xc0 == 0x80,
                    Self.isInsideScalar(text, place)
                else { break }
                start = place + 1
            }
            return Match(groups: (0..<count).map { group in
                let low = offsets[group * 2], high = offsets[group * 2 + 1]
                return low < 0 ? nil : low..<high
            })
        }
    }

    /// True when the text holds a match anywhere.
    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cre2_match(pattern, $0.baseAddress, $0.count, 0, nil, 0) }
        }
    }
}

/// A pattern that is no regular expression; the text is Go's.
package struct RegularExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Go's name of the fault: "missing closing )".
    package let problem: String
    /// The part of the pattern it is in.
    package let fragment: String

    package var description: String { "error parsing regexp: \(problem): `\(fragment)`" }

    init(_ status: cre2_status, fragment: String) {
        self.fragment = fragment
        problem =
            switch status {
            case CRE2_BAD_ESCAPE: "invalid escape sequence"
            case CRE2_BAD_CLASS: "invalid character class"
            case CRE2_BAD_RANGE: "invalid character class range"
            case CRE2_MISSING_BRACKET: "missing closing ]"
            case CRE2_MISSING_PAREN: "missing closing )"
            case CRE2_UNEXPECTED_PAREN: "unexpected )"
            case CRE2_TRAILING_BACKSLASH: "trailing backslash at end of expression"
            case CRE2_REPEAT_ARGUMENT: "missing argument to repetition operator"
            case CRE2_REPEAT_SIZE: "invalid repeat count"
            case CRE2_REPEAT_OPERATOR: "invalid nested repetition operator"
            case CRE2_BAD_PERL: "invalid or unsupported Perl syntax"
            case CRE2_BAD_UTF8: "invalid UTF-8"
            case CRE2_BAD_NAME: "invalid named capture"
            case CRE2_TOO_LARGE: "expression too large"
            default: "internal error"
            }
    }
}
