/// `.martletignore`: gitignore's syntax (gitignore(5)) for files that are no manifests.
package struct IgnoreRules: Sendable {
    package static let fileName = ".martletignore"

    private struct Rule: Sendable {
        var base: String
        var pattern: [Substring]
        var isNegated: Bool
        var foldersOnly: Bool
        var isAnchored: Bool
    }

    private var rules: [Rule] = []

    package init() {}

    /// Adds the lines of one file; they hold for its folder and below.
    package mutating func add(_ text: String, in base: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line
            while line.last == " ", !line.hasSuffix("\\ ") { line.removeLast() }
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            var rule = Rule(base: base, pattern: [], isNegated: false, foldersOnly: false, isAnchored: false)
            if line.hasPrefix("!") {
                rule.isNegated = true
                line.removeFirst()
            }
            if line.hasSuffix("/") {
                rule.foldersOnly = true
                line.removeLast()
            }
            rule.isAnchored = line.contains("/")
            if line.hasPrefix("/") { line.removeFirst() }
            rule.pattern = line.split(separator: "/", omittingEmptySubsequences: true)
            if !rule.pattern.isEmpty { rules.append(rule) }
        }
    }

    /// Whether a file is ignored, itself or by one of its folders.
    package func ignores(_ file: String) -> Bool {
        guard !rules.isEmpty else { return false }
        var prefix = ""
        let names = file.split(separator: "/")
        for (index, name) in names.enumerated() {
            prefix += prefix.isEmpty ? String(name) : "/\(name)"
            let isFolder = index < names.count - 1
            // A file below an ignored folder cannot be taken back, as in git.
            if verdict(prefix, isFolder: isFolder) { return true }
        }
        return false
    }

    private func verdict(_ path: String, isFolder: Bool) -> Bool {
        for rule in rules.reversed() where isInside(path, rule.base) && (isFolder || !rule.foldersOnly) {
            let names = relative(path, to: rule.base).split(separator: "/")[...]
            let matches =
                rule.isAnchored
                ? segments(rule.pattern[...], names)
                : names.last.flatMap { name in rule.pattern.first.map { wildcard($0, name) } } ?? false
            if matches { return !rule.isNegated }
        }
        return false
    }

    /// As `wildcard`, with names for letters: one step back to the last `**` is enough.
    private func segments(_ pattern: ArraySlice<Substring>, _ names: ArraySlice<Substring>) -> Bool {
        var pattern = pattern, names = names
        // What is inside of a folder is not the folder.
        if pattern.last == "**" {
            guard !names.isEmpty else { return false }
            while pattern.last == "**" { pattern.removeLast() }
            pattern += ["*", "**"]
        }
        var star: (pattern: ArraySlice<Substring>, names: ArraySlice<Substring>)?
        while let name = names.first {
            if pattern.first == "**" {
                pattern = pattern.dropFirst()
                star = (pattern, names)
            } else if let first = pattern.first, wildcard(first, name) {
                pattern = pattern.dropFirst()
                names = names.dropFirst()
            } else if let back = star {
                pattern = back.pattern
                names = back.names.dropFirst()
                star = (back.pattern, names)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "**" }
    }
}

/// `*`, `?` and `[…]` inside one name (fnmatch); linear in the length of both, with one step back to the last `*`.
package func wildcard(_ pattern: Substring, _ name: Substring) -> Bool {
    let p = Array(pattern), n = Array(name)
    var i = 0, j = 0
    var star: (pattern: Int, name: Int)?
    while j < n.count {
        if i < p.count, p[i] == "*" {
            star = (i, j)
            i += 1
        } else if i < p.count, let next = single(p, i, n[j]) {
            i = next
            j += 1
        } else if let back = star {
            i = back.pattern + 1
            j = back.name + 1
            star = (back.pattern, j)
        } else {
            return false
        }
    }
    while i < p.count, p[i] == "*" { i += 1 }
    return i == p.count
}

/// The index behind the one-letter pattern at `i` when it takes `letter`.
private func single(_ pattern: [Character], _ i: Int, _ letter: Character) -> Int? {
    switch pattern[i] {
    case "?": return i + 1
    case "\\" where i + 1 < pattern.count: return pattern[i + 1] == letter ? i + 2 : nil
    case "[":
        var inside = pattern[(i + 1)...]
        let isNegated = inside.first == "!" || inside.first == "^"
        if isNegated { inside = inside.dropFirst() }
        // A bracket that comes first is a letter of the set.
        guard let close = inside.dropFirst().firstIndex(of: "]") else { return nil }
        var set = inside[..<close]
        var found = false
        while let low = set.first {
            set = set.dropFirst()
            if set.first == "-", let high = set.dropFirst().first {
                if low <= letter, letter <= high { found = true }
                set = set.dropFirst(2)
            } else if low == letter {
                found = true
            }
        }
        return found != isNegated ? close + 1 : nil
    default: return pattern[i] == letter ? i + 1 : nil
    }
}
