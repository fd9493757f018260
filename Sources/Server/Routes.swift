internal import Document
package import Hummingbird
internal import Metrics
internal import Rollout

/// Every route, in one table, with who may call it.
package enum Routes {
    /// Who may call a route.
    package enum Permission: String, Sendable {
        /// Anyone who reaches the port: nothing secret, nothing changes.
        case open
        /// Whoever knows the webhook's secret.
        case signature
        /// A bearer token of someone who may get the workload, or list its kind.
        case reader
        /// A bearer token of someone who may patch the workload.
        case editor
        /// Anyone who is known; what they see is what they may list.
        case known
        /// Someone who may list Deployments in all namespaces.
        case overseer
        /// Someone who may patch Deployments in all namespaces.
        case administrator
        /// Whoever signs in or out: it takes a token, a link or the cookie itself, and only few tries.
        case entrance
        /// Anyone gets the frame; what is in it is what whoever is signed in may list.
        case page
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
        Entry(method: "GET", path: "/api/v1/status", permission: .open, purpose: "how the applications are; all that is known of them for who may list Deployments everywhere"),
        Entry(method: "GET", path: "/api/v1/openapi.yaml", permission: .open, purpose: "what these routes take and answer (OpenAPI 3.1)"),
        Entry(method: "GET", path: "/login", permission: .entrance, purpose: "a link that signs in once"),
        Entry(method: "POST", path: "/login", permission: .entrance, purpose: "the page's form, without scripts"),
        Entry(method: "GET", path: "/api/v1/session", permission: .known, purpose: "who is asking"),
        Entry(method: "POST", path: "/api/v1/session", permission: .entrance, purpose: "signs a browser in with a token"),
        Entry(method: "DELETE", path: "/api/v1/session", permission: .entrance, purpose: "signs a browser out"),
        Entry(method: "GET", path: "/api/v1/overview", permission: .known, purpose: "applications and workloads as they are now"),
        Entry(method: "GET", path: "/api/v1/stream", permission: .known, purpose: "what changes, as server-sent events"),
        Entry(method: "GET", path: "/api/v1/history", permission: .known, purpose: "deploys, the newest first"),
        Entry(method: "GET", path: "/api/v1/history/:id", permission: .known, purpose: "one deploy and what it changed"),
        Entry(method: "GET", path: "/api/v1/at", permission: .known, purpose: "what was observed at a time"),
        Entry(method: "GET", path: "/api/v1/objects", permission: .known, purpose: "what git said at a moment"),
        Entry(method: "GET", path: "/api/v1/diff", permission: .known, purpose: "how what git said differs between two moments"),
        Entry(method: "GET", path: "/api/v1/topology", permission: .known, purpose: "who leads to whom"),
        Entry(method: "GET", path: "/api/v1/query_range", permission: .overseer, purpose: "a range query of the configured metrics server"),
        Entry(method: "GET", path: "/api/v1/sinks", permission: .overseer, purpose: "who is told of deploys, and what waits"),
        Entry(method: "POST", path: "/api/v1/sinks/:name/retry", permission: .administrator, purpose: "another try for what a sink did not take"),
        Entry(method: "GET", path: "/api/v1/workloads", permission: .reader, purpose: "workloads with images, automation and locks"),
        Entry(
            method: "GET", path: "/api/v1/workloads/:namespace/:kind/:name", permission: .reader,
            purpose: "a workload's images and the tags there are; ?refresh=true asks the registries anew"),
    ]
        + ChangeVerb.allCases.map { verb in
            Entry(
                method: "POST", path: "/api/v1/workloads/:namespace/:kind/:name/\(verb.rawValue)", permission: .editor,
                purpose: "one commit: \(verb.rawValue)")
        } + [
            Entry(
                method: "GET", path: "/api/v1/workloads/:namespace/:kind/:name/rollout", permission: .reader,
                purpose: "how its rollout stands: step, versions, evidence"),
            Entry(
                method: "GET", path: "/api/v1/workloads/:namespace/:kind/:name/blame", permission: .reader,
                purpose: "who set each of its fields"),
            Entry(
                method: "GET", path: "/api/v1/workloads/:namespace/:kind/:name/pods", permission: .reader,
                purpose: "its pods, for who may list pods"),
            Entry(
                method: "GET", path: "/api/v1/workloads/:namespace/:kind/:name/logs", permission: .reader,
                purpose: "what a pod of it writes, for who may get pods/log"),
        ]
        + RolloutsAPI.verbs.map { verb in
            Entry(
                method: "POST", path: "/api/v1/workloads/:namespace/:kind/:name/\(verb.rawValue)", permission: .editor,
                purpose: "asks of its rollout: \(verb.rawValue)")
        } + [
            Entry(
                method: "POST", path: "/webhooks/:provider", permission: .signature,
                purpose: "marks the source, or a registry's repositories, as due")
        ] + pages

    private static let pages: [Entry] =
        [
            Entry(method: "GET", path: "/", permission: .page, purpose: "the page: applications"),
            Entry(method: "GET", path: "/history", permission: .page, purpose: "the page: deploys"),
        ]
        + Pages.shells.map { Entry(method: "GET", path: $0.path, permission: .page, purpose: "the page: \($0.screen)") }
        + [Entry(method: "GET", path: "/assets/:name", permission: .open, purpose: "the page's scripts and styles")]

    /// Whether nobody's token is looked at there.
    static func isOpen(_ path: String) -> Bool {
        table.contains { $0.path == path && ($0.permission == .open || $0.permission == .entrance || $0.permission == .page) }
    }

    private static func mayReadAll(_ request: Request, _ context: ServerContext, _ view: DaemonView) async -> Bool {
        guard let admission = try? await view.admit(request, context) else { return false }
        return (try? await Visibility.of(admission, among: []).isWide) ?? false
    }

    /// For those who are not known: no more than `/metrics` says.
    private static func outline(of status: Value) -> Value {
        var source = status["source"]?.mapping ?? [:]
        source.removeAll { !["revision", "commit", "fetchedAt"].contains($0.key) }
        let applications = (status["applications"]?.sequence ?? []).map { application -> Value in
            var fields = application.mapping ?? [:]
            fields.removeAll { !["application", "revision", "appliedRevision", "sync", "health", "objects", "changedAt"].contains($0.key) }
            return .mapping(fields)
        }
        return ["source": .mapping(source), "applications": .sequence(applications)]
    }

    /// A body over this is answered with 413.
    static let bodyLimit = 1 << 20

    /// The router for the table.
    package static func router(_ view: DaemonView, metrics: MetricRegistry) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: SafetyHeaders(door: view.access.door))
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
        router.get("/api/v1/status") { request, context in
            let isTold = await Self.mayReadAll(request, context, view)
            return json(.ok, isTold ? view.status() : Self.outline(of: view.status()))
        }
        router.get("/api/v1/openapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/yaml"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
        }
        SessionAPI(view: view).add(to: router)
        OverviewAPI(view: view).add(to: router)
        HistoryAPI(view: view).add(to: router)
        PastAPI(view: view).add(to: router)
        PodsAPI(view: view).add(to: router)
        TopologyAPI(view: view).add(to: router)
        GraphsAPI(view: view).add(to: router)
        SinksAPI(view: view).add(to: router)
        StreamAPI(view: view).add(to: router)
        Pages(view: view).add(to: router)
        WorkloadsAPI(view: view).add(to: router)
        RolloutsAPI(view: view).add(to: router)
        router.post("/webhooks/:provider") { request, context in try await webhook(request, context, view) }
        // A known path with another verb is told so; everything else is 404.
        for (path, methods) in Dictionary(grouping: table, by: \.path).mapValues({ Set($0.map(\.method)) }) {
            let allowed = methods.sorted().joined(separator: ", ")
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] where !methods.contains(method.rawValue) {
                router.on(RouterPath(path), method: method) { _, _ in
                    let failure = APIFailure(
                        .methodNotAllowed, "methodNotAllowed", "this route does not take \(method.rawValue)", advice: "use \(allowed)")
                    let isAPI = path.hasPrefix("/api/")
                    var answer = isAPI ? json(failure.status, failure.value) : plain(failure.status, "use \(allowed)\n")
                    answer.headers[.allow] = allowed
                    return answer
                }
            }
        }
        return router
    }

    private static func webhook(_ request: Request, _ context: ServerContext, _ view: DaemonView) async throws -> Response {
        let name = context.parameters.get("provider") ?? ""
        let (host, registry) = (Webhook.Provider(rawValue: name), RegistryWebhook.Provider(rawValue: name))
        guard host != nil || registry != nil else {
            let known = (Webhook.Provider.allCases.map(\.rawValue) + RegistryWebhook.Provider.allCases.map(\.rawValue)).joined(separator: ", ")
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
        func count(accepted: Bool) {
            Counter(label: "martlet_webhooks_total", dimensions: [("provider", name), ("accepted", accepted ? "true" : "false")]).increment()
        }
        if let registry {
            let token = parameters(request, plusIsSpace: false)["token"]
            let verdict = RegistryWebhook.judge(registry, headers: request.headers, token: token, body: body, secret: secret)
            count(accepted: verdict != .refused)
            return answer(verdict, view.automation)
        }
        guard let host else { return plain(.notFound, "no webhook \"\(name)\"\n") }
        let verdict = Webhook.judge(host, headers: request.headers, body: body, secret: secret, branch: view.branch)
        count(accepted: verdict != .refused)
        switch verdict {
        case .refused: return plain(.unauthorized, "the signature is missing or wrong\n")
        case .ignored(let why): return plain(.accepted, "ignored: \(why)\n")
        case .due:
            view.markDue()
            return plain(.accepted, "due\n")
        }
    }

    private static func answer(_ verdict: RegistryWebhook.Verdict, _ automation: AutomationState) -> Response {
        switch (verdict, automation) {
        case (.refused, _): return plain(.unauthorized, "the token or the signature is missing or wrong\n")
        case (.ignored(let why), _): return plain(.accepted, "ignored: \(why)\n")
        case (.due, .off(let why)): return plain(.accepted, "ignored: image automation is off: \(why)\n")
        case (.due(let repositories), .on(let view)):
            view.registryPushed(repositories)
            return plain(.accepted, "due\n")
        }
    }

    static func json(_ status: HTTPResponse.Status, _ value: Value) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSON.write(value))))
    }

    private static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
