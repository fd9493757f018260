/// The patterns of `.Files.Glob`, as gobwas/glob reads them with "/" between names:
/// `*` within a name, `**` across names, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `\` escapes.
struct GlobPattern {
    private indirect enum Part {
        case literal(Unicode.Scalar)
        case anyOne
        case anyName
        case anyPath
        case set([ClosedRange<UInt32>], isNegated: Bool)
        case choice([[Part]])
    }

    private let parts: [Part]

    static let everything = GlobPattern(parts: [.anyPath])
    /// A choice that is not closed, an escape of nothing: gobwas takes them, and finds nothing.
    static let nothing = GlobPattern(parts: [.choice([])])

    private init(parts: [Part]) { self.parts = parts }

    /// Nil for a pattern that is malformed.
    init?(_ text: String) {
        // Matching goes as deep as the pattern is long.
        guard text.utf8.count <= 4096 else { return nil }
        var rest = Array(text.unicodeScalars)[...]
        var isOpen = false
        guard let parts = Self.parse(&rest, depth: 0, &isOpen), rest.isEmpty else { return nil }
        self = isOpen ? .nothing : GlobPattern(parts: parts)
    }

    private static func parse(_ rest: inout ArraySlice<Unicode.Scalar>, depth: Int, _ isOpen: inout Bool) -> [Part]? {
        guard depth < 20 else { return nil }
        var parts: [Part] = []
        while let scalar = rest.first {
            if depth > 0, scalar == "," || scalar == "}" { return parts }
            rest.removeFirst()
            switch scalar {
            case "*":
                if rest.first == "*" {
                    while rest.first == "*" { rest.removeFirst() }
                    parts.append(.anyPath)
                } else {
                    parts.append(.anyName)
                }
            case "?": parts.append(.anyOne)
            case "\\":
                guard let next = rest.popFirst() else {
                    isOpen = true
                    break
                }
                parts.append(.literal(next))
            case "[":
                guard let set = parseSet(&rest) else { return nil }
                parts.append(set)
            case "{":
                var choices: [[Part]] = []
                repeat {
                    guard let choice = parse(&rest, depth: depth + 1, &isOpen) else { return nil }
                    choices.append(choice)
                } while rest.first == "," && rest.popFirst() != nil
                if rest.popFirst() != "}" { isOpen = true }
                parts.append(.choice(choices))
            default: parts.append(.literal(scalar))
            }
        }
        if depth > 0 { isOpen = true }
        return parts
    }

    private static func parseSet(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
        let isNegated = rest.first == "!"
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<UInt32>] = []
        while let low = rest.popFirst() {
            if low == "]" { return ranges.isEmpty ? nil : .set(ranges, isNegated: isNegated) }
            if rest.first == "-", rest.dropFirst().first != "]" {
                rest.removeFirst()
                guard let high = rest.popFirst(), high.value >= low.value else { return nil }
                ranges.append(low.value...high.value)
            } else {
                ranges.append(low.value...low.value)
            }
        }
        return nil
    }

    func matches(_ path: String) -> Bool {
        var steps = 0
        return Self.matches(parts[...], Array(path.unicodeScalars)[...], &steps)
    }

    /// Tries in turn; gives up (no match) on patterns made to be slow.
    private static func matches(_ parts: ArraySlice<Part>, _ text: ArraySlice<Unicode.Scalar>, _ steps: inout Int) -> Bool {
        steps += 1
        guard steps < 1_000_000 else { return false }
        guard let part = parts.first else { return text.isEmpty }
        let rest = parts.dropFirst()
        switch part {
        case .literal(let scalar): return text.first == scalar && matches(rest, text.dropFirst(), &steps)
        case .anyOne:
            guard let first = text.first, first != "/" else { return false }
            return matches(rest, text.dropFirst(), &steps)
        case .set(let ranges, let isNegated):
            guard let first = text.first, ranges.contains(where: { $0.contains(first.value) }) != isNegated else { return false }
            return matches(rest, text.dropFirst(), &steps)
        case .anyName, .anyPath:
            var tail = text
            while true {
                if matches(rest, tail, &steps) { return true }
                guard let first = tail.first else { return false }
                if case .anyName = part, first == "/" { return false }
                tail = tail.dropFirst()
            }
        case .choice(let choices): return choices.contains { matches($0[...] + rest, text, &steps) }
        }
    }
}
