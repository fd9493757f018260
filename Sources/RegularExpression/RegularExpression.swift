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
        let text = Array(Self.withGoNames(source).utf8)
        var status = CRE2_OK
        var fragment = [CChar](repeating: 0, count: 256)
        let compiled = text.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                cre2_compile(chars.baseAddress, chars.count, Int64(Self.memoryLimit), &status, &fragment, 256)
            }
        }
        guard let compiled else {
            let part = fragment.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RegularExpressionError(status, fragment: String(decoding: part, as: UTF8.self))
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

    /// Go reads `(?<name>…)` as `(?P<name>…)`; this RE2 knows only the latter.
    private static func withGoNames(_ source: String) -> String {
        guard source.utf8.contains(UInt8(ascii: "<")) else { return source }
        var result: [UInt8] = []
        let bytes = Array(source.utf8)
        var inClass = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            result.append(byte)
            index += 1
            switch byte {
            case UInt8(ascii: "\\"):
                if index < bytes.count {
                    result.append(bytes[index])
                    index += 1
                }
            case UInt8(ascii: "["): inClass = true
            case UInt8(ascii: "]"): inClass = false
            case UInt8(ascii: "(") where !inClass && bytes.dropFirst(index).starts(with: "?<".utf8):
                result += "?P<".utf8
                index += 2
            default: break
            }
        }
        return String(decoding: result, as: UTF8.self)
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
            let found = text.withMemoryRebound(to: CChar.self) { chars in
                cre2_match(pattern, chars.baseAddress, chars.count, start, offsets.baseAddress, Int32(count))
            }
            guard found else { return nil }
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
