internal import HTTP

/// URLs of a registry, and what another URL is to them.
struct RegistryAddress: Sendable, Hashable {
    var scheme: String
    /// Host in lower case, and port where it is not the scheme's own: `r.io:443` and `r.io` are one place for `https`.
    var authority: String
    /// Path and query, with a slash in front.
    var target: String

    var url: String { origin + target }

    /// Whose secrets and whose tokens are one's own (RFC 6454).
    var origin: String { "\(scheme)://\(authority)" }

    init(scheme: String, authority: String, target: String) {
        (self.scheme, self.authority, self.target) = (scheme, Self.normalized(authority, scheme), target)
    }

    private static func normalized(_ authority: String, _ scheme: String) -> String {
        let authority = authority.lowercased()
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return authority }
        let port = authority[colon...].dropFirst()
        return port.isEmpty || Int(port) == (scheme == "https" ? 443 : 80) ? String(authority[..<colon]) : authority
    }

    /// An absolute URL without a name and password in it; nil for anything else.
    init?(_ url: String) {
        guard let address = Address(url), address.user == nil, address.password == nil else { return nil }
        self.init(
            scheme: address.scheme, authority: address.authority,
            target: (address.path.isEmpty ? "/" : address.path) + (address.query.map { "?\($0)" } ?? ""))
    }

    /// Where credentials for this may go too.
    func hasSameOrigin(as other: RegistryAddress) -> Bool { origin == other.origin }

    /// A URL as an answer to this one says it: absolute, or relative (RFC 3986 5.2, without `.` and `..`).
    func resolve(_ text: String) -> RegistryAddress? {
        if text.hasPrefix("//") { return RegistryAddress("\(scheme):\(text)") }
        if text.hasPrefix("/") { return RegistryAddress("\(scheme)://\(authority)\(text)") }
        let path = target.prefix { $0 != "?" }
        if text.hasPrefix("?") { return RegistryAddress("\(scheme)://\(authority)\(path)\(text)") }
        let head = text.prefix { $0 != "/" && $0 != "?" }
        if head.contains(":") { return RegistryAddress(text) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return RegistryAddress("\(scheme)://\(authority)\(folder)\(text)")
    }

    /// The next page, which must be on the same host. A registry behind a proxy that ends TLS
    /// may write `http` there: only host and target count, the scheme stays.
    func nextPage(_ text: String) -> RegistryAddress? {
        guard let next = resolve(text), ["https", "http"].contains(next.scheme) else { return nil }
        let here = RegistryAddress(scheme: scheme, authority: next.authority, target: next.target)
        return here.authority == authority ? here : nil
    }
}
