/// What `.helmignore` leaves out of a chart.
///
/// Not git's rules: no `**`, a pattern with a slash counts from the root, one
/// without matches any name, and a leading `!` takes the rest of the pattern as the one to keep.
struct IgnoreRules {
    private struct Rule {
        var pattern: [UInt8]
        /// `!pattern`: whatever it does not match is ignored.
        var isNegated: Bool
        /// `pattern/`: folders only.
        var isFolderOnly: Bool
        /// Compared with the whole path, else with the name.
        var isRooted: Bool
    }

    private var rules: [Rule] = []

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) { add(trimmedSpace(String(line))) }
        add("templates/.?*")
    }

    private mutating func add(_ line: String) {
        guard !line.isEmpty, !line.hasPrefix("#"), !line.contains("**") else { return }
        var pattern = Substring(line)
        let isNegated = pattern.first == "!"
        if isNegated { pattern.removeFirst() }
        let isFolderOnly = pattern.last == "/"
        if isFolderOnly { pattern.removeLast() }
        let isRooted = pattern.first == "/" || pattern.contains("/")
        if pattern.first == "/" { pattern.removeFirst() }
        guard !pattern.isEmpty else { return }
        rules.append(Rule(pattern: Array(pattern.utf8), isNegated: isNegated, isFolderOnly: isFolderOnly, isRooted: isRooted))
    }

    /// True for a file the rules name, or that lies in a folder they name.
    func ignores(_ path: String) -> Bool {
        var prefix = ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            prefix += prefix.isEmpty ? String(part) : "/" + part
            if ignores(prefix, name: String(part), isFolder: index < parts.count - 1) { return true }
        }
        return false
    }

    private func ignores(_ path: String, name: String, isFolder: Bool) -> Bool {
        for rule in rules {
            let matches = ShellPattern.matches(rule.pattern, rule.isRooted ? path : name)
            if rule.isNegated {
                if rule.isFolderOnly, !isFolder { return true }
                if !matches { return true }
                continue
            }
            if rule.isFolderOnly, !isFolder { continue }
            if matches { return true }
        }
        return false
    }
}

/// Go's `filepath.Match`: `*` and `?` within one name, `[a-z]`, `\` escapes.
enum ShellPattern {
    static func matches(_ pattern: [UInt8], _ text: String) -> Bool {
        let text = Array(text.utf8)
        var p = 0, t = 0
        // Where to try again: after the last star, one byte further.
        var starPattern = -1, starText = 0
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                starPattern = p
                starText = t
                p += 1
                continue
            }
            if let next = step(pattern, p, text[t]) {
                p = next
                t += 1
                continue
            }
            guard starPattern >= 0, text[starText] != UInt8(ascii: "/") else { return false }
            starText += 1
            p = starPattern + 1
            t = starText
        }
        return pattern[min(p, pattern.count)...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The pattern's next place when the part at `p` takes the byte.
    private static func step(_ pattern: [UInt8], _ p: Int, _ byte: UInt8) -> Int? {
        guard p < pattern.count else { return nil }
        switch pattern[p] {
        case UInt8(ascii: "?"): return byte == UInt8(ascii: "/") ? nil : p + 1
        case UInt8(ascii: "\\"):
            guard p + 1 < pattern.count else { return nil }
            return pattern[p + 1] == byte ? p + 2 : nil
        case UInt8(ascii: "["):
            var index = p + 1
            let negated = index < pattern.count && pattern[index] == UInt8(ascii: "^")
            if negated { index += 1 }
            var found = false
            var isFirst = true
            while index < pattern.count, isFirst || pattern[index] != UInt8(ascii: "]") {
                isFirst = false
                var low = pattern[index]
                if low == UInt8(ascii: "\\"), index + 1 < pattern.count {
                    index += 1
                    low = pattern[index]
                }
                var high = low
                if index + 2 < pattern.count, pattern[index + 1] == UInt8(ascii: "-"), pattern[index + 2] != UInt8(ascii: "]") {
                    high = pattern[index + 2]
                    index += 2
                }
                if low <= byte, byte <= high { found = true }
                index += 1
            }
            guard index < pattern.count, found != negated else { return nil }
            return index + 1
        default: return pattern[p] == byte ? p + 1 : nil
        }
    }
}
