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
                let fields = try QueryFields(request, known: ["application", "time", "revision", "only"])
                let application = try fields.text("application")
                let only = try fields.choices("only", Part.self)
                guard let moment = try Self.oneMoment(fields) else {
                    throw APIFailure(.badRequest, "badRequest", "of which moment?", advice: "add either ?time=2026-11-21T05:12:33Z or ?revision=main")
                }
                var found = try await past().sight(application, moment, for: admission, in: view)
                if only.contains(.workloads) { found.meant.objects.removeAll { containerImages(of: $0.object) == nil } }
                return found.meantValue(isBrief: only.contains(.workloads))
            }
        }
        router.get("/api/v1/diff") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["from", "to", "application"])
                let (from, to) = (try Self.moment("from", fields, now: view.now), try Self.moment("to", fields, now: view.now))
                let application = try fields.text("application")
                let past = try past()
                try await admission.mustSee(application, in: view)
                var found = try await past.inLine { () async throws(HistoryError) in try await past.compare(from, to, application) }
                let visibility = try await Visibility.of(admission, among: found.objects.map(\.key))
                found.objects = found.objects.filter { visibility.sees($0.key) }
                if !visibility.isWide { found.problems = [] }
                return found.value
            }
        }
        router.get("/api/v1/workloads/:namespace/:kind/:name/blame") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let moment = try Self.oneMoment(try QueryFields(request, known: ["time", "revision"]))
                let (key, words) = try WorkloadPath.key(context.parameters)
                guard try await admission.may(.get, key, name: key.name) else { throw admission.refusal(.get, words) }
                let past = try past()
                return try await past.inLine { () async throws(HistoryError) in try await past.blame(key, moment) }.value
            }
        }
    }

    private func past() throws(APIFailure) -> PastView { try view.needed(view.past, "no repository to look at") }

    /// What of the objects may be asked for alone.
    private enum Part: String, CaseIterable { case workloads }

    /// `time` or `revision`; nil where neither is said.
    private static func oneMoment(_ fields: QueryFields) throws(APIFailure) -> Moment? {
        switch (try fields.time("time"), try revision("revision", fields)) {
        case (nil, nil): return nil
        case (let time?, nil): return .time(time)
        case (nil, let revision?): return .revision(revision)
        case (.some, .some):
            throw APIFailure(.badRequest, "badRequest", "\"time\" and \"revision\" may be two moments", advice: "say only one of them")
        }
    }

    /// A time, also as people write it ("2h ago"), or what git takes for a revision.
    private static func moment(_ name: String, _ fields: QueryFields, now: Timestamp) throws(APIFailure) -> Moment {
        let text = try fields.required(name, example: "main")
        if let time = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "+")) { return .time(time) }
        if case .time(let time)? = try? Moment(text, now: now) { return .time(time) }
        return .revision(try revision(name, fields) ?? text)
    }

    /// A name of a branch or tag, or a commit; nothing that git would read as more.
    private static func revision(_ name: String, _ fields: QueryFields) throws(APIFailure) -> String? {
        guard let text = try fields.text(name) else { return nil }
        guard isRevision(text) else { throw fields.wrong(name, text, "a branch, a tag or a commit") }
        return text
    }
}

/// Nothing that git would read as more than one revision.
func isRevision(_ text: String) -> Bool {
    let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && !":?*[\\".unicodeScalars.contains($0) }
    return isPlain && !text.hasPrefix("-") && !text.contains("..")
}
