internal import Basics
internal import Cluster
internal import Document
internal import FoundationEssentials
internal import History
internal import HTTPTypes
internal import Hummingbird

/// The page: documents whose lists can be read without scripts, and the files that make it live.
struct Pages: Sendable {
    let view: DaemonView
    private let libraries: PageLibraries

    init(view: DaemonView) { (self.view, libraries) = (view, PageLibraries(folder: view.libraries)) }

    /// Screens that are all script: where, the screen's name, and what it takes a script for.
    static let shells: [(path: String, screen: String, title: String, without: String)] = [
        ("/workloads/:namespace/:kind/:name", "workload", "Workload", "A workload's images, rollout, pods and logs are shown by a script. Its deploys stand in the history."),
        ("/applications/:name", "application", "Application", "An application's objects are shown by a script. Its workloads stand on the first page."),
        ("/history/:id", "deploy", "Deploy", "What a deploy changed is shown by a script. The list of deploys can be read without."),
        ("/graphs", "graphs", "Graphs", "Graphs are drawn by a script."),
        ("/topology", "topology", "Topology", "The picture of who leads to whom is drawn by a script."),
        ("/diff", "diff", "Diff", "The difference of two moments is shown by a script; \"martlet diff REV1 REV2\" prints it."),
        ("/sinks", "sinks", "Sinks", "Who is told of deploys is shown by a script; GET /api/v1/sinks answers the same."),
    ]

    func add(to router: Router<ServerContext>) {
        router.get("/") { request, context in
            try await page(request, context, PageFrame(title: "Applications", screen: "applications", path: "/")) { admission async throws(APIFailure) in
                let fields = try QueryFields(request, known: Self.pageParameters + ["offset"])
                let overview = try view.needed(view.overview, "nothing to look at")
                let snapshot = await overview.snapshot(view.automation)
                let visibility = try await Visibility.of(admission, among: snapshot.keys)
                let list = ApplicationsPage(applications: snapshot.cut(to: visibility), offset: try fields.number("offset", 0...1_000_000, otherwise: 0))
                let past = try PastAddress(fields, now: view.now)
                return { html in
                    if let past { html.element("p", ["class": "notice"], text: past.ofThePresent) }
                    list.write(&html)
                }
            }
        }
        router.get("/history") { request, context in
            try await page(request, context, PageFrame(title: "History", screen: "history", path: "/history")) { admission async throws(APIFailure) in
                let names = ["application", "namespace", "kind", "name", "outcome", "cause", "from", "to", "limit", "workload"]
                let fields = try QueryFields(request, known: Self.pageParameters + names + ["before"])
                var query = try HistoryAPI.query(fields)
                query.limit = try fields.number("limit", 1...HistoryPage.mostRows, otherwise: HistoryPage.rows)
                // As the script writes it: one field for both.
                let workload = (try fields.text("workload") ?? "").split(separator: "/", maxSplits: 1).map(String.init)
                if let name = workload.last { query.name = name }
                if workload.count == 2, let kind = workload.first { query.kind = kind }
                let past = try PastAddress(fields, now: view.now)
                // As the slider has it: the deploys until then.
                if let time = past?.time { query.to = query.to.map { min($0, time) } ?? time }
                var filter: [(name: String, value: String)] = []
                for name in names + ["at"] { if let value = try fields.text(name) { filter.append((name, value)) } }
                let list = HistoryPage(page: try await HistoryAPI(view: view).page(query, for: admission), filter: filter)
                return { html in
                    if let past { html.element("p", ["class": "notice"], text: past.ofDeploys) }
                    list.write(&html)
                }
            }
        }
        for shell in Self.shells {
            router.get(RouterPath(shell.path)) { request, context in
                let frame = PageFrame(title: shell.title, screen: shell.screen, path: request.uri.path)
                return try await page(request, context, frame) { _ async throws(APIFailure) in { $0.withoutScripts(shell.without) } }
            }
        }
        router.get("/assets/:name") { request, context in asset(context.parameters.get("name") ?? "", request) }
    }

    /// What the script keeps in the address: the moment, filters of its own.
    private static let pageParameters = ["at", "filter", "show", "tab", "q"]

    /// A document for whoever is signed in; for others the form, and for a failure what it is.
    private func page(
        _ request: Request, _ context: ServerContext, _ frame: PageFrame,
        _ body: (AccessControl.Admission) async throws(APIFailure) -> @Sendable (inout HTML) -> Void
    ) async throws -> Response {
        var frame = frame
        let admission: AccessControl.Admission
        do throws(APIFailure) {
            admission = try await view.admit(request, context)
        } catch {
            // Whoever has no token gets the form, which is what was asked for; whoever's token cannot be checked, why.
            guard error.status == .unauthorized || error.status == .forbidden else { return Self.failed(frame, error) }
            return PageFrame.response(frame.document { [access = view.access] html in html.signIn(access) })
        }
        frame.user = admission.caller.name
        do throws(APIFailure) {
            let write = try await body(admission)
            return PageFrame.response(frame.document(write))
        } catch {
            return Self.failed(frame, error)
        }
    }

    private static func failed(_ frame: PageFrame, _ error: APIFailure) -> Response {
        var response = PageFrame.response(frame.document { $0.failure(error) })
        response.status = error.status
        return response
    }

    private func asset(_ name: String, _ request: Request) -> Response {
        guard let asset = PageAsset.named(name) ?? libraries.asset(name) else {
            return Response(
                status: .notFound, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: libraries.advice(name))))
        }
        let headers: HTTPFields = [.eTag: asset.tag, .cacheControl: "no-cache"]
        if request.headers[values: .ifNoneMatch].contains(where: { $0.contains(asset.tag) }) { return Response(status: .notModified, headers: headers) }
        var response = Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        response.headers[.contentType] = asset.type
        return response
    }
}

extension HTML {
    mutating func failure(_ failure: APIFailure) {
        element("p", ["class": "notice bad"]) { html in
            html.element("strong", text: clipped(failure.message, 400))
            html.write(" \(clipped(failure.advice, 400))")
        }
    }
}

/// One path segment, or a query's value: everything but unreserved characters escaped.
func pathSegment(_ text: String) -> String { percentEncoded(text) }
