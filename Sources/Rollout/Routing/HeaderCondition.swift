import Kubernetes
import RegularExpression

/// What must hold of one request header, in the words that Gateway API and Istio share.
struct HeaderCondition: Sendable {
    enum Text: Sendable, Hashable {
        case exact(String)
        /// Means the same to routers that look for it anywhere in the value and to those that want it to be the whole value.
        case expression(String)
    }

    let name: String
    let text: Text
    private let expression: RegularExpression?

    /// Whether it holds for a value that is known.
    func holds(for value: String) -> Bool {
        switch text {
        case .exact(let wanted): wanted == value
        case .expression: expression?.matches(value) ?? false
        }
    }

    func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }
}

extension HeaderCondition {
    /// What all the matches of an A/B test together ask of the headers: one condition for each header, because routers
    /// take no more.
    static func all(_ matches: [RequestMatch], workload: ObjectKey) throws(RolloutError) -> [HeaderCondition] {
        func refuse(_ text: String) -> RolloutError {
            RolloutError("annotation \"\(MartletAnnotations.match)\": \(text)", workload: workload, annotation: MartletAnnotations.match)
        }
        if matches.isEmpty { throw refuse("there is no condition") }
        var conditions: [HeaderCondition] = []
        var cookies: [RequestMatch] = []
        for match in matches {
            guard isToken(match.name) else { throw refuse("\"\(match.name)\" cannot be the name of a \(match.source.rawValue)") }
            guard match.value.utf8.count <= 4000, match.value.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 || $0 == "\t" })
            else {
                throw refuse("the value for \"\(match.name)\" is longer than 4000 bytes or has characters that no header can have")
            }
            if match.source == .cookie {
                if !cookies.contains(match) { cookies.append(match) }
                continue
            }
            let condition = try HeaderCondition(header: match, refuse)
            guard let index = conditions.firstIndex(where: { $0.isNamed(match.name) }) else {
                conditions.append(condition)
                continue
            }
            guard conditions.indices.contains(index) else { continue }
            switch (conditions[index].text, condition.text) {
            case (let old, let new) where old == new: continue
            case (.exact(let value), _) where condition.holds(for: value): continue
            case (_, .exact(let value)) where conditions[index].holds(for: value): conditions[index] = condition
            case (.expression, .expression): throw refuse("two expressions for header \"\(match.name)\" cannot be joined: write one")
            default: throw refuse("the conditions for header \"\(match.name)\" contradict each other")
            }
        }
        if !cookies.isEmpty {
            if conditions.contains(where: { $0.isNamed("cookie") }) {
                throw refuse("conditions for header \"cookie\" and for a cookie cannot be joined: use one of the two")
            }
            let text = try CookieExpression.header(cookies, refuse)
            conditions.append(HeaderCondition(name: "cookie", text: .expression(text), expression: try compiled(text, "cookie", refuse)))
        }
        return conditions
    }

    private init(header match: RequestMatch, _ refuse: (String) -> RolloutError) throws(RolloutError) {
        name = match.name
        if !match.isRegularExpression, !match.value.isEmpty {
            (text, expression) = (.exact(match.value), nil)
            return
        }
        // An empty value is no exact value to the Gateway API.
        let written = match.isRegularExpression ? match.value : "^$"
        _ = try Self.compiled(written, match.name, refuse)
        // "\Q" without "\E" would quote the parenthesis too.
        for ending in ["", "\\E"] {
            let whole = ".*(?:\(written)\(ending)).*"
            if let compiled = try? RegularExpression(whole) {
                (text, expression) = (.expression(whole), compiled)
                return
            }
        }
        throw refuse("the expression for \"\(match.name)\" cannot stand inside another")
    }

    private static func compiled(_ text: String, _ name: String, _ refuse: (String) -> RolloutError) throws(RolloutError)
        -> RegularExpression
    {
        do {
            return try RegularExpression(text)
        } catch {
            throw refuse("the expression for \"\(name)\" is not one: \(error)")
        }
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }
}

/// A text as an expression of RE2 that matches this text alone.
func quotedForExpression(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
        if "\\.+*?()|[]{}^$".unicodeScalars.contains(scalar) { quoted.unicodeScalars.append("\\") }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted
}
