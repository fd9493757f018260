internal import HTTPTypes
internal import Hummingbird

/// The cookie that a session's id is kept in.
///
/// Browsers keep one jar for all ports of a host (RFC 6265, 8.5), so the port is in the name: who is signed in to one
/// daemon of a machine stays so when signing in to another. It is the port that the browser speaks to, for that is
/// what tells two daemons apart behind a port that is forwarded, too.
struct SessionCookie {
    private static let base = "martlet_session"

    let name: String
    private let isSecure: Bool

    /// Of a request and its answer.
    init(_ request: Request, _ door: Door) {
        let port = Door.port(of: request.head.authority ?? "")
        isSecure = door.isSecure
        // Browsers take such a name over TLS only, and for this very host: no sibling plants one (RFC 6265bis, 4.1.3.2).
        // Through a forwarded port the daemon is spoken to without TLS all the same.
        name = (isSecure && door.isExternal(request.head.authority) ? "__Host-" : "") + Self.base + (port.map { "_\($0)" } ?? "")
    }

    /// The id that a browser sends; nil where there is none, or more than one: then somebody planted one.
    func id(in request: Request) -> String? {
        var ids: [Substring] = []
        for field in request.headers[values: .cookie] where field.utf8.count <= 1 << 14 {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, let first = parts.first, first == name, let value = parts.last { ids.append(value) }
            }
        }
        guard ids.count == 1, let id = ids.first, id.utf8.count == 64 else { return nil }
        return String(id)
    }

    /// RFC 6265bis; without scripts' access, and never sent for other sites.
    func setting(_ id: String) -> String { "\(name)=\(id); \(attributes); Max-Age=86400\(isSecure ? "; Secure" : "")" }

    var ending: String { "\(name)=; \(attributes); Max-Age=0\(isSecure ? "; Secure" : "")" }

    private var attributes: String { "Path=/; HttpOnly; SameSite=Strict" }
}
