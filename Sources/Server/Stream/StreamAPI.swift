internal import Basics
internal import Delivery
internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import ServiceLifecycle

/// Everything that changes, as server-sent events (HTML, 9.2): applications as the overview has them, and deploys.
///
/// Each listener has a bounded queue of its own; who does not take what is written is cut, and the page asks for the
/// overview when it is back. What a listener may see is asked anew every minute.
struct StreamAPI: Sendable {
    struct Settings: Sendable {
        var most = 200
        var heartbeat = Duration.seconds(15)
        var checkEvery = Duration.seconds(60)
        /// One piece that is not taken for so long.
        var patience = Duration.seconds(20)
        /// Between two looks at the overview, for all listeners together, and between two pieces for one.
        var pause = Duration.milliseconds(250)
        /// Deploys that one gets who was away.
        var replay = 200
    }

    typealias Pipe = AsyncStream<String>.Continuation

    let view: DaemonView
    var settings = Settings()
    /// Pieces between what has been put together and what has been written.
    private static let longestPipe = 32
    private let count = Locked(0)
    /// The last is for nginx, which else keeps what it is sent until it has some kilobytes (`proxy_buffering`).
    private static let headers: HTTPFields = {
        var headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return headers
    }()

    init(view: DaemonView) { self.view = view }

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/stream") { request, context in
            await Routes.respond { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
                _ = try view.needed(view.overview, "nothing to look at")
                let isTaken = count.withLock { count in
                    guard count < settings.most else { return false }
                    count += 1
                    return true
                }
                guard isTaken else {
                    throw APIFailure(.serviceUnavailable, "tooMany", "\(settings.most) listen already", advice: "ask /api/v1/overview now and then")
                }
                let place = Place(count)
                return Response(
                    status: .ok,
                    headers: Self.headers,
                    body: ResponseBody { writer in
                        defer { place.leave() }
                        let client = StreamClient()
                        let (pieces, pipe) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(Self.longestPipe))
                        // Its owner is this answer, with which it ends.
                        let work = Task {
                            try? await serve(pipe, client, request, context, admission, after: last)
                            pipe.finish()
                        }
                        defer { work.cancel() }
                        // Beside the work, for whoever does not take the last piece holds up this answer, not the work.
                        let watch = Task { [settings, time = view.time] in
                            while !Task.isCancelled {
                                try await time.sleep(for: settings.patience / 4)
                                if client.isStuck(at: time.elapsed, limit: settings.patience) { return context.cut() }
                            }
                        }
                        defer { watch.cancel() }
                        for await piece in pieces {
                            client.writes(since: view.time.elapsed)
                            try await writer.write(ByteBuffer(string: piece))
                            client.writes(since: nil)
                        }
                        try await writer.finish(nil)
                    })
            }
        }
    }

    /// One of the places there are; given back when the answer ends, or is never begun.
    private final class Place: Sendable {
        private let count: Locked<Int>
        private let isTaken = Locked(true)

        init(_ count: Locked<Int>) { self.count = count }

        func leave() {
            let wasTaken = isTaken.withLock { isTaken in
                defer { isTaken = false }
                return isTaken
            }
            if wasTaken { count.withLock { $0 -= 1 } }
        }

        deinit { leave() }
    }

    private func serve(
        _ pipe: Pipe, _ client: StreamClient, _ request: Request, _ context: ServerContext, _ admission: AccessControl.Admission, after last: String?
    ) async throws {
        guard let overview = view.overview else { return }
        let updates = view.history?.updates()
        let listener = overview.board.listen { client.note(application: $0) }
        defer { overview.board.stopListening(listener) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let updates { group.addTask { for await event in updates { client.note(deploy: event) } } }
            defer { group.cancelAll() }
            try await withGracefulShutdownHandler {
                try await tell(pipe, client, overview, request, context, admission, after: last)
            } onGracefulShutdown: {
                client.end()
            }
        }
    }

    private func tell(
        _ pipe: Pipe, _ client: StreamClient, _ overview: Overview, _ request: Request, _ context: ServerContext,
        _ admission: AccessControl.Admission, after last: String?
    ) async throws {
        var admission = admission
        var eyes = EventEyes(view: view, admission: admission)
        var checkedAt = view.time.elapsed
        var memory = StreamMemory(try await shown(overview, admission).applications.map(\.status.application))
        write("retry: 3000\n\n", pipe, client)
        // As one piece, for there may be more than the pipe has room for.
        let missed = try await missed(after: last, admission).map(Self.deploy).joined()
        if !missed.isEmpty { write(missed, pipe, client) }
        while let news = client.take() {
            var text = ""
            for event in try await eyes.visible(news.deploys) { text += Self.deploy(event) }
            if !news.changed.isEmpty { text += try await changes(news.changed, &memory, overview, admission) ?? "" }
            if !text.isEmpty {
                write(text, pipe, client)
                try await view.time.sleep(for: settings.pause)
            }
            if await !client.bell.wait(upTo: settings.heartbeat, view.time) { write(": \n\n", pipe, client) }
            try Task.checkCancellation()
            if view.time.elapsed - checkedAt >= settings.checkEvery {
                // A token that was taken back, or a session that ended, ends the stream.
                guard let still = try? await view.admit(request, context, isUse: false) else { return }
                admission = still
                eyes = EventEyes(view: view, admission: admission)
                checkedAt = view.time.elapsed
            }
        }
    }

    /// What changed of the applications, as this listener may see them, and those that they no longer do.
    private func changes(
        _ names: Set<String>, _ memory: inout StreamMemory, _ overview: Overview, _ admission: AccessControl.Admission
    ) async throws -> String? {
        let (source, shown) = try await shown(overview, admission)
        let (applications, gone) = memory.news(of: names, in: shown)
        guard !applications.isEmpty || !gone.isEmpty else { return nil }
        let value: Value = [
            "time": .string(overview.time.now.inMilliseconds), "source": source, "applications": .sequence(applications),
            "gone": .sequence(gone.map { .string($0) }),
        ]
        return "event: overview\ndata: \(JSON.text(value))\n\n"
    }

    private func shown(
        _ overview: Overview, _ admission: AccessControl.Admission
    ) async throws -> (source: Value, applications: [OverviewSnapshot.Application]) {
        let snapshot = await overview.look(view.automation, every: settings.pause)
        let visibility = try await Visibility.of(admission, among: snapshot.keys)
        return (snapshot.source, await overview.cut(snapshot, to: visibility))
    }

    /// Deploys that began since the last one that was heard of, that ended since it began, and those that still run: as many as
    /// this listener may see.
    private func missed(after last: String?, _ admission: AccessControl.Admission) async throws -> [DeployEvent] {
        guard view.history != nil, let last, let begun = ULID.timestamp(of: last) else { return [] }
        var query = EventQuery()
        query.limit = settings.replay
        return try await HistoryAPI(view: view).page(query, for: admission).events
            .filter { event in event.id >= last || event.endedAt.map { $0 >= begun } ?? true }
            .reversed()
    }

    /// Who leaves so much unread is told no more.
    private func write(_ text: String, _ pipe: Pipe, _ client: StreamClient) {
        if case .enqueued = pipe.yield(text) { return }
        client.end()
    }

    /// JSON has no line breaks of its own, so that it is one line of the protocol.
    static func deploy(_ event: DeployEvent) -> String {
        let id = event.id.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f } ? "id: \(event.id)\n" : ""
        return "\(id)event: deploy\ndata: \(JSON.text(event.summary))\n\n"
    }
}
