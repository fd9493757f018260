import Basics
import Delivery
import GRDB
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

private func sight(
    _ commit: String, _ image: String, wrote: Bool = true, health: ApplicationStatus.Health = .progressing, of application: String = "shop"
) -> ApplicationSight {
    var workload = WorkloadSight(key: web, images: ["web": image], liveImages: ["web": image], health: health)
    workload.formerImages = ["web": "web:1"]
    return ApplicationSight(
        application: application, revision: SourceRevision(reference: "main", commit: commit), previousCommit: "c0",
        status: ApplicationStatus(application: application), workloads: [workload], changes: wrote ? [ObjectChange(key: web, action: .changed)] : [])
}

/// A store that cannot be used for a while.
@Suite struct RecorderStoreTests {
    let database: HistoryDatabase
    let store: EventStore
    let time = VirtualTime()

    init() throws {
        database = try HistoryDatabase(path: nil)
        store = EventStore(database)
    }

    private func set(isDown: Bool) async throws {
        try await database.queue.write { try $0.execute(sql: isDown ? "ALTER TABLE event RENAME TO away" : "ALTER TABLE away RENAME TO event") }
    }

    private func start() -> (Recorder, Task<Void, Never>) {
        let recorder = Recorder(
            store: store, mirror: nil, time: time, random: RandomSource(seed: 1), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return (recorder, Task { await recorder.run() })
    }

    /// Lets the clock run until it is so, until there is no more hope.
    private func wait(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<6000 {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(5))
            await time.advance(by: .seconds(1))
        }
        Issue.record("it does not come about")
    }

    /// What was not kept is kept as soon as it can be, without another event.
    @Test func whatWasNotKeptIsKeptLater() async throws {
        let (recorder, work) = start()
        let updates = recorder.updates()
        var heard = updates.makeAsyncIterator()
        recorder.note(.observed(sight("c1", "web:2")))
        let first = await heard.next()
        try await wait { try await store.openEvents().count == 1 }
        try await set(isDown: true)
        await time.advance(by: .seconds(1))
        recorder.note(.observed(sight("c2", "web:3")))
        // Who listens hears of it all the same: the former one ends, the new one begins.
        let (second, third) = (await heard.next(), await heard.next())
        #expect(second?.id == first?.id)
        #expect(third?.revision.commit == "c2")
        try await set(isDown: false)
        try await wait { try await store.openEvents().map(\.revision.commit) == ["c2"] }
        work.cancel()
        await work.value
    }

    /// A store that is away for longer than anybody waits: what goes on is known as soon as it is back, and comes to
    /// its end; what was begun anew meanwhile takes its place.
    @Test(arguments: [false, true]) func whatGoesOnIsKnownLate(isBegunAnew: Bool) async throws {
        let open = DeployEvent(
            id: "E1", application: "shop", workload: web, startedAt: time.now, revision: SourceRevision(reference: "main", commit: "c1"), previousCommit: "c0",
            cause: .init(.commit, by: "ada"))
        try await store.save([open])
        try await set(isDown: true)
        let (recorder, work) = start()
        let heard = Locked<Set<String>>([])
        let updates = recorder.updates()
        let listening = Task { for await event in updates { heard.withLock { _ = $0.insert(event.revision.commit) } } }
        // Another application's event says that nobody waits any more.
        recorder.note(.observed(sight("c3", "web:2", of: "other")))
        recorder.note(.observed(sight(isBegunAnew ? "c2" : "c1", "web:2", wrote: isBegunAnew)))
        try await wait { heard.withLock { $0.isSuperset(of: isBegunAnew ? ["c2", "c3"] : ["c3"]) } }
        try await set(isDown: false)
        let wanted: DeployEvent.Outcome = isBegunAnew ? .superseded : .succeeded
        try await wait {
            if !isBegunAnew { recorder.note(.observed(sight("c1", "web:2", wrote: false, health: .healthy))) }
            return try await store.event(id: "E1")?.outcome == wanted
        }
        #expect(try await store.openEvents().filter { $0.application == "shop" }.map(\.revision.commit) == (isBegunAnew ? ["c2"] : []))
        work.cancel()
        listening.cancel()
        await work.value
    }

    /// The daemon ended between the deed and the word: who is not there any more goes from the history at the start.
    @Test func whatIsNotThereEnds() async throws {
        for (number, name) in ["shop", "gone", "new"].enumerated() {
            var event = DeployEvent(
                id: "E\(number)", application: name, workload: web, startedAt: time.now, revision: SourceRevision(reference: "main", commit: "c1"),
                previousCommit: "c0", cause: .init(.commit, by: "ada"))
            event.strategy = "canary"
            try await store.save([event], number == 2 ? nil : sight("c1", "web:1", of: name), at: time.now)
        }
        let (recorder, work) = start()
        // Seen since the start, although the list does not say it.
        recorder.note(.observed(sight("c1", "web:2", wrote: false, of: "new")))
        try await wait { try await store.moment(time.now).applications.count == 3 }
        recorder.note(.applications(["shop"]))
        try await wait { try await store.openEvents().map(\.application) == ["shop", "new"] }
        let ended = try #require(try await store.event(id: "E1"))
        #expect(ended.outcome == .superseded)
        #expect(ended.reason == "the application was removed")
        #expect(try await store.moment(time.now).applications.map(\.application) == ["new", "shop"])
        work.cancel()
        await work.value
    }

    /// What goes on is known before anything is taken in.
    @Test func whatGoesOnIsKnownFirst() async throws {
        var open = DeployEvent(
            id: "E1", application: "shop", workload: web, startedAt: time.now, revision: SourceRevision(reference: "main", commit: "c1"), previousCommit: "c0",
            cause: .init(.commit, by: "ada"))
        open.images = [.init(container: "web", from: "web:1", to: "web:2")]
        try await store.save([open])
        try await set(isDown: true)
        let (recorder, work) = start()
        recorder.note(.observed(sight("c1", "web:2")))
        try await Task.sleep(for: .milliseconds(50))
        try await set(isDown: false)
        recorder.note(.observed(sight("c1", "web:2", wrote: false)))
        try await wait { try await store.event(id: "E1")?.changes.count == 1 }
        #expect(try await store.openEvents().map(\.id) == ["E1"])
        work.cancel()
        await work.value
    }
}
