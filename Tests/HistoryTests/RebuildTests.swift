import Basics
import Delivery
import FoundationEssentials
import Git
import GRDB
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

/// A history that was lost is had again, also when that does not go at once.
@Suite struct RebuildTests {
    private static let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    private let folder: TemporaryFolder
    private let repository: TestRepository
    private let mirror: SharedMirror
    private let store: EventStore
    private let time = VirtualTime()
    private let commit: ObjectID
    private let events: [DeployEvent]

    init() async throws {
        folder = try TemporaryFolder("rebuild")
        repository = try await TestRepository(in: folder)
        commit = try await repository.commit("Begin", ["web.yaml": "a: 1\n"])
        mirror = SharedMirror(
            path: folder.file("mirror.git"), remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]))
        let opened = try await mirror.open()
        _ = try await opened.fetch(.branch("main"))
        store = EventStore(try HistoryDatabase(path: nil))
        let (id, begin) = (commit, time.now)
        events = (1...3).map { number in
            var event = DeployEvent(
                id: "E\(number)", application: "shop", workload: Self.web, startedAt: begin.adding(.seconds(number)),
                revision: SourceRevision(reference: "main", commit: "\(id)"), previousCommit: "", cause: .init(.commit, by: "Ada <ada@x.org>"))
            (event.endedAt, event.outcome) = (begin.adding(.seconds(number + 1)), .succeeded)
            return event
        }
        let bump = #"{"application":"shop","workload":"deployment.apps/api","namespace":"shop","container":"api","from":"api:1","to":"api:2"}"#
        let automated = #"{"version":1,"kind":"automated","time":"2026-01-01T00:00:00Z","bumps":[\#(bump)]}"#
        try await opened.addNote(
            (events.map(EventNote.text) + [automated]).joined(separator: "\n"), to: commit, reference: NoteKeeper.reference,
            author: .init(name: "Martlet", email: "m@x.org", time: begin))
    }

    private var sight: ApplicationSight {
        let workload = WorkloadSight(key: Self.web, images: ["web": "web:1"], liveImages: ["web": "web:1"], health: .healthy)
        return ApplicationSight(
            application: "shop", revision: SourceRevision(reference: "main", commit: "\(commit)"), previousCommit: "\(commit)",
            status: ApplicationStatus(application: "shop"), workloads: [workload])
    }

    /// A daemon that sees the shop until it is so, for two hours at most.
    private func run(until isSo: () async throws -> Bool) async throws {
        let recorder = Recorder(
            store: store, mirror: mirror, time: time, random: RandomSource(seed: 1), logger: Logger(label: "rebuild") { SwiftLogNoOpLogHandler($0) })
        let work = Task { await recorder.run() }
        var hasCome = false
        for look in 0..<6000 where !hasCome {
            recorder.note(.observed(sight))
            try await Task.sleep(for: .milliseconds(5))
            if look < 240 { await time.advance(by: .seconds(30)) }
            hasCome = try await isSo()
        }
        #expect(hasCome)
        work.cancel()
        await work.value
    }

    private func ids() async throws -> [String] { try await store.events(EventQuery(name: "web")).map(\.id) }

    @Test(.timeLimit(.minutes(5))) func aRepositoryThatIsAwayIsAskedAgain() async throws {
        let files = FileManager.default
        try files.moveItem(atPath: repository.path, toPath: repository.path + ".away")
        try await run { try await store.knownSince() != nil }
        #expect(try await ids() == [])
        #expect(try await !store.isRebuilt())
        // Not lost any more, but for what the notes have.
        try files.moveItem(atPath: repository.path + ".away", toPath: repository.path)
        try await run { try await store.isRebuilt() }
        #expect(try await ids() == ["E3", "E2", "E1"])
    }

    /// Killed in the middle: the rest is fetched by the next one, and nothing twice.
    @Test(.timeLimit(.minutes(5))) func whatIsHalfDoneIsDoneWhole() async throws {
        try await store.restore([events[1]])
        let guess = try #require(try await Rebuild(mirror: mirror).events(upTo: sight.revision).first { $0.workload?.name == "api" })
        try await store.restore([guess])
        try await run { try await store.isRebuilt() }
        #expect(try await ids() == ["E3", "E2", "E1"])
        #expect(try await store.events(EventQuery(name: "api")).map(\.id) == [guess.id])
        // And once is enough.
        try await store.database.queue.write { try $0.execute(sql: "DELETE FROM event WHERE id = 'E1'") }
        try await run { try await store.knownSince() != nil }
        #expect(try await ids() == ["E3", "E2"])
    }
}
