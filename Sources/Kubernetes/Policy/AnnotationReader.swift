internal import Basics

/// The small languages of annotation values.
struct AnnotationReader {
    let key: String
    let value: String

    private func invalid(_ expected: String, nearest: String? = nil) -> AnnotationError {
        AnnotationError(key, value: value, expected: expected, nearest: nearest)
    }

    func boolean() throws(AnnotationError) -> Bool {
        switch value {
        case "true": return true
        case "false": return false
        default: throw invalid("\"true\" or \"false\"", nearest: nearest(to: value, among: ["true", "false"]))
        }
    }

    func integer() throws(AnnotationError) -> Int {
        guard let number = Int(value) else { throw invalid("an integer") }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) throws(AnnotationError) -> Choice
    where Choice.RawValue == String {
        if let choice = Choice(rawValue: value) { return choice }
        let words = Choice.allCases.map(\.rawValue).sorted()
        throw invalid("one of " + words.joined(separator: ", "), nearest: nearest(to: value, among: words))
    }

    func tagFilter() throws(AnnotationError) -> TagFilter {
        guard let filter = TagFilter(value) else {
            let word = value.split(separator: ":", maxSplits: 1).first.map(String.init) ?? value
            throw invalid(
                "one of semver:RANGE, glob:PATTERN, regex:PATTERN, newest",
                nearest: nearest(to: word, among: ["semver", "glob", "regex", "newest"]))
        }
        return filter
    }

    /// `5% 2m, 25% 5m`, `preview 5m`, `match 30m`.
    func steps() throws(AnnotationError) -> [RolloutStep] {
        let expected = "a list of steps like \"5% 2m, 25% 5m\", \"preview 5m\" or \"match 30m\""
        var steps: [RolloutStep] = []
        var last = 0
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: " ")
            guard words.count == 2, let duration = Self.wait(words[1]) else { throw invalid(expected) }
            switch words[0] {
            case "preview": steps.append(RolloutStep(.preview, duration))
            case "match": steps.append(RolloutStep(.match, duration))
            default:
                guard words[0].hasSuffix("%"), let weight = Int(words[0].dropLast()), (1...100).contains(weight) else { throw invalid(expected) }
                guard weight > last else { throw invalid("a list of growing weights") }
                last = weight
                steps.append(RolloutStep(.weight(weight), duration))
            }
        }
        guard steps.count == 1 || !steps.contains(where: { $0.stage == .preview || $0.stage == .match }) else { throw invalid(expected) }
        return steps
    }

    /// More than nothing and less than a year.
    private static func wait(_ text: Substring) -> Duration? {
        guard let duration = parseDuration(String(text)), duration > .zero, duration < .seconds(31_536_000) else { return nil }
        return duration
    }

    /// Comma-separated names.
    func names() throws(AnnotationError) -> [String] {
        var names: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part.filter { $0 != " " })
            guard ObjectName.labelProblem(name) == nil, !names.contains(name) else {
                throw invalid("a list of different metric names like \"errors, latency\"")
            }
            names.append(name)
        }
        return names
    }

    /// `manual`, `manual 24h`, `manual 24h reject`, `webhook https://example.com/gate 1h promote`.
    func gate() throws(AnnotationError) -> Gate {
        let expected = "\"manual\", \"manual 24h\", \"manual 24h reject\" or \"webhook https://example.com/gate 24h reject\""
        var words = value.split(separator: " ")[...]
        var gate = Gate()
        switch words.popFirst() {
        case "manual": break
        case "webhook":
            guard let url = words.popFirst(), Self.isWebhook(url) else {
                throw invalid("a webhook with an address that begins with http:// or https:// and has no user or password in it")
            }
            gate.url = String(url)
        case let word: throw invalid(expected, nearest: nearest(to: word.map(String.init) ?? "", among: ["manual", "webhook"]))
        }
        guard let time = words.popFirst() else { return gate }
        guard let limit = Self.wait(time), words.count <= 1 else { throw invalid(expected) }
        gate.limit = limit
        guard let word = words.popFirst() else { return gate }
        guard let expiry = Gate.Expiry(rawValue: String(word)) else {
            throw invalid(expected, nearest: nearest(to: String(word), among: Gate.Expiry.allCases.map(\.rawValue)))
        }
        gate.expiry = expiry
        return gate
    }

    /// What is in git is read by many: an address with a password in it is refused.
    private static func isWebhook(_ url: Substring) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: url.hasPrefix), url.utf8.count <= 2048 else { return false }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !authority.isEmpty && !authority.contains("@") && authority.first != ":" && !url.contains("#")
            && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    func traffic() throws(AnnotationError) -> Traffic {
        let kinds = ["httproute", "virtualservice", "ingress"]
        let parts = value.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        switch value {
        case "auto": return .auto
        case "none": return .none
        default: break
        }
        if parts.count == 2, ObjectName.subdomainProblem(String(parts[1])) == nil {
            switch parts[0] {
            case "httproute": return .httpRoute(String(parts[1]))
            case "virtualservice": return .virtualService(String(parts[1]))
            case "ingress": return .ingress(String(parts[1]))
            default: break
            }
        }
        let near = nearest(to: String(parts.first ?? ""), among: parts.count == 2 ? kinds : ["auto", "none"])
        throw invalid(
            "one of auto, none, httproute/NAME, virtualservice/NAME, ingress/NAME",
            nearest: near.map { parts.count == 2 ? "\($0)/\(parts[1])" : $0 })
    }

    /// `header(x-beta) = "1"`, `cookie(beta) ~ "^a"`; several joined by commas must all hold.
    func matches() throws(AnnotationError) -> [RequestMatch] {
        var rest = value[...]
        var matches: [RequestMatch] = []
        repeat {
            guard let match = Self.match(&rest) else { throw invalid("a condition like header(x-beta) = \"1\" or cookie(beta) ~ \"^a\"") }
            matches.append(match)
        } while Self.skip(",", &rest)
        guard rest.isEmpty else { throw invalid("a condition like header(x-beta) = \"1\" or cookie(beta) ~ \"^a\"") }
        return matches
    }

    private static func match(_ rest: inout Substring) -> RequestMatch? {
        rest = rest.drop { $0 == " " }
        let word = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(word.count)
        guard let source = RequestMatch.Source(rawValue: String(word)), skip("(", &rest) else { return nil }
        let name = rest.prefix { $0 != ")" && $0 != " " && $0 != "\"" }
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty, skip(")", &rest) else { return nil }
        let isRegularExpression = skip("~", &rest)
        guard isRegularExpression || skip("=", &rest), skip("\"", &rest, spaceAfter: false), let value = quoted(&rest) else { return nil }
        return RequestMatch(source, String(name), isRegularExpression: isRegularExpression, value)
    }

    /// The text up to the closing quote; `\"` is a quote, any other backslash stands for itself, as expressions need.
    private static func quoted(_ rest: inout Substring) -> String? {
        var text = ""
        while let character = rest.popFirst() {
            if character == "\"" {
                rest = rest.drop { $0 == " " }
                return text
            }
            if character == "\\", rest.first == "\"" {
                text.append("\"")
                rest.removeFirst()
            } else {
                text.append(character)
            }
        }
        return nil
    }

    private static func skip(_ character: Character, _ rest: inout Substring, spaceAfter: Bool = true) -> Bool {
        let start = rest.drop { $0 == " " }
        guard start.first == character else { return false }
        rest = start.dropFirst()
        if spaceAfter { rest = rest.drop { $0 == " " } }
        return true
    }
}

extension TagFilter {
    /// From `semver:~1.4`, `glob:main-*`, `regex:^v`, Flux's `regexp:^v`, `newest`.
    package init?(_ text: String) {
        if text == "newest" {
            self = .newest
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case "semver": self = .semver(String(parts[1]))
        case "glob": self = .glob(String(parts[1]))
        case "regex", "regexp": self = .regex(String(parts[1]))
        default: return nil
        }
    }

    /// As Flux v1 reads it: what has no prefix is a glob. Never nil, so that a
    /// filter that cannot be used shows where it is used and is not taken for none.
    package init(flux text: String) {
        if let filter = TagFilter(text) {
            self = filter
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("semver", 2): self = .semver("")
        case ("regex", 2), ("regexp", 2): self = .regex("")
        case ("glob", 2): self = .glob("")
        default: self = .glob(text)
        }
    }

    /// As Martlet writes it.
    package var text: String {
        switch self {
        case .semver(let range): "semver:\(range)"
        case .glob(let pattern): "glob:\(pattern)"
        case .regex(let pattern): "regex:\(pattern)"
        case .newest: "newest"
        }
    }
}
