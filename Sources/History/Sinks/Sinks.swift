package import Basics
package import Delivery
package import HTTP
internal import Kubernetes
package import Logging

/// Tells the sinks that git names of every deploy: each from its own queue on disk, so that one that is down
/// delays nobody else and loses nothing.
///
/// What a sink was told is known when the answer is on disk. In between the program may end: a message that may be
/// there is looked for before it is made again.
package actor Sinks {
    /// The bytes under each key of a Secret in Martlet's own namespace; nil where there is none.
    package typealias SecretReader = @Sendable (_ name: String) async -> [String: [UInt8]]?

    let store: SinkStore
    let cluster: String
    let secret: SecretReader
    let transport: any HTTPTransport
    let time: any TimeSource
    let random: RandomSource
    let logger: Logger
    let links: @Sendable (DeployEvent) -> String?
    /// For one call.
    let timeout: Duration

    var documents: [String: NotificationDocument] = [:]
    var lanes: [String: SinkLane] = [:]
    private var isDeclared = false
    /// What is not on disk yet: the disk is full, or nobody has said who is to be told.
    private var unsaved: [String: DeployEvent] = [:]
    /// The last write of `unsaved` failed.
    private var isStoreDown = false
    private nonisolated let declared = Locked<[NotificationDocument]?>(nil)
    private nonisolated let bell = Doorbell()

    private static let unsavedLimit = 10_000

    /// - Parameters:
    ///   - cluster: what the cluster is called, for tags; "" leaves it out.
    ///   - links: where a person reads about an event.
    package init(
        store: SinkStore, cluster: String = "", secret: @escaping SecretReader, transport: any HTTPTransport, time: any TimeSource,
        random: RandomSource, logger: Logger, timeout: Duration = .seconds(20), links: @escaping @Sendable (DeployEvent) -> String? = { _ in nil }
    ) {
        (self.store, self.cluster, self.secret, self.transport, self.time) = (store, cluster, secret, transport, time)
        (self.random, self.logger, self.timeout, self.links) = (random, logger, timeout, links)
    }

    /// Takes note of who is to be told, as the loop finds it in git; returns at once.
    package nonisolated func note(_ event: ProgressEvent) {
        guard case .notifications(let documents) = event else { return }
        declared.withLock { $0 = documents }
        bell.ring()
    }

    /// Who is to be told from now on. What waits for others is kept for a week, in case they come back.
    package func set(_ documents: [NotificationDocument]) async {
        self.documents = Dictionary(documents.map { ($0.name, $0) }) { first, _ in first }
        do {
            try await store.begin(self.documents.keys.sorted(), at: time.now)
        } catch {
            logger.error("\(error)")
        }
        isDeclared = true
        await save()
        bell.ring()
        for lane in lanes.values { lane.bell.ring() }
    }

    /// What an event is now; returns when it is on disk. Telling the same twice changes nothing, so that after a
    /// start the events of the last three days can be told again, in case the end came between two files.
    package func note(_ event: DeployEvent) async {
        await takeDeclared()
        keep(event)
        await saveOrRing()
    }

    /// The same for many, in one go.
    func note(_ events: [DeployEvent]) async {
        await takeDeclared()
        for event in events { keep(event) }
        await saveOrRing()
    }

    private func saveOrRing() async {
        let wasDown = isStoreDown
        await save()
        // Who works tries again before long; once told, it comes by itself.
        if isStoreDown, !wasDown { bell.ring() }
    }

    private func keep(_ event: DeployEvent) {
        if unsaved.count >= Self.unsavedLimit, unsaved[event.id] == nil {
            if let oldest = unsaved.keys.min() { unsaved[oldest] = nil }
            logger.error("too many deploy events wait to be written for the sinks: the oldest is dropped")
        }
        // A state from the history may be older than one that was just told.
        if event.endedAt == nil, unsaved[event.id]?.endedAt != nil { return }
        unsaved[event.id] = event
    }

    /// Works until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            var nextCleaning = Duration.zero
            while !Task.isCancelled {
                await takeDeclared()
                if !unsaved.isEmpty { await save() }
                for name in documents.keys where lanes[name] == nil {
                    lanes[name] = SinkLane()
                    group.addTask { await self.work(name) }
                }
                if isDeclared, time.elapsed >= nextCleaning {
                    do { try await store.expire(keeping: Array(documents.keys), at: time.now) } catch { logger.warning("\(error)") }
                    nextCleaning = time.elapsed + .seconds(3600)
                }
                _ = await bell.wait(upTo: unsaved.isEmpty ? .seconds(600) : .seconds(5), time)
            }
            group.cancelAll()
        }
        lanes = [:]
    }

    package func states() async -> [SinkState] {
        await takeDeclared()
        var all: [SinkState] = []
        for document in documents.values.sorted(by: { $0.name < $1.name }) {
            var state = SinkState(name: document.name, kind: "", origin: "", waiting: 0, dropped: 0, deadLetters: [], deadLetterCount: 0)
            do { state = try await store.state(document.name, at: time.now) } catch { state.lastError = error.message }
            (state.kind, state.origin) = (document.sink.kind, document.origin.description)
            all.append(state)
        }
        return all
    }

    /// Tries again what was given up, or one of it, and what waits for its next try.
    ///
    /// - Returns: how many dead letters wait again; nil where no sink has that name.
    /// - Throws: its queue cannot be written.
    @discardableResult
    package func retry(_ name: String, id: String? = nil) async throws(HistoryError) -> Int? {
        await takeDeclared()
        guard documents[name] != nil else { return nil }
        let count = try await store.retry(name, id: id, at: time.now)
        lanes[name]?.blockedUntil = nil
        lanes[name]?.account = nil
        lanes[name]?.bell.ring()
        return count
    }

    private func takeDeclared() async {
        let new = declared.withLock { declared -> [NotificationDocument]? in
            defer { declared = nil }
            return declared
        }
        if let new { await set(new) }
    }

    private func save() async {
        guard isDeclared, !unsaved.isEmpty else { return }
        let events = unsaved
        var entries: [SinkStore.Entry] = []
        for event in events.values.sorted(by: { $0.id < $1.id }) {
            // What was written to the cluster is read in the page; here it would only be heavy.
            let state = StoredText.write(event.summary)
            for document in documents.values {
                entries.append(
                    SinkStore.Entry(
                        sink: document.name, target: document.target, id: event.id, state: state, endedAt: event.endedAt,
                        isTaken: document.takes(event), isEdited: dialect(document).isEdited && document.concerns(event)))
            }
        }
        do {
            let changed = try await store.note(entries, at: time.now)
            isStoreDown = false
            for (id, event) in events where unsaved[id] == event { unsaved[id] = nil }
            for name in changed { lanes[name]?.bell.ring() }
        } catch {
            if !isStoreDown { logger.error("\(error)") }
            isStoreDown = true
        }
    }

    func dialect(_ document: NotificationDocument) -> any SinkDialect { document.dialect(cluster: cluster, link: links) }
}

/// What is known of a sink while the program runs.
final class SinkLane {
    let bell = Doorbell()
    /// By `TimeSource.elapsed`.
    var blockedUntil: Duration?
    var hasStarted = false
    /// The account of a document, and until when it is believed.
    var account: (value: SinkAccount, document: NotificationDocument, until: Duration)?
    /// When digests that go on were last told.
    var digests: [String: Duration] = [:]
}
