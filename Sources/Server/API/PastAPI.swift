internal import Basics
internal import Delivery
internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// What git said at any moment, how two moments differ, and who said what; of objects that the caller may list.
struct PastAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/objects") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["application", "time", "revision"])
                let application = try fields.text("application")
                let moment: Moment
                switch (try fields.time("time"), try Self.revision("revision", fields)) {
                case (let time?, nil): moment = .time(time)
                case (nil, let revision?): moment = .revision(revision)
                case (nil, nil), (.some, .some):
                    throw APIFailure(.badRequest, "badRequest", "of which moment?", advice: "add either ?time=2026-11-21T05:12:33Z or ?revision=main")
                }
                let past = try past()
                try await admission.mustSee(application, in: view)
                var found = try await inLine(past) { () async throws(HistoryError) in try await past.objects(application, moment) }
                let visibility = try await Visibility.of(admission, among: found.objects.map(\.object.key))
                found.objects = found.objects.filter { visibility.sees($0.object.key) }
                if !visibility.isWide { found.problems = [] }
                return found.value
            }
        }
        router.get("/api/v1/diff") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["from", "to", "application"])
                let (from, to) = (try Self.moment("from", fields), try Self.moment("to", fields))
                let application = try fields.text("application")
                let past = try past()
                try await admission.mustSee(application, in: view)
                var found = try await inLine(past) { () async throws(HistoryError) in try await past.compare(from, to, application) }
                let visibility = try await Visibility.of(admission, among: found.objects.map(\.key))
                found.objects = found.objects.filter { visibility.sees($0.key) }
                if !visibility.isWide { found.problems = [] }
                return found.value
            }
        }
        router.get("/api/v1/workloads/:namespace/:kind/:name/blame") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                let (key, words) = try WorkloadPath.key(context.parameters)
                guard try await admission.may(.get, key, name: key.name) else { throw admission.refusal(.get, words) }
                let past = try past()
                return try await inLine(past) { () async throws(HistoryError) in try await past.blame(key) }.value
            }
        }
    }

    private func past() throws(APIFailure) -> PastView { try view.needed(view.past, "no repository to look at") }

    private func inLine<Answer>(_ past: PastView, _ body: () async throws(HistoryError) -> Answer) async throws(APIFailure) -> Answer {
        let busy = APIFailure(.serviceUnavailable, "notReady", "more of the past is asked for than can be rendered at once", advice: "try again")
        let isTaken = past.waiting.withLock { waiting in
            guard waiting < PastView.longestLine else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { throw busy }
        defer { past.waiting.withLock { $0 -= 1 } }
        guard await past.line.enter() else { throw busy }
        defer { past.line.leave() }
        do throws(HistoryError) { return try await body() } catch { throw APIFailure(error) }
    }

    /// A time, or what git takes for a revision.
    private static func moment(_ name: String, _ fields: QueryFields) throws(APIFailure) -> Moment {
        let text = try fields.required(name, example: "main")
        if let time = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "+")) { return .time(time) }
        return .revision(try revision(name, fields) ?? text)
    }

    /// A name of a branch or tag, or a commit; nothing that git would read as more.
    private static func revision(_ name: String, _ fields: QueryFields) throws(APIFailure) -> String? {
        guard let text = try fields.text(name) else { return nil }
        guard isRevision(text) else { throw fields.wrong(name, text, "a branch, a tag or a commit") }
        return text
    }
}

extension AccessControl.Admission {
    /// Rendering the past is dear, and its errors quote files: only for who may list some of what it is about.
    ///
    /// - Parameter application: nil: all of them.
    fileprivate func mustSee(_ application: String?, in view: DaemonView) async throws(APIFailure) {
        let snapshot = await view.overview?.snapshot(view.automation)
        let parts = (snapshot?.applications ?? []).filter { application == nil || $0.status.application == application }
        let keys = parts.flatMap { $0.workloads.map(\.sight.key) }
        let visibility = try await Visibility.of(self, among: keys)
        if visibility.isWide || keys.contains(where: { visibility.sees($0) }) { return }
        throw APIFailure(
            .forbidden, "forbidden", "\"\(caller.name)\" may list none of its workloads", advice: "ask for a role that allows \"list\" on them")
    }
}

/// Nothing that git would read as more than one revision.
func isRevision(_ text: String) -> Bool {
    let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && !":?*[\\".unicodeScalars.contains($0) }
    return isPlain && !text.hasPrefix("-") && !text.contains("..")
}
