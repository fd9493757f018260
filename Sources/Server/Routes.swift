internal import Document
package import Hummingbird
internal import Metrics

/// Every route, in one table, with who may call it.
package enum Routes {
    /// Who may call a route.
    package enum Permission: String, Sendable {
        /// Anyone who reaches the port: nothing secret, nothing changes.
        case open
        /// Whoever knows the webhook's secret.
        case signature
    }

    package struct Entry: Sendable {
        package var method: String
        package var path: String
        package var permission: Permission
        package var purpose: String
    }

    package static let table: [Entry] = [
        Entry(method: "GET", path: "/healthz", permission: .open, purpose: "the process lives"),
        Entry(method: "GET", path: "/readyz", permission: .open, purpose: "the source and the cluster have been reached"),
        Entry(method: "GET", path: "/metrics", permission: .open, purpose: "Prometheus' text format"),
        Entry(method: "GET", path: "/api/v1/status", permission: .open, purpose: "source and applications as JSON"),
        Entry(method: "POST", path: "/webhooks/:provider", permission: .signature, purpose: "marks the source as due"),
    ]

    /// A body over this is answered with 413.
    static let bodyLimit = 1 << 20

    /// The router for the table.
    package static func router(_ view: DaemonView, metrics: MetricRegistry) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/healthz") { _, _ in "ok\n" }
        router.get("/readyz") { _, _ in
            if let why = view.unreadiness() { return plain(.serviceUnavailable, "not ready: \(why)\n") }
            return plain(.ok, "ok\n")
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.exposition())))
        }
        router.get("/api/v1/status") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSON.write(view.status()))))
        }
        router.post("/webhooks/:provider") { request, context in try await webhook(request, context, view) }
        // A known path with another verb is told so; everything else is 404.
        for entry in table {
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] where method.rawValue != entry.method {
                router.on(RouterPath(entry.path), method: method) { _, _ in
                    var answer = plain(.methodNotAllowed, "use \(entry.method)\n")
                    answer.headers[.allow] = entry.method
                    return answer
                }
            }
        }
        return router
    }

    private static func webhook(_ request: Request, _ context: BasicRequestContext, _ view: DaemonView) async throws -> Response {
        let name = context.parameters.get("provider") ?? ""
        guard let provider = Webhook.Provider(rawValue: name) else {
            let known = Webhook.Provider.allCases.map(\.rawValue).joined(separator: ", ")
            return plain(.notFound, "no webhook \"\(name)\", there are \(known)\n")
        }
        guard let secret = view.webhookSecret else {
            return plain(.forbidden, "webhooks are off: start the daemon with --webhook-secret-file\n")
        }
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: bodyLimit).readableBytesView)
        } catch {
            return plain(.contentTooLarge, "over \(bodyLimit) bytes\n")
        }
        let verdict = Webhook.judge(provider, headers: request.headers, body: body, secret: secret, branch: view.branch)
        Counter(label: "martlet_webhooks_total", dimensions: [("provider", name), ("accepted", verdict == .refused ? "false" : "true")]).increment()
        switch verdict {
        case .refused: return plain(.unauthorized, "the signature is missing or wrong\n")
        case .ignored(let why): return plain(.accepted, "ignored: \(why)\n")
        case .due:
            view.markDue()
            return plain(.accepted, "due\n")
        }
    }

    private static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
