/// A version as Masterminds/semver reads it: loosely, "v1.2" being 1.2.0.
struct SemanticVersion: Sendable, Hashable {
    var major: UInt64
    var minor: UInt64
    var patch: UInt64
    var prerelease: String
    var metadata: String
    /// As written.
    var original: String

    init(major: UInt64, minor: UInt64, patch: UInt64, prerelease: String = "", metadata: String = "", original: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.metadata = metadata
        self.original = original
    }

    /// The text Go gives for what is no version.
    struct Malformed: Error, CustomStringConvertible {
        var description = "invalid semantic version"
    }

    /// Nil for what is no version: "abc", "1.2.3.4", "1.2.3-01".
    init?(_ text: String) {
        guard let version = try? SemanticVersion(parsing: text) else { return nil }
        self = version
    }

    init(parsing text: String) throws(Malformed) {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
        func number(_ digits: Substring.UTF8View) -> UInt64? {
            guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return UInt64(Substring(digits))
        }
        let end = rest.firstIndex { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ?? rest.endIndex
        let numbers = Substring(rest[..<end]).split(separator: ".", omittingEmptySubsequences: false).map { number($0.utf8) }
        guard (1...3).contains(numbers.count), let major = numbers[0], !numbers.contains(where: { $0 == nil }) else { throw Malformed() }
        self.major = major
        minor = numbers.count > 1 ? numbers[1] ?? 0 : 0
        patch = numbers.count > 2 ? numbers[2] ?? 0 : 0
        prerelease = ""
        metadata = ""
        original = text
        rest = rest[end...]
        if rest.first == UInt8(ascii: "-") {
            rest.removeFirst()
            let end = rest.firstIndex(of: UInt8(ascii: "+")) ?? rest.endIndex
            prerelease = String(Substring(rest[..<end]))
            rest = rest[end...]
            guard Self.areIdentifiers(prerelease) else { throw Malformed() }
            let hasLeadingZero = prerelease.split(separator: ".").contains { part in
                part.utf8.count > 1 && part.utf8.first == 48 && part.utf8.allSatisfy { (48...57).contains($0) }
            }
            if hasLeadingZero { throw Malformed(description: "version segment starts with 0") }
        }
        if rest.first == UInt8(ascii: "+") {
            rest.removeFirst()
            metadata = String(Substring(rest))
            guard Self.areIdentifiers(metadata) else { throw Malformed() }
        }
    }

    private static func areIdentifiers(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
                }
        }
    }

    /// -1, 0 or 1 by the rules of semver.org; metadata does not count.
    func compare(_ other: SemanticVersion) -> Int {
        for (left, right) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where left != right {
            return left < right ? -1 : 1
        }
        if prerelease == other.prerelease { return 0 }
        if prerelease.isEmpty { return 1 }
        if other.prerelease.isEmpty { return -1 }
        return Self.comparePrereleases(prerelease, other.prerelease)
    }

    static func comparePrereleases(_ left: String, _ right: String) -> Int {
        let a = left.split(separator: "."), b = right.split(separator: ".")
        for (x, y) in zip(a, b) where x != y {
            switch (UInt64(x), UInt64(y)) {
            case (let m?, let n?): if m != n { return m < n ? -1 : 1 }
            case (_?, nil): return -1
            case (nil, _?): return 1
            case (nil, nil): return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
            }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-\(prerelease)") + (metadata.isEmpty ? "" : "+\(metadata)")
    }
}
