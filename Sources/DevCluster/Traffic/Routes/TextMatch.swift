internal import RegularExpression

/// How a rule wants a path, a header or a query parameter to be.
enum TextMatch: Sendable {
    case any
    case exact(String, ignoringCase: Bool = false)
    case prefix(String, ignoringCase: Bool = false)
    /// Whole path elements: `/shop` takes `/shop` and `/shop/cart`, not `/shopping`.
    case elements(String)
    /// The whole text, as Envoy's and Istio's expressions; nil for one that RE2 does not read, which nothing meets.
    case expression(RegularExpression?)

    /// The whole text.
    static func expression(_ source: String) -> TextMatch { .expression(try? RegularExpression("\\A(?:\(source))\\z")) }

    /// Anywhere in the text, as nginx' expressions.
    static func search(_ source: String) -> TextMatch { .expression(try? RegularExpression(source)) }

    func matches(_ text: String) -> Bool {
        switch self {
        case .any: true
        case .exact(let wanted, let ignoringCase): ignoringCase ? text.lowercased() == wanted.lowercased() : text == wanted
        case .prefix(let wanted, let ignoringCase):
            ignoringCase ? text.lowercased().hasPrefix(wanted.lowercased()) : text.hasPrefix(wanted)
        case .elements(let wanted): Self.hasElements(text, wanted)
        case .expression(let expression): expression?.matches(text) ?? false
        }
    }

    private static func hasElements(_ text: String, _ wanted: String) -> Bool {
        var wanted = wanted
        while wanted.hasSuffix("/") { wanted.removeLast() }
        guard text.hasPrefix(wanted) else { return false }
        return text.utf8.count == wanted.utf8.count || text.utf8.dropFirst(wanted.utf8.count).first == UInt8(ascii: "/")
    }
}

/// How well a host fits a pattern such as `*.example.com`: the longer the better, exact ones best; nil: not at all.
func hostRank(_ host: String, _ pattern: String) -> Int? {
    let pattern = pattern.lowercased()
    if pattern == "*" || pattern.isEmpty { return 0 }
    if pattern.hasPrefix("*.") {
        let suffix = pattern.dropFirst()
        return host.hasSuffix(suffix) && host.utf8.count > suffix.utf8.count ? pattern.utf8.count : nil
    }
    return host == pattern ? 100_000 + pattern.utf8.count : nil
}
