internal import Basics
internal import Crypto
internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// What the page begins with.
struct OverviewAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/overview") { request, context in
            await Routes.respond { () async throws(APIFailure) in try await overview(request, context) }
        }
    }

    private func overview(_ request: Request, _ context: ServerContext) async throws(APIFailure) -> Response {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        let overview = try view.needed(view.overview, "nothing to look at")
        let snapshot = await overview.snapshot(view.automation)
        let visibility = try await Visibility.of(admission, among: snapshot.keys)
        var value = snapshot.value(for: visibility)
        // The same to the same eyes: a page that has it already is not sent it again.
        let tag = entityTag(JSON.write(value))
        if request.headers[values: .ifNoneMatch].contains(where: { $0.contains(tag) }) {
            return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "private, no-cache"])
        }
        value["time"] = .string(overview.time.now.inMilliseconds)
        var response = Routes.json(.ok, value)
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }
}

extension DaemonView {
    /// A part of the daemon, where this one has it.
    func needed<Part>(_ part: Part?, _ what: String) throws(APIFailure) -> Part {
        guard let part else {
            throw APIFailure(.serviceUnavailable, "notReady", "this daemon has \(what)", advice: "see how it was started, and its log")
        }
        return part
    }
}

/// A strong validator of some bytes (RFC 9110, 8.8.3).
func entityTag(_ bytes: [UInt8]) -> String {
    "\"\(hexText(SHA256.hash(data: bytes).prefix(16)))\""
}
