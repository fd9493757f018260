package import HTTP
internal import HTTPTypes
internal import Hummingbird

/// By which names the daemon is spoken to, and which requests of a browser are its own page's.
///
/// A browser sends the cookie with whatever some other site makes it send, so a request that changes something must
/// carry a header that other sites cannot set, and come from the same origin. And on a loopback address any site
/// whose name can be made to lead to 127.0.0.1 would be "the same origin": there only the machine's own names are
/// answered.
package struct Door: Sendable {
    /// Nil: any name.
    private let names: Set<String>?
    /// Host and port of `--external-url`, in lower case.
    private let external: String?
    /// Browsers are to send the cookie over TLS only.
    let isSecure: Bool

    /// Of a request that changes something.
    static let header = "X-Martlet-Request"

    /// Answers to any name.
    package init() { (names, external, isSecure) = (nil, nil, false) }

    /// - Parameters:
    ///   - host: that is listened on.
    ///   - external: the address that people know the daemon by, where something stands before it.
    package init(listeningOn host: String, external: Address?) {
        self.external = external?.authority.lowercased()
        isSecure = external?.scheme == "https"
        guard Self.isLoopback(host) else {
            names = nil
            return
        }
        names = Set(["localhost", "127.0.0.1", "::1", host.lowercased()] + (self.external.map { [Self.name(of: $0)] } ?? []))
    }

    package static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        return host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    /// Whether the daemon goes by the name in a request's `Host`.
    func answers(to authority: String?) -> Bool {
        guard let names else { return true }
        return authority.map { names.contains(Self.name(of: $0.lowercased())) } ?? false
    }

    /// Whether a request's `Host` is that of `--external-url`.
    func isExternal(_ authority: String?) -> Bool { external != nil && authority?.lowercased() == external }

    /// Whether a request that changes something was made by our own page, or by no browser at all.
    func isOwn(_ request: Request) -> Bool {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        if let site, site != "same-origin", site != "none" { return false }
        guard let origin = request.headers[.origin] else { return true }
        // Of a form on a page that sends no referrer the browser tells the site only.
        if origin == "null" { return site == "same-origin" }
        guard let separator = origin.firstRange(of: "://") else { return false }
        let authority = origin[separator.upperBound...].lowercased()
        return authority == request.head.authority?.lowercased() || authority == external
    }

    /// Without the port.
    private static func name(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    /// The port that a request's `Host` names, if it does.
    static func port(of authority: String) -> UInt16? {
        let rest = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority.drop { $0 != ":" }
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        return UInt16(rest[colon...].dropFirst())
    }
}
