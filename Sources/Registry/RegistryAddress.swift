internal import HTTP

/// URLs of a registry, and what another URL is to them.
struct RegistryAddress: Sendable, Hashable {
    var scheme: String
    /// Host and port.
    var authority: String
    /// Path and query, with a slash in front.
    var target: String

    var url: String { "\(scheme)://\(authority)\(target)" }

    init(scheme: String, authority: String, target: String) {
        (self.scheme, self.authority, self.target) = (scheme, authority, target)
    }

    /// An absolute URL without a name and password in it; nil for anything else.
    init?(_ url: String) {
        guard let address = Address(url), address.user == nil, address.password == nil else { return nil }
        let isDefaultPort = address.port == (address.scheme == "https" ? 443 : 80)
        let authority = isDefaultPort ? String(address.authority.prefix { $0 != ":" || address.host.contains(":") }) : address.authority
        self.init(
            scheme: address.scheme, authority: authority.lowercased(),
            target: (address.path.isEmpty ? "/" : address.path) + (address.query.map { "?\($0)" } ?? ""))
    }

    /// Where credentials for this may go too.
    func hasSameOrigin(as other: RegistryAddress) -> Bool { scheme == other.scheme && authority == other.authority }

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
        guard var next = resolve(text), next.authority == authority, ["https", "http"].contains(next.scheme) else { return nil }
        next.scheme = scheme
        return next
    }
}
