/// A version as Masterminds/semver reads it: loosely, "v1.2" being 1.2.0.
///
/// `package`, because the tags of images are ordered by the same rules as the
/// versions of charts.
package struct SemanticVersion: Sendable, Hashable {
    package var major: UInt64
    package var minor: UInt64
    package var patch: UInt64
    package var prerelease: String
    package var metadata: String
    /// As written.
    package var original: String

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
    package init?(_ text: String) {
        guard let version = try? SemanticVersion(parsing: text) else { return nil }
        self = version
    }

    init(parsing text: String) throws(Malformed) {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
        func number(_ digits: Substring.UTF8View) throws(Malformed) -> UInt64 {
            guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { throw Malformed() }
            guard let number = UInt64(Substring(digits)) else {
                throw Malformed(
                    description: "error parsing version segment: strconv.ParseUint: parsing \"\(Substring(digits))\": value out of range")
            }
            return number
        }
        let end = rest.firstIndex { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ?? rest.endIndex
        let parts = Substring(rest[..<end]).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts.allSatisfy({ $0.utf8.first.map { (48...57).contains($0) } ?? false }) else {
            throw Malformed()
        }
        var numbers: [UInt64] = []
        for part in parts { numbers.append(try number(part.utf8)) }
        major = numbers[0]
        minor = numbers.count > 1 ? numbers[1] : 0
        patch = numbers.count > 2 ? numbers[2] : 0
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
            try Self.refuseLeadingZeros(prerelease)
        }
        if rest.first == UInt8(ascii: "+") {
            rest.removeFirst()
            metadata = String(Substring(rest))
            guard Self.areIdentifiers(metadata) else { throw Malformed() }
        }
    }

    private static func refuseLeadingZeros(_ prerelease: String) throws(Malformed) {
        let hasLeadingZero = prerelease.split(separator: ".").contains { part in
            part.utf8.count > 1 && part.utf8.first == 48 && part.utf8.allSatisfy { (48...57).contains($0) }
        }
        if hasLeadingZero { throw Malformed(description: "version segment starts with 0") }
    }

    /// The version with another prerelease; none for "".
    func with(prerelease: String) throws(Malformed) -> SemanticVersion {
        guard prerelease.isEmpty || Self.areIdentifiers(prerelease) else { throw Malformed(description: "invalid prerelease string") }
        try Self.refuseLeadingZeros(prerelease)
        var version = self
        version.prerelease = prerelease
        return version
    }

    /// The version with other metadata; none for "".
    func with(metadata: String) throws(Malformed) -> SemanticVersion {
        guard metadata.isEmpty || Self.areIdentifiers(metadata) else { throw Malformed(description: "invalid metadata string") }
        var version = self
        version.metadata = metadata
        return version
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
    package func compare(_ other: SemanticVersion) -> Int {
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

    package var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-\(prerelease)") + (metadata.isEmpty ? "" : "+\(metadata)")
    }
}
