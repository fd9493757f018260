import Document
import HTTP

/// A request about to be answered, as fault injection sees it.
package struct FaultSite: Sendable {
    package var method: String
    /// Decoded, without the query.
    package var path: String
    package var isWatch: Bool
    package var isDryRun: Bool
    package var userAgent: String

    init(_ request: APIRequest) {
        method = request.method
        path = request.path
        isWatch = request.flag("watch") && request.query["watch"] != nil
        isDryRun = request.query["dryRun"] != nil
        userAgent = request.headers["User-Agent"] ?? ""
    }

    /// Whether a request's target asks for a stream.
    static func isWatch(_ target: String) -> Bool { target.contains("watch=true") || target.contains("watch=1") }
}

/// What goes wrong with a request, for tests of everything that must survive it.
package enum Fault: Sendable {
    /// An answer instead of the real one: 409, 429 with `Retry-After`, 500, ….
    case answer(status: Int, reason: String, message: String, retryAfterSeconds: Int64? = nil)
    /// The connection breaks before the answer; nothing is done.
    case disconnect
    /// The answer waits; the request is carried out afterwards.
    case freeze(Duration)
    /// A watch ends after this many lines.
    case cutWatch(afterLines: Int)
}
