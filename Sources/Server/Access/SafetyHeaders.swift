internal import Document
internal import HTTPTypes
internal import Hummingbird

/// What every answer says to browsers, and to which names none is given.
struct SafetyHeaders: RouterMiddleware {
    typealias Context = ServerContext

    let door: Door

    /// Scripts and styles from files of ours only; nothing from elsewhere, nothing inline, in nobody's frame.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// For programs, which ask by whatever name they were given; nothing of people is here.
    private static let machines = ["/healthz", "/readyz", "/metrics"]

    @concurrent
    func handle(
        _ request: Request, context: ServerContext, next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        let path = request.uri.path
        do {
            if isAnswered(request, path) {
                response = try await next(request, context)
            } else {
                let failure = APIFailure(
                    .misdirectedRequest, "misdirected", "the daemon does not go by this name",
                    advice: "ask for it by localhost, or start it with --external-url")
                response = Routes.json(failure.status, failure.value)
            }
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
            if error.status == .notFound, path.hasPrefix("/api/") {
                response = Routes.json(
                    .notFound, APIFailure(.notFound, "notFound", "there is no such route", advice: "/api/v1/openapi.yaml has them all").value)
            }
        }
        for (name, value) in Self.fields where response.headers[name] == nil { response.headers[name] = value }
        return response
    }

    /// A token is known to no site that got itself a name for this machine; only routes that look at it believe that.
    private func isAnswered(_ request: Request, _ path: String) -> Bool {
        door.answers(to: request.head.authority) || Self.machines.contains(path) || path.hasPrefix("/webhooks/")
            || bearerToken(request.headers[.authorization]) != nil && path.hasPrefix("/api/") && !Routes.isOpen(path)
    }

    private static let fields: [(HTTPField.Name, String)] = [
        (.contentSecurityPolicy, policy), (.xContentTypeOptions, "nosniff"), (.cacheControl, "no-store"),
    ] + [("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin")]
        .compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
