internal import Basics
internal import Cluster
internal import Document
internal import HTTPTypes
internal import Hummingbird

/// Signing in and out with a browser.
struct SessionAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/session") { request, context in await Routes.answer { () async throws(APIFailure) in try await standing(request, context) } }
        router.post("/api/v1/session") { request, context in
            await Routes.respond { () async throws(APIFailure) in
                _ = try Routes.query(request, known: [])
                guard view.access.door.isOwn(request) else { throw Self.foreign }
                let token = try FieldBody(try await Routes.body(request), known: ["token"]).required("token", most: 1 << 16, example: "…")
                let (id, admission) = try await signIn(token, context)
                return cookie(id, request, Routes.json(.ok, ["user": .string(admission.caller.name), "by": "cookie", "mayRead": .bool(try await mayRead(admission))]))
            }
        }
        router.delete("/api/v1/session") { request, context in
            await Routes.respond { () async throws(APIFailure) in
                _ = try Routes.query(request, known: [])
                let cookie = SessionCookie(request, view.access.door)
                if let id = cookie.id(in: request) {
                    try view.access.checkOrigin(request)
                    view.access.sessions?.close(id)
                }
                var response = Routes.json(.ok, ["ended": true])
                response.headers[.setCookie] = cookie.ending
                return response
            }
        }
        router.get("/login") { request, context in
            await respond(to: request) { () async throws(APIFailure) in
                let query = try Routes.query(request, known: ["ticket"])
                let sessions = try sessions()
                // Nobody guesses 256 bits; and any site can make a browser ask here, which must not use the owner's attempts up.
                guard let id = sessions.redeem(query["ticket"] ?? "") else {
                    // Who opens a used link again and is signed in gets where it led.
                    if SessionCookie(request, view.access.door).id(in: request).flatMap({ sessions.admission($0, isUse: false) }) != nil { return Self.home() }
                    throw APIFailure(
                        .unauthorized, "unauthorized", "this link was used, is too old, or is none of this daemon's",
                        advice: view.access.authorities.isEmpty ? view.access.link.advice : "sign in with a token")
                }
                return cookie(id, request, Self.home())
            }
        }
        // The form of the page, for a browser without scripts.
        router.post("/login") { request, context in
            await respond(to: request) { () async throws(APIFailure) in
                _ = try Routes.query(request, known: [])
                guard view.access.door.isOwn(request), Self.saysSite(request) else { throw Self.foreign }
                let (id, _) = try await signIn(try await Self.formToken(request), context)
                return cookie(id, request, Self.home())
            }
        }
    }

    /// Whoever asks with a browser gets a failure as the page, with the ways in that there are.
    private func respond(to request: Request, _ body: () async throws(APIFailure) -> Response) async -> Response {
        await Routes.respond { () async throws(APIFailure) in
            do throws(APIFailure) {
                return try await body()
            } catch {
                guard request.headers[.accept]?.contains("text/html") == true else { throw error }
                var response = PageFrame.response(
                    PageFrame(title: "Sign in", screen: "signin", path: "/login").document { [access = view.access] html in
                        html.failure(error)
                        html.signIn(access)
                    })
                response.status = error.status
                return response
            }
        }
    }

    private func standing(_ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        return ["user": .string(admission.caller.name), "by": .string(admission.means.rawValue), "mayRead": .bool(try await mayRead(admission))]
    }

    /// Whether there is anything that the caller may see.
    private func mayRead(_ admission: AccessControl.Admission) async throws(APIFailure) -> Bool {
        let keys = await view.overview?.snapshot(view.automation).keys ?? []
        let visibility = try await Visibility.of(admission, among: keys)
        return visibility.isWide || keys.contains { visibility.sees($0) }
    }

    private func signIn(_ token: String, _ context: ServerContext) async throws(APIFailure) -> (id: String, AccessControl.Admission) {
        let sessions = try sessions()
        guard !view.access.authorities.isEmpty else {
            throw APIFailure(.forbidden, "forbidden", "the daemon knows no tokens", advice: view.access.link.advice)
        }
        let admission = try await view.access.admit(token: token, from: context.remote)
        var end = expiry(ofToken: token)
        if admission.authority is ClusterAuthority {
            // The token is not kept to be reviewed again: who is taken out of a group is out of the page within the hour.
            let soon = view.time.now.adding(.seconds(3600))
            end = min(end ?? soon, soon)
        }
        return (sessions.open(admission, end: end), admission)
    }

    private func sessions() throws(APIFailure) -> Sessions {
        guard let sessions = view.access.sessions else {
            throw APIFailure(.forbidden, "forbidden", "nobody signs in to this daemon", advice: "send a bearer token")
        }
        return sessions
    }

    private static let foreign = APIFailure(
        .forbidden, "forbidden", "another site sent this", advice: "sign in on the daemon's own page")

    private func cookie(_ id: String, _ request: Request, _ response: Response) -> Response {
        var response = response
        response.headers[.setCookie] = SessionCookie(request, view.access.door).setting(id)
        return response
    }

    private static func home() -> Response { Response(status: .seeOther, headers: [.location: "/", .cacheControl: "no-store"]) }

    /// A form may be sent by any site; one that says nothing of where it comes from is not taken.
    private static func saysSite(_ request: Request) -> Bool {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        return site == "same-origin" || (request.headers[.origin] ?? "null") != "null"
    }

    /// `token=…` of `application/x-www-form-urlencoded`.
    private static func formToken(_ request: Request) async throws(APIFailure) -> String {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw APIFailure(.unsupportedMediaType, "unsupportedMediaType", "this is no form", advice: "POST /api/v1/session takes JSON")
        }
        let text: String
        do {
            text = String(buffer: try await request.body.collect(upTo: 1 << 17))
        } catch {
            throw APIFailure(.contentTooLarge, "tooLarge", "the form is too large", advice: "send less")
        }
        let field = text.split(separator: "&").first { $0.hasPrefix("token=") }
        guard let token = field.map({ percentDecoded($0.dropFirst(6), plusIsSpace: true) })?.filter({ !$0.isWhitespace }), !token.isEmpty else {
            throw APIFailure(.badRequest, "badRequest", "the field \"token\" is missing", advice: "paste a token into the form")
        }
        return token
    }
}
