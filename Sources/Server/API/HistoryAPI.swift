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
        do throws(HistoryError) {
            let knownSince = try await history.knownSince()
            while events.count <= wanted, scanned < Self.scanLimit {
                let found = try await history.events(query)
                scanned += found.count
                events += try await eyes.visible(found)
                guard found.count == query.limit, let last = found.last else { break }
                query.before = last.id
                query.limit = EventQuery.maxLimit
            }
            let page = Array(events.prefix(wanted))
            // Looked through for long enough, and there is more: the next page goes on behind what was looked at.
            let goesOn = scanned >= Self.scanLimit ? query.before : nil
            return Page(events: page, next: events.count > wanted ? page.last?.id : goesOn, knownSince: knownSince)
        } catch {
            throw eyes.failure ?? APIFailure(error)
        }
    }

    private func event(_ id: String, for admission: AccessControl.Admission) async throws(APIFailure) -> Value {
        let history = try history()
        var eyes = EventEyes(view: view, admission: admission)
        do throws(HistoryError) {
            if id.utf8.count <= 26, let event = try await history.event(id), try await !eyes.visible([event]).isEmpty {
                return try await eyes.cut(event).value
            }
        } catch {
            throw eyes.failure ?? APIFailure(error)
        }
        // The same whether there is none or they may not see it.
        throw APIFailure(.notFound, "notFound", "there is no event \"\(shortened(id))\"", advice: "GET /api/v1/history lists those that you may see")
    }

    private func moment(_ time: Timestamp?, for admission: AccessControl.Admission) async throws(APIFailure) -> Value {
        let history = try history()
        let moment: PastMoment
        do throws(HistoryError) { moment = try await history.moment(time ?? Timestamp(milliseconds: 0)) } catch { throw APIFailure(error) }
        let visibility = try await Visibility.of(admission, among: moment.applications.flatMap { $0.workloads.map(\.sight.key) })
        var cut = moment
        cut.applications = moment.applications.compactMap { application in
            var part = application
            part.workloads = application.workloads.filter { visibility.sees($0.sight.key) }
            if part.workloads.count == application.workloads.count, visibility.isWide || !part.workloads.isEmpty { return application }
            guard !part.workloads.isEmpty else { return nil }
            part.message = ""
            return part
        }
        return cut.value
    }

    private func history() throws(APIFailure) -> HistoryView { try view.needed(view.history, "no history") }
}

/// One caller's view on events: what their workloads' kinds and namespaces allow, each asked once.
struct EventEyes {
    let view: DaemonView
    let admission: AccessControl.Admission
    private var answers: [ObjectKey: Bool] = [:]
    private var whole: Set<String>?
    /// What kept the last question from being answered.
    private(set) var failure: APIFailure?

    init(view: DaemonView, admission: AccessControl.Admission) { (self.view, self.admission) = (view, admission) }

    mutating func visible(_ events: [DeployEvent]) async throws(HistoryError) -> [DeployEvent] {
        var visible: [DeployEvent] = []
        for event in events {
            let isVisible = if let workload = event.workload { try await may(workload) } else { try await seesWhole(event.application) }
            if isVisible { visible.append(event) }
        }
        return visible
    }

    /// Without the objects that the caller may not list.
    mutating func cut(_ event: DeployEvent) async throws(HistoryError) -> DeployEvent {
        var part = event
        part.changes = []
        for change in event.changes where try await may(change.key) || change.key == event.workload { part.changes.append(change) }
        return part
    }

    mutating func may(_ key: ObjectKey) async throws(HistoryError) -> Bool {
        for scope in ["", key.namespace] {
            let question = ObjectKey(group: key.group, kind: key.kind, namespace: scope, name: "")
            if answers[question] == nil {
                do throws(APIFailure) {
                    answers[question] = try await admission.may(.list, question, name: nil)
                } catch {
                    failure = error
                    throw HistoryError(.source, error.message, advice: error.advice)
                }
            }
            if answers[question] == true { return true }
        }
        return false
    }

    /// What concerns no workload is for who may see all of its application, or Deployments everywhere.
    private mutating func seesWhole(_ application: String) async throws(HistoryError) -> Bool {
        let deployments = Visibility.deployments
        if try await may(ObjectKey(group: deployments.group, kind: deployments.kind, namespace: "", name: "")) { return true }
        if whole == nil {
            var names: Set<String> = []
            for part in await view.overview?.snapshot(view.automation).applications ?? [] where !part.workloads.isEmpty {
                var isWhole = true
                for workload in part.workloads where try await !may(workload.sight.key) {
                    isWhole = false
                    break
                }
                if isWhole { names.insert(part.status.application) }
            }
            whole = names
        }
        return whole?.contains(application) ?? false
    }
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
