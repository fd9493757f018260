import Automation
import Basics
import Delivery
import Git
import GRDB
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

private func sight(
    _ commit: String, _ image: String, after previous: String = "", health: ApplicationStatus.Health = .healthy, isWritten: Bool = true
) -> ApplicationSight {
    let workload = WorkloadSight(key: web, images: ["web": image], liveImages: ["web": image], health: health, strategy: "RollingUpdate")
    return ApplicationSight(
        application: "shop", revision: SourceRevision(reference: "main", commit: commit), previousCommit: previous, status: ApplicationStatus(application: "shop"),
        workloads: [workload], changes: isWritten ? [ObjectChange(key: web, action: .changed)] : [], files: ["web.yaml"])
}

/// A recorder that works while `body` runs.
private func recording(
    _ store: EventStore, mirror: SharedMirror? = nil, notes: NoteKeeper? = nil, _ body: (Recorder) async throws -> Void
) async throws {
    let logger = Logger(label: "recorder") { SwiftLogNoOpLogHandler($0) }
    let recorder = Recorder(store: store, mirror: mirror, time: SystemTime(), random: RandomSource(), logger: logger, notes: notes)
    try await withThrowingDiscardingTaskGroup { group in
        group.addTask { await recorder.run() }
        try await body(recorder)
        group.cancelAll()
    }
}

private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<3000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("not in time: \(what)")
}

@Suite struct RecorderTests {
    private static let c1 = String(repeating: "1", count: 40)

    @Test func eventsAreKeptAndTold() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await recording(store) { recorder in
            var updates = recorder.updates().makeAsyncIterator()
            recorder.note(.observed(sight(Self.c1, "web:1", health: .progressing)))
            let begun = await updates.next()
            #expect(begun?.outcome == .running)
            recorder.note(.observed(sight(Self.c1, "web:1", isWritten: false)))
            let ended = await updates.next()
            #expect(ended?.id == begun?.id)
            #expect(ended?.outcome == .succeeded)
            #expect(try await store.events(EventQuery()).map(\.outcome) == [.succeeded])
            let moment = try await store.moment(Timestamp(milliseconds: .max))
            #expect(moment.applications.first?.workloads.first?.sight.images == ["web": "web:1"])
        }
    }

    @Test func aRestartGoesOn() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await recording(store) { recorder in
            recorder.note(.observed(sight(Self.c1, "web:1", health: .progressing)))
            try await until("begun") { try await store.openEvents().count == 1 }
        }
        try await recording(store) { recorder in
            recorder.note(.observed(sight(Self.c1, "web:1", after: Self.c1, isWritten: false)))
            try await until("ended") { try await store.openEvents().isEmpty }
        }
        #expect(try await store.events(EventQuery()).map(\.outcome) == [.succeeded])
    }

    @Test func aStoreThatIsDownCostsNoListenerAnEvent() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE event RENAME TO away") }
        try await recording(store) { recorder in
            var updates = recorder.updates().makeAsyncIterator()
            recorder.note(.observed(sight(Self.c1, "web:1", health: .progressing)))
            let begun = await updates.next()
            #expect(begun?.outcome == .running)
            try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE away RENAME TO event") }
            recorder.note(.observed(sight(Self.c1, "web:1", isWritten: false)))
            let ended = await updates.next()
            #expect(ended?.outcome == .succeeded)
            try await until("kept after all") { try await store.events(EventQuery()).map(\.outcome) == [.succeeded] }
        }
    }

    /// The look that says it is healthy comes once.
    @Test func aSightThatWasNotKeptIsKeptLater() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await recording(store) { recorder in
            recorder.note(.observed(sight(Self.c1, "web:1", health: .progressing)))
            try await until("the first look") { try await store.moment(Timestamp(milliseconds: .max)).applications.first?.workloads.first?.sight.health == .progressing }
            try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE observation RENAME TO away") }
            var updates = recorder.updates().makeAsyncIterator()
            recorder.note(.observed(sight(Self.c1, "web:1", isWritten: false)))
            #expect(await updates.next()?.outcome == .succeeded)
            try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE away RENAME TO observation") }
            // Another application is what wakes it.
            var other = sight(Self.c1, "web:1", isWritten: false)
            other.application = "other"
            recorder.note(.observed(other))
            try await until("the last look") {
                try await store.moment(Timestamp(milliseconds: .max)).applications.first { $0.application == "shop" }?.workloads.first?.sight.health == .healthy
            }
        }
    }

    /// The daemon ends between the deed and the word.
    @Test func whatWaitsAtTheEndIsKept() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await recording(store) { recorder in
            recorder.note(.observed(sight(Self.c1, "web:1")))
            try await until("begun") { try await !store.events(EventQuery()).isEmpty }
            for image in 2...6 { recorder.note(.observed(sight(Self.c1, "web:\(image)"))) }
        }
        #expect(try await store.moment(Timestamp(milliseconds: .max)).applications.first?.workloads.first?.sight.images == ["web": "web:6"])
    }

    @Test func whatNotesTell() throws {
        let id = try #require(ObjectID(Self.c1))
        let author = Commit.Signature(name: "Martlet", email: "m@x.org", time: Timestamp(milliseconds: 5000))
        let commit = Commit(id: id, parents: [], author: author, committer: author, message: "Release 2 images")
        let bump = #"{"application":"shop","workload":"deployment.apps/web","namespace":"shop","container":"web","from":"web:1","to":"web:2"}"#
        let note = """
            {"version":1,"kind":"automated","time":"1970-01-01T00:00:05Z","bumps":[\(bump)]}

            nobody knows what this is {
            {"version":1,"kind":"lock","time":"1970-01-01T00:00:06Z","bumps":[]}
            """
        let events = Rebuild.events(of: note, on: commit, reference: "main")
        #expect(events.map(\.workload) == [web])
        #expect(events.first?.images == [.init(container: "web", from: "web:1", to: "web:2")])
        #expect(events.first?.cause == .init(.automation, by: "Martlet <m@x.org>"))
        // What the deploy itself has said is better.
        var own = try #require(events.first)
        (own.outcome, own.reason) = (.failed, "no")
        let both = Rebuild.events(of: note + "\n" + EventNote.text(own), on: commit, reference: "main")
        #expect(both.map(\.outcome) == [.failed])
    }

    @Test func aQueueStaysShort() {
        var queue = SightQueue()
        for number in 0..<100 { queue.add(sight("\(number)", "web:\(number)"), at: Timestamp(milliseconds: Int64(number))) }
        #expect(queue.waiting.count == SightQueue.limit)
        #expect(queue.waiting.last?.sight.changes.count == 97)
        #expect(queue.waiting.last?.sight.revision.commit == "99")
    }

    @Test(.timeLimit(.minutes(5))) func commitsSayWhoItWas() async throws {
        let folder = try TemporaryFolder("recorder")
        let repository = try await TestRepository(in: folder)
        let first = try await repository.commit("Begin", ["web.yaml": "a: 1\n"])
        _ = try await repository.commit("Something else", ["other.yaml": "a: 1\n"])
        let last = try await repository.commit(
            "Release shop/web\n\nMartlet-Workload: deployment.apps/web -n shop\nRequested-by: Ada <ada@x.org>", ["web.yaml": "a: 2\n"])
        let mirror = SharedMirror(
            path: folder.file("mirror.git"), remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]))
        _ = try await mirror.open().fetch(.branch("main"))
        let logger = Logger(label: "notes") { SwiftLogNoOpLogHandler($0) }
        let notes = NoteKeeper(
            mirror: mirror, author: ("Martlet", "martlet@x.org"), time: SystemTime(), random: RandomSource(), logger: logger, pause: .milliseconds(10))
        let store = EventStore(try HistoryDatabase(path: nil))
        var kept: DeployEvent?
        try await recording(store, mirror: mirror, notes: notes) { recorder in
            recorder.note(.observed(sight("\(last)", "web:2", after: "\(first)")))
            try await until("kept") { try await !store.events(EventQuery()).isEmpty }
            let event = try #require(try await store.events(EventQuery()).first)
            #expect(event.commits.map(\.subject) == ["Release shop/web"])
            #expect(event.cause == .init(.command, by: "Ada <ada@x.org>"))
            let id = try #require(ObjectID("\(last)"))
            try await until("noted") { try await mirror.open().note(of: id, reference: NoteKeeper.reference) != nil }
            kept = event
        }
        // The file is lost: what was noted is had again.
        let anew = EventStore(try HistoryDatabase(path: nil))
        try await recording(anew, mirror: mirror) { recorder in
            recorder.note(.observed(sight("\(last)", "web:2", after: "\(last)", isWritten: false)))
            try await until("rebuilt") { try await !anew.events(EventQuery()).isEmpty }
        }
        let again = try await anew.events(EventQuery())
        var noted = try #require(kept)
        // What was written does not stand there, and that is said.
        noted.isFromNote = true
        #expect(again == [noted])
    }
}
