import Basics
import Delivery
import Git
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

/// No deploy is left without its note.
@Suite struct NoteKeeperTests {
    private let folder: TemporaryFolder
    private let repository: TestRepository
    private let mirror: SharedMirror
    private let store: EventStore
    private let commit: ObjectID

    init() async throws {
        folder = try TemporaryFolder("notes")
        repository = try await TestRepository(in: folder)
        commit = try await repository.commit("Begin", ["web.yaml": "a: 1\n"])
        mirror = SharedMirror(
            path: folder.file("mirror.git"), remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]))
        _ = try await mirror.open().fetch(.branch("main"))
        store = EventStore(try HistoryDatabase(path: nil))
    }

    private func events(_ count: Int, at now: Timestamp = SystemTime().now) -> [DeployEvent] {
        (0..<count).map { number in
            let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web-\(number)")
            var event = DeployEvent(
                id: "E\(number)", application: "shop", workload: key, startedAt: now.adding(.milliseconds(number)),
                revision: SourceRevision(reference: "main", commit: "\(commit)"), previousCommit: "", cause: .init(.commit, by: "Ada <ada@x.org>"))
            (event.endedAt, event.outcome) = (now.adding(.seconds(1)), .succeeded)
            event.changes = [ObjectChange(key: key, action: .created)]
            return event
        }
    }

    private func keeper(pause: Duration = .milliseconds(10), time: any TimeSource = SystemTime(), mayWrite: @escaping @Sendable () -> Bool = { true }) -> NoteKeeper {
        NoteKeeper(
            mirror: mirror, author: ("Martlet", "m@x.org"), time: time, random: RandomSource(seed: 1), logger: Logger(label: "notes") { SwiftLogNoOpLogHandler($0) },
            pause: pause, mayWrite: mayWrite)
    }

    /// What another machine gets from the server.
    private func noted() async throws -> [DeployEvent] {
        try await Rebuild(mirror: mirror).events(upTo: SourceRevision(reference: "main", commit: "\(commit)"))
    }

    private func until(_ count: Int) async throws {
        for _ in 0..<3000 {
            if try await noted().count == count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// One commit changes more workloads than one push has room for.
    @Test(.timeLimit(.minutes(5))) func manyOfOneCommit() async throws {
        let keeper = keeper()
        for event in events(250) { keeper.note(event) }
        let work = Task { await keeper.run(store) }
        try await until(250)
        work.cancel()
        await work.value
        let all = try await noted()
        #expect(Set(all.map(\.id)) == Set(events(250).map(\.id)))
        #expect(all.allSatisfy { $0.isFromNote && $0.changes.isEmpty })
    }

    /// The program is asked to end while events wait.
    @Test(.timeLimit(.minutes(5))) func whatWaitsAtTheEndIsWritten() async throws {
        let keeper = keeper(pause: .seconds(600))
        let recorder = Recorder(
            store: store, mirror: mirror, time: SystemTime(), random: RandomSource(seed: 1), logger: Logger(label: "notes") { SwiftLogNoOpLogHandler($0) }, notes: keeper)
        let work = Task { await recorder.run() }
        for event in events(3) { keeper.note(event) }
        try await Task.sleep(for: .milliseconds(50))
        #expect(try await noted().isEmpty)
        work.cancel()
        await work.value
        #expect(try await noted().count == 3)
    }

    /// A server that does not answer does not hold up the end.
    @Test(.timeLimit(.minutes(5))) func theEndIsBounded() async throws {
        let server = try await SinkServer()
        for _ in 0..<10 { server.fail("/shop.git", .hang) }
        let silent = SharedMirror(
            path: folder.file("silent.git"), remote: GitRemote(url: "\(server.url)/shop.git", credentials: .none, allowedSchemes: ["http"]))
        let time = VirtualTime()
        let keeper = NoteKeeper(
            mirror: silent, author: ("Martlet", "m@x.org"), time: time, random: RandomSource(seed: 1), logger: Logger(label: "notes") { SwiftLogNoOpLogHandler($0) })
        for event in events(3) { keeper.note(event) }
        let isOver = Locked(false)
        let work = Task {
            await keeper.finish()
            isOver.withLock { $0 = true }
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(!isOver.withLock { $0 })
        for _ in 0..<3000 where !isOver.withLock({ $0 }) {
            await time.advance(by: NoteKeeper.farewell)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(isOver.withLock { $0 })
        await work.value
    }

    /// Killed before it could write: the next one compares the store with the notes.
    @Test(.timeLimit(.minutes(5))) func aStartCatchesUp() async throws {
        let all = events(5)
        var drift = all[4]
        (drift.id, drift.cause) = ("D", .init(.drift, by: "kubectl"))
        var old = all[4]
        (old.id, old.startedAt) = ("O", all[4].startedAt.adding(.seconds(-10 * 86_400)))
        var open = all[4]
        (open.id, open.endedAt, open.outcome) = ("R", nil, .running)
        try await store.save(all + [drift, old, open])
        try await mirror.open().addNote(
            EventNote.text(all[1]), to: commit, reference: NoteKeeper.reference, author: .init(name: "Martlet", email: "m@x.org", time: all[1].startedAt))
        let keeper = keeper()
        keeper.note(all[2])
        let work = Task { await keeper.run(store) }
        try await until(5)
        work.cancel()
        await work.value
        #expect(try await noted().map(\.id).sorted() == all.map(\.id))
    }
}
