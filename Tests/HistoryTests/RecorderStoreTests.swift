import Basics
import Delivery
import GRDB
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

private func sight(_ commit: String, _ image: String, wrote: Bool = true) -> ApplicationSight {
    var workload = WorkloadSight(key: web, images: ["web": image], liveImages: ["web": image], health: .progressing)
    workload.formerImages = ["web": "web:1"]
    return ApplicationSight(
        application: "shop", revision: SourceRevision(reference: "main", commit: commit), previousCommit: "c0", status: ApplicationStatus(application: "shop"),
        workloads: [workload], changes: wrote ? [ObjectChange(key: web, action: .changed)] : [])
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

    /// Lets the clock run until it is so, ten minutes at most.
    private func wait(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<600 {
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
