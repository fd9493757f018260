/// What `.helmignore` leaves out of a chart.
///
/// Not git's rules: no `**`, a pattern with a slash counts from the root, one
/// without matches any name, and a leading `!` takes the rest of the pattern as the one to keep.
struct IgnoreRules {
    private struct Rule {
        var pattern: ShellPattern
        /// `!pattern`: whatever it does not match is ignored.
        var isNegated: Bool
        /// `pattern/`: folders only.
        var isFolderOnly: Bool
        /// Compared with the whole path, else with the name.
        var isRooted: Bool
    }

    private var rules: [Rule] = []

    init(_ text: String) throws(ChartError) {
        for line in goSplit(text, "\n") { try add(trimmedSpace(line)) }
        try add("templates/.?*")
    }

    private mutating func add(_ line: String) throws(ChartError) {
        guard !line.isEmpty, !line.hasPrefix("#") else { return }
        if line.contains("**") { throw Self.failure("double-star (**) syntax is not supported") }
        guard ShellPattern(line) != nil else { throw Self.failure("syntax error in pattern") }
        var pattern = Substring(line)
        let isNegated = pattern.first == "!"
        if isNegated { pattern.removeFirst() }
        let isFolderOnly = pattern.last == "/"
        if isFolderOnly { pattern.removeLast() }
        let isRooted = pattern.contains("/")
        // What is left may be no pattern any more, and then matches nothing.
        let compiled = ShellPattern(String(pattern.hasPrefix("/") ? pattern.dropFirst() : pattern)) ?? ShellPattern.nothing
        rules.append(Rule(pattern: compiled, isNegated: isNegated, isFolderOnly: isFolderOnly, isRooted: isRooted))
    }

    private static func failure(_ message: String) -> ChartError { ChartError(.invalid, file: ".helmignore", message: message) }

    /// True for a file the rules name, or that lies in a folder they name.
    func ignores(_ path: String) -> Bool {
        let path = Array(path.unicodeScalars)
        var start = 0
        while start < path.count {
            let end = path[start...].firstIndex(of: "/") ?? path.count
            if end > start, ignores(path[..<end], name: path[start..<end], isFolder: end < path.count) { return true }
            start = end + 1
        }
        return false
    }

    private func ignores(_ path: ArraySlice<Unicode.Scalar>, name: ArraySlice<Unicode.Scalar>, isFolder: Bool) -> Bool {
        for rule in rules {
            let matches = rule.pattern.matches(rule.isRooted ? path : name)
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
