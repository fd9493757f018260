internal import Basics
internal import Delivery
internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// What was deployed, and how everything was at a moment; each event only for who may list its workload.
struct HistoryAPI: Sendable {
    let view: DaemonView

    /// Events that are looked through for one answer, at the most: who may see few of many gets a short page.
    private static let scanLimit = 5_000
    static let pageLimit = 500

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/history") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(
                    request, known: ["application", "namespace", "kind", "name", "from", "to", "outcome", "cause", "before", "limit"])
                let page = try await page(try Self.query(fields), for: admission)
                return [
                    "events": .sequence(page.events.map(\.summary)), "next": page.next.map { .string($0) } ?? .null,
                    "knownSince": page.knownSince.map { .string($0.inMilliseconds) } ?? .null,
                ]
            }
        }
        router.get("/api/v1/history/:id") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                return try await event(context.parameters.get("id") ?? "", for: admission)
            }
        }
        router.get("/api/v1/at") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["time"])
                _ = try fields.required("time", example: "2026-11-21T05:12:33Z")
                return try await moment(try fields.time("time"), for: admission)
            }
        }
    }

    static func query(_ fields: QueryFields) throws(APIFailure) -> EventQuery {
        var query = EventQuery(
            application: try fields.text("application"), namespace: try fields.text("namespace"), kind: try fields.text("kind"),
            name: try fields.text("name"), limit: try fields.number("limit", 1...pageLimit, otherwise: 50))
        (query.from, query.to) = (try fields.time("from"), try fields.time("to"))
        query.outcomes = try fields.choices("outcome", DeployEvent.Outcome.self)
        query.causes = try fields.choices("cause", DeployEvent.Cause.Kind.self)
        query.before = try fields.text("before", most: 26)
        return query
    }

    struct Page {
        var events: [DeployEvent]
        /// To be given as `before`; nil: there is no more.
        var next: String?
        var knownSince: Timestamp?
    }

    func page(_ query: EventQuery, for admission: AccessControl.Admission) async throws(APIFailure) -> Page {
        let history = try history()
        var eyes = EventEyes(view: view, admission: admission)
        var query = query
        let wanted = query.limit
        query.limit = min(EventQuery.maxLimit, wanted + 1)
        var events: [DeployEvent] = []
        var scanned = 0
        // Behind what was looked at; nil: there is no more.
        var rest: String?
        repeat {
            let asked = query
            let found = try await told { () async throws(HistoryError) in try await history.events(asked) }
            scanned += found.count
            events += try await eyes.visible(found)
            rest = found.count == query.limit ? found.last?.id : nil
            (query.before, query.limit) = (rest, EventQuery.maxLimit)
        } while rest != nil && events.count <= wanted && scanned < Self.scanLimit
        let page = Array(events.prefix(wanted))
        let knownSince = try await told { () async throws(HistoryError) in try await history.knownSince() }
        return Page(events: page, next: events.count > wanted ? page.last?.id : rest, knownSince: knownSince)
    }

    private func event(_ id: String, for admission: AccessControl.Admission) async throws(APIFailure) -> Value {
        let history = try history()
        var eyes = EventEyes(view: view, admission: admission)
        if id.utf8.count <= 26, let event = try await told({ () async throws(HistoryError) in try await history.event(id) }),
            try await !eyes.visible([event]).isEmpty
        {
            return try await eyes.cut(event).value
        }
        // The same whether there is none or they may not see it.
        throw APIFailure(.notFound, "notFound", "there is no event \"\(shortened(id))\"", advice: "GET /api/v1/history lists those that you may see")
    }

    private func told<Answer>(_ body: () async throws(HistoryError) -> Answer) async throws(APIFailure) -> Answer {
        do throws(HistoryError) { return try await body() } catch { throw APIFailure(error) }
    }

    private func moment(_ time: Timestamp?, for admission: AccessControl.Admission) async throws(APIFailure) -> Value {
        let history = try history()
        let moment = try await told { () async throws(HistoryError) in try await history.moment(time ?? Timestamp(milliseconds: 0)) }
        let visibility = try await Visibility.of(admission, among: moment.applications.flatMap { $0.workloads.map(\.sight.key) })
        var cut = moment
        cut.applications = moment.applications.compactMap { application in
            var part = application
            part.workloads = application.workloads.filter { visibility.sees($0.sight.key) }
            if part.workloads.count == application.workloads.count, visibility.isWide || !part.workloads.isEmpty { return application }
            guard !part.workloads.isEmpty else { return nil }
            // No more than those say that are seen.
            part.message = ""
            part.health = .worst(of: part.workloads.map(\.sight.health))
            part.since = part.workloads.map(\.since).max() ?? application.since
            return part
        }
        return cut.value
    }

    private func history() throws(APIFailure) -> HistoryView { try view.needed(view.history, "no history") }
}

extension APIFailure {
    init(_ error: HistoryError) {
        let (status, kind): (HTTPResponse.Status, String) =
            switch error.kind {
            case .notFound: (.notFound, "notFound")
            case .invalid: (.unprocessableContent, "invalid")
            case .render: (.unprocessableContent, "render")
            case .store: (.internalServerError, "store")
            case .source: (.badGateway, "source")
            }
        self.init(status, kind, error.message, advice: error.advice)
    }
}
