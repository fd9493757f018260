internal import HTTPTypes
internal import Hummingbird

/// The cookie that a session's id is kept in.
enum SessionCookie {
    static let name = "martlet_session"

    /// The id that a browser sends; nil where there is none, or more than one: then somebody planted one.
    static func id(_ request: Request) -> String? {
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
    static func setting(_ id: String, isSecure: Bool) -> String {
        "\(name)=\(id); Path=/; HttpOnly; SameSite=Strict; Max-Age=86400\(isSecure ? "; Secure" : "")"
    }

    static func ending(isSecure: Bool) -> String { "\(name)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\(isSecure ? "; Secure" : "")" }
}
