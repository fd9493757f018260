import Kubernetes
import RegularExpression

/// A condition on cookies as an expression for the whole header `cookie`, because routers know headers only.
///
/// A user's expression is about one cookie's value: it must not reach over the semicolon into the next cookie, and its
/// anchors mean the value's ends. So it is taken apart into tokens, and what could match a semicolon is narrowed.
enum CookieExpression {
    /// An expression that holds where all the cookies are there, in any order.
    static func header(_ cookies: [RequestMatch], _ refuse: (String) -> RolloutError) throws(RolloutError) -> String {
        guard cookies.count <= 3 else { throw refuse("more than three cookies are too many for one expression") }
        guard Set(cookies.map(\.name)).count == cookies.count else {
            throw refuse("a cookie is named twice: write one condition for it")
        }
        var pairs: [String] = []
        for cookie in cookies {
            pairs.append("\(quotedForExpression(cookie.name))=(?:\(try value(cookie, refuse)))")
        }
        let orders = permutations(pairs).map { $0.joined(separator: "\\s*;(?:.*;)?\\s*") }
        let body = orders.count == 1 ? orders.joined() : "(?:\(orders.joined(separator: "|")))"
        return "^(?:.*;\\s*)?\(body)(?:\\s*;.*)?$"
    }

    private static func permutations(_ items: [String]) -> [[String]] {
        var orders: [[String]] = [[]]
        for item in items {
            orders = orders.flatMap { order in (0...order.count).map { Array(order.prefix($0)) + [item] + Array(order.dropFirst($0)) } }
        }
        return orders
    }

    private static func value(_ cookie: RequestMatch, _ refuse: (String) -> RolloutError) throws(RolloutError) -> String {
        guard cookie.isRegularExpression else {
            if cookie.value.contains(where: { $0 == ";" || $0 == "," || $0.isWhitespace }) {
                throw refuse("cookie \"\(cookie.name)\" can have no value with a space, a comma or a semicolon")
            }
            return quotedForExpression(cookie.value)
        }
        do {
            _ = try RegularExpression(cookie.value)
        } catch {
            throw refuse("the expression for cookie \"\(cookie.name)\" is not one: \(error)")
        }
        var reader = Reader(cookie.value)
        guard let expression = reader.expression(), (try? RegularExpression(expression)) != nil else {
            throw refuse(
                "\"\(reader.culprit)\" in the expression for cookie \"\(cookie.name)\" cannot be kept to this one cookie: write it otherwise, or as header(cookie) ~ \"…\""
            )
        }
        return expression
    }
}

/// Takes an expression that RE2 has accepted apart, just as far as needed.
private struct Reader {
    private var rest: Substring
    /// What could not be taken over.
    private(set) var culprit: String

    init(_ text: String) {
        rest = text[...]
        culprit = text
    }

    private struct Alternative {
        var isAnchoredAtStart = false
        var isAnchoredAtEnd = false
        var body = ""

        func text(flags: String) -> String {
            let body = flags.isEmpty ? body : "(?\(flags):\(body))"
            return (isAnchoredAtStart ? "" : "[^;]*") + body + (isAnchoredAtEnd ? "" : "[^;]*")
        }
    }

    /// Nil where it cannot be done; `culprit` is why.
    mutating func expression() -> String? {
        let flags = leadingFlags()
        var alternatives: [Alternative] = []
        var current = Alternative()
        var depth = 0
        while let character = rest.first {
            if depth == 0, character == "|" {
                rest.removeFirst()
                alternatives.append(current)
                current = Alternative()
                continue
            }
            if let anchor = takeAnchor() {
                let isAtStart = depth == 0 && current.body.isEmpty
                let isAtEnd = depth == 0 && (rest.isEmpty || rest.first == "|")
                switch anchor {
                case "^" where isAtStart, "\\A" where isAtStart: current.isAnchoredAtStart = true
                case "$" where isAtEnd, "\\z" where isAtEnd: current.isAnchoredAtEnd = true
                default: return fail(anchor)
                }
                continue
            }
            if character == "(" {
                guard let head = groupHead() else { return nil }
                current.body += head
                depth += 1
            } else if character == ")" {
                rest.removeFirst()
                current.body += ")"
                depth -= 1
            } else if "*+?{}|".contains(character) {
                rest.removeFirst()
                current.body.append(character)
            } else {
                guard let token = token() else { return nil }
                current.body += token
            }
        }
        alternatives.append(current)
        return alternatives.map { $0.text(flags: flags) }.joined(separator: "|")
    }

    private mutating func fail(_ culprit: String) -> String? {
        self.culprit = culprit
        return nil
    }

    /// `(?i)` at the start holds for all that follows.
    private mutating func leadingFlags() -> String {
        guard rest.hasPrefix("(?") else { return "" }
        let flags = rest.dropFirst(2).prefix { "isU".contains($0) }
        guard !flags.isEmpty, rest.dropFirst(2 + flags.count).first == ")" else { return "" }
        rest = rest.dropFirst(3 + flags.count)
        return String(flags)
    }

    private mutating func takeAnchor() -> String? {
        for anchor in ["^", "$", "\\A", "\\z"] where rest.hasPrefix(anchor) {
            rest = rest.dropFirst(anchor.count)
            return anchor
        }
        return nil
    }

    /// Groups that keep what they match become ones that do not: the same name could come twice in the end.
    private mutating func groupHead() -> String? {
        guard rest.hasPrefix("(?") else {
            rest.removeFirst()
            return "(?:"
        }
        if rest.hasPrefix("(?P<") || rest.hasPrefix("(?<") {
            guard let end = rest.firstIndex(of: ">") else { return fail(String(rest)) }
            rest = rest[rest.index(after: end)...]
            return "(?:"
        }
        let flags = rest.dropFirst(2).prefix { "isU-".contains($0) }
        // "(?i)" in the middle and "(?m:" change what stands outside, or what anchors mean.
        guard rest.dropFirst(2 + flags.count).first == ":" else { return fail(String(rest.prefix(3 + flags.count))) }
        rest = rest.dropFirst(3 + flags.count)
        return "(?\(flags):"
    }

    /// What matches one character, without the semicolon.
    private mutating func token() -> String? {
        if rest.hasPrefix("\\Q") { return quoted() }
        let text: String
        if rest.first == "[" {
            guard let found = characterClass() else { return fail(String(rest)) }
            text = found
        } else {
            text = escapeOrCharacter()
        }
        if text == "\\b" || text == "\\B" { return text }
        guard let expression = try? RegularExpression("^(?:\(text))$") else { return fail(text) }
        guard expression.matches(";") else { return text }
        switch text {
        case ".": return "[^;]"
        case "\\D", "\\S", "\\W": return "[^;\(text.lowercased())]"
        case _ where text.hasPrefix("[^]"): return "[^;\\]" + text.dropFirst(3)
        case _ where text.hasPrefix("[^"): return "[^;" + text.dropFirst(2)
        default: return fail(text)
        }
    }

    private mutating func quoted() -> String? {
        rest = rest.dropFirst(2)
        var literal = ""
        while !rest.isEmpty, !rest.hasPrefix("\\E") { literal.append(rest.removeFirst()) }
        rest = rest.dropFirst(2)
        return literal.contains(";") ? fail(";") : quotedForExpression(literal)
    }

    private mutating func escapeOrCharacter() -> String {
        guard rest.first == "\\" else { return rest.popFirst().map(String.init) ?? "" }
        var text = String(rest.prefix(2))
        rest = rest.dropFirst(2)
        switch text {
        case "\\p", "\\P", "\\x":
            if rest.first == "{" {
                while let next = rest.popFirst() {
                    text.append(next)
                    if next == "}" { break }
                }
            } else {
                let count = text == "\\x" ? 2 : 1
                text += rest.prefix(count)
                rest = rest.dropFirst(count)
            }
        case "\\0", "\\1", "\\2", "\\3", "\\4", "\\5", "\\6", "\\7":
            let digits = rest.prefix(2).prefix { ("0"..."7").contains($0) }
            text += digits
            rest = rest.dropFirst(digits.count)
        default: break
        }
        return text
    }

    /// From `[` to its `]`; one right behind the `[` or `[^` is a member.
    private mutating func characterClass() -> String? {
        var text = ""
        var tail = rest
        func take(_ count: Int) {
            text += tail.prefix(count)
            tail = tail.dropFirst(count)
        }
        take(tail.hasPrefix("[^") ? 2 : 1)
        if tail.first == "]" { take(1) }
        while let next = tail.first {
            if next == "]" {
                take(1)
                rest = tail
                return text
            }
            if tail.hasPrefix("[:") {
                take(2)
                while !tail.isEmpty, !tail.hasPrefix(":]") { take(1) }
                take(2)
            } else {
                take(next == "\\" ? 2 : 1)
            }
        }
        return nil
    }
}
