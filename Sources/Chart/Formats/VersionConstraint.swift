internal import RegularExpression
internal import Template

/// A range of versions as Masterminds/semver reads it: ">=1.2 <2 || ~3.1", "1.2 - 1.4", "^1.x".
///
/// `package`, because `semver:` tag filters of image automation are such ranges.
package struct VersionConstraint: Sendable {
    private struct Term: Sendable {
        var operation: String
        var version: SemanticVersion
        /// A wildcard or a part left out: "1", "1.x", "*".
        var isDirty = false
        var isMinorDirty = false
        var isPatchDirty = false
    }

    /// Any group may hold, each when all its terms do.
    private var groups: [[Term]] = []

    /// The text Go gives for what cannot be read.
    package struct Malformed: Error, CustomStringConvertible {
        package var description: String
    }

    package init(_ text: String) throws(Malformed) {
        for group in goSplit(Grammar.withoutRanges(text), "||") { groups.append(try Self.terms(group)) }
    }

    private static func terms(_ text: String) throws(Malformed) -> [Term] {
        guard Grammar.group.matches(text) else { throw Malformed(description: "improper constraint: \(goQuoted(text))") }
        var terms: [Term] = []
        for word in Grammar.word.findAll(text) { terms.append(try term(word)) }
        return terms
    }

    private static func term(_ text: String) throws(Malformed) -> Term {
        guard let parts = Grammar.term.findGroups(text), parts.count > 6 else {
            throw Malformed(description: "improper constraint: \(goQuoted(text))")
        }
        func isWild(_ part: String) -> Bool { ["", "x", "X", "*", ".x", ".X", ".*"].contains(part) }
        var term = Term(operation: parts[1], version: SemanticVersion(major: 0, minor: 0, patch: 0))
        let (major, minor, patch, tail) = (parts[3], parts[4], parts[5], parts[6])
        var plain = parts[2]
        if isWild(major) {
            plain = "0.0.0" + tail
            term.isDirty = true
        } else if isWild(minor) {
            plain = "\(major).0.0\(tail)"
            term.isDirty = true
            term.isMinorDirty = true
        } else if isWild(patch) {
            plain = "\(major)\(minor).0\(tail)"
            term.isDirty = true
            term.isPatchDirty = true
        }
        guard let version = SemanticVersion(plain) else { throw Malformed(description: "constraint parser error") }
        term.version = version
        return term
    }

    /// What a constraint may look like.
    private enum Grammar {
        private static let operation = #"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"#
        private static let version =
            #"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?"# + #"(-(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"#
            + #"(\+(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"#

        /// One operation and its version.
        static let term = Pattern("^\\s*(\(operation))\\s*(\(version))\\s*$")
        static let word = Pattern("(?:\(operation))\\s*(?:\(version))")
        /// Terms after each other, spaces or one comma between them.
        static let group = Pattern(
            "^(?:\\s*(?:\(operation))\\s*(?:\(version))\\s*)(?:(?:\\s+|,\\s*)(?:\(operation))\\s*(?:\(version))\\s*)*$")
        private static let range = Pattern("\\s*(\(version))\\s+-\\s+(\(version))\\s*")

        /// "1.2 - 1.4" is ">= 1.2, <= 1.4 ".
        static func withoutRanges(_ text: String) -> String {
            guard text.utf8.contains(UInt8(ascii: "-")) else { return text }
            return range.expression?.replaceAll(text, with: ">= ${1}, <= ${7} ") ?? text
        }
    }

    private struct Pattern: Sendable {
        let expression: RegularExpression?

        init(_ source: String) { expression = try? RegularExpression(source) }

        func matches(_ text: String) -> Bool { expression?.matches(text) ?? false }
        func findAll(_ text: String) -> [String] { expression?.findAll(text) ?? [] }
        func findGroups(_ text: String) -> [String]? { expression?.findGroups(text) }
    }

    /// True when the version is in the range. A prerelease is only where the range names one.
    package func allows(_ version: SemanticVersion) -> Bool {
        groups.contains { group in
            let includesPrereleases = group.contains { !$0.version.prerelease.isEmpty }
            return group.allSatisfy { Self.holds($0, version, includesPrereleases: includesPrereleases) }
        }
    }

    private static func holds(_ term: Term, _ v: SemanticVersion, includesPrereleases: Bool) -> Bool {
        if !v.prerelease.isEmpty, term.version.prerelease.isEmpty, !includesPrereleases { return false }
        let c = term.version
        let order = v.compare(c)
        switch term.operation {
        case "", "=": return term.isDirty ? isInTilde(term, v, order) : order == 0
        case "!=":
            guard term.isDirty else { return order != 0 }
            if c.major != v.major { return true }
            if c.minor != v.minor, !term.isMinorDirty { return true }
            if term.isMinorDirty { return false }
            if c.patch != v.patch, !term.isPatchDirty { return true }
            if term.isPatchDirty {
                guard v.prerelease.isEmpty, c.prerelease.isEmpty else {
                    return SemanticVersion.comparePrereleases(v.prerelease, c.prerelease) != 0
                }
                return false
            }
            return order != 0
        case ">":
            guard term.isDirty else { return order > 0 }
            if v.major != c.major { return v.major > c.major }
            if term.isMinorDirty { return false }
            if term.isPatchDirty { return v.minor > c.minor }
            return order > 0
        case "<": return order < 0
        case ">=", "=>": return order >= 0
        case "<=", "=<":
            guard term.isDirty else { return order <= 0 }
            if v.major > c.major { return false }
            return !(v.major == c.major && v.minor > c.minor && !term.isMinorDirty)
        case "~", "~>": return isInTilde(term, v, order)
        case "^":
            if order < 0 { return false }
            if c.major > 0 || term.isMinorDirty { return v.major == c.major }
            if v.major > 0 { return false }
            if c.minor > 0 || term.isPatchDirty { return v.minor == c.minor }
            if v.minor > 0 { return false }
            return v.patch == c.patch
        default: return false
        }
    }

    private static func isInTilde(_ term: Term, _ v: SemanticVersion, _ order: Int) -> Bool {
        let c = term.version
        if order < 0 { return false }
        if c.major == 0, c.minor == 0, c.patch == 0, !term.isMinorDirty, !term.isPatchDirty { return true }
        if v.major != c.major { return false }
        return v.minor == c.minor || term.isMinorDirty
    }
}

/// Helm's `IsCompatibleRange`: false where either cannot be read.
func isCompatible(_ range: String, _ version: String) -> Bool {
    guard let version = SemanticVersion(version), let constraint = try? VersionConstraint(range) else { return false }
    return constraint.allows(version)
}
