internal import Template

/// A range of versions as Masterminds/semver reads it: ">=1.2 <2 || ~3.1", "1.2 - 1.4", "^1.x".
struct VersionConstraint: Sendable {
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
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    init(_ text: String) throws(Malformed) {
        for group in goSplit(text, "||") { groups.append(try Self.terms(group)) }
    }

    private static func terms(_ text: String) throws(Malformed) -> [Term] {
        let malformed = Malformed(description: "improper constraint: \(goQuoted(text))")
        var words = Scanner(text)
        var terms: [Term] = []
        words.skipSpace()
        if words.atEnd { throw malformed }
        while !words.atEnd {
            if !terms.isEmpty {
                guard words.separator() else { throw malformed }
            }
            let operation = words.operation()
            words.skipSpace()
            guard let low = words.version() else { throw malformed }
            if operation.isEmpty, words.hyphen() {
                // "1.2 - 2.3" is ">=1.2 <=2.3".
                guard let high = words.version() else { throw malformed }
                terms.append(try term(">=", low, malformed))
                terms.append(try term("<=", high, malformed))
            } else {
                terms.append(try term(operation, low, malformed))
            }
        }
        return terms
    }

    private static func term(_ operation: String, _ text: String, _ malformed: Malformed) throws(Malformed) -> Term {
        var core = Substring(text)
        if core.first == "v" { core.removeFirst() }
        let end = core.firstIndex { $0 == "-" || $0 == "+" } ?? core.endIndex
        let tail = core[end...].first == "-" ? core[end...].prefix { $0 != "+" } : ""
        let parts = core[..<end].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { throw malformed }
        func isWild(_ index: Int) -> Bool {
            guard parts.indices.contains(index) else { return true }
            return ["x", "X", "*"].contains(parts[index])
        }
        var term = Term(operation: operation, version: SemanticVersion(major: 0, minor: 0, patch: 0))
        var plain: String
        if isWild(0) {
            plain = "0.0.0"
            term.isDirty = true
        } else if isWild(1) {
            plain = "\(parts[0]).0.0"
            term.isDirty = true
            term.isMinorDirty = true
        } else if isWild(2) {
            plain = "\(parts[0]).\(parts[1]).0"
            term.isDirty = true
            term.isPatchDirty = true
        } else {
            plain = String(core[..<end])
        }
        plain += tail
        guard let version = SemanticVersion(plain) else { throw Malformed(description: "constraint parser error") }
        term.version = version
        return term
    }

    /// True when the version is in the range. A prerelease is only where the range names one.
    func allows(_ version: SemanticVersion) -> Bool {
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

    /// The words of a group: operators, versions, what separates them.
    private struct Scanner {
        var rest: Substring

        init(_ text: String) { rest = Substring(text) }

        var atEnd: Bool { rest.isEmpty }

        mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" } }

        /// Space or one comma; true at the end of the text as well.
        mutating func separator() -> Bool {
            let before = rest
            skipSpace()
            if rest.first == "," {
                rest.removeFirst()
                skipSpace()
                return !rest.isEmpty
            }
            return rest.startIndex > before.startIndex
        }

        mutating func operation() -> String {
            for name in [">=", "=>", "<=", "=<", "~>", "!=", "=", ">", "<", "~", "^"] where rest.hasPrefix(name) {
                rest = rest.dropFirst(name.count)
                return name
            }
            return ""
        }

        mutating func version() -> String? {
            let word = rest.prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "*" || $0 == "-" || $0 == "+")
            }
            let body = word.first == "v" ? word.dropFirst() : word
            guard let first = body.first, first.isNumber || first == "x" || first == "X" || first == "*" else { return nil }
            rest = rest[word.endIndex...]
            if rest.allSatisfy({ $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }) { rest = rest[rest.endIndex...] }
            return String(word)
        }

        /// A hyphen between spaces: a range.
        mutating func hyphen() -> Bool {
            var copy = rest
            copy = copy.drop { $0 == " " || $0 == "\t" }
            guard copy.startIndex > rest.startIndex, copy.first == "-" else { return false }
            copy.removeFirst()
            let after = copy.drop { $0 == " " || $0 == "\t" }
            guard after.startIndex > copy.startIndex else { return false }
            rest = after
            return true
        }
    }
}

/// Helm's `IsCompatibleRange`: false where either cannot be read.
func isCompatible(_ range: String, _ version: String) -> Bool {
    guard let version = SemanticVersion(version), let constraint = try? VersionConstraint(range) else { return false }
    return constraint.allows(version)
}
