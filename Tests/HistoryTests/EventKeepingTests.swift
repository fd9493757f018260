import Basics
import Delivery
import Document
import FoundationEssentials
import GRDB
import Kubernetes
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

private func sight(_ workloads: [WorkloadSight], isPartial: Bool = false) -> ApplicationSight {
    var sight = ApplicationSight(
        application: "shop", revision: SourceRevision(reference: "main", commit: "c1"), previousCommit: "", status: ApplicationStatus(application: "shop"),
        workloads: workloads)
    sight.isPartial = isPartial
    return sight
}

private func workload(_ name: String, _ message: String) -> WorkloadSight {
    let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: name)
    return WorkloadSight(key: key, images: ["web": "web:1"], liveImages: ["web": "web:1"], health: .progressing, message: message)
}

/// What stays of the history, and what goes.
@Suite struct EventKeepingTests {
    /// Workloads that never change are known from one old row each, which must not keep the rest from going.
    @Test func aLongHistoryOfStillThingsGetsShorter() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keeping-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = EventStore(try HistoryDatabase(path: "\(folder)/history.sqlite"))
        let still = (0..<10).map { workload("still\($0)", "") }
        try await store.record(sight(still + [workload("web", "")]), at: at(0))
        let text = (0..<400).map { "\($0 &* 2_654_435_761)" }.joined()
        try await store.database.queue.write { database in
            for second in 1...900 {
                let states = EventStore.states(of: sight([workload("web", "\(second) \(text.dropFirst(second))")]))
                try EventStore.record(states, of: "shop", isPartial: true, at: at(Int64(second) * 1000), database)
            }
        }
        let before = try size("\(folder)/history.sqlite", store)
        try #require(before > 400_000)
        let writes = Locked(0)
        try await store.database.queue.write { $0.add(transactionObserver: Counter(writes: writes), extent: .databaseLifetime) }
        try await store.expire(olderThan: at(0), maxBytes: 250_000)
        #expect(try size("\(folder)/history.sqlite", store) <= 270_000)
        #expect(writes.withLock { $0 } < 500)
        let moment = try await store.moment(at(1_500_000)).applications.first
        #expect(moment?.workloads.count == 11)
        #expect(moment?.workloads.last?.sight.message.hasPrefix("900 ") == true)

        // There is nothing more to let go of, and an end to it.
        writes.withLock { $0 = 0 }
        try await store.expire(olderThan: at(0), maxBytes: 1)
        #expect(try await store.moment(at(1_500_000)).applications.first?.workloads.count == 11)
        writes.withLock { $0 = 0 }
        try await store.expire(olderThan: at(0), maxBytes: 1)
        #expect(writes.withLock { $0 } < 5)
    }

    /// Of the file itself, with all of the log in it.
    private func size(_ path: String, _ store: EventStore) throws -> Int64 {
        try store.database.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        return Int64(try Data(contentsOf: URL(filePath: path)).count)
    }

    private final class Counter: TransactionObserver {
        let writes: Locked<Int>
        init(writes: Locked<Int>) { self.writes = writes }
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { writes.withLock { $0 += 1 } }
        func databaseDidRollback(_ database: Database) {}
    }

    /// What was changed is kept when an event is told again by somebody who does not know it.
    @Test func whatWasChangedIsKept() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        var event = DeployEvent(
            id: "E1", application: "shop", workload: web, startedAt: at(1), revision: SourceRevision(reference: "main", commit: "c1"), previousCommit: "",
            cause: .init(.drift, by: "kubectl-edit"))
        event.changes = [.init(key: web, action: .corrected, fields: [.init(path: "spec.x", from: "1", to: "2")])]
        try await store.save([event])
        var later = event
        (later.changes, later.reason) = ([], "put back 2 times")
        try await store.save([later])
        let kept = try #require(try await store.event(id: "E1"))
        #expect(kept.changes == event.changes)
        #expect(kept.reason == "put back 2 times")
    }

    @Test(arguments: [true, false]) func whatIsNotNamedIsGone(isPartial: Bool) async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await store.record(sight([workload("web", "")]), at: at(1))
        try await store.record(sight([], isPartial: isPartial), at: at(2))
        #expect(try await store.moment(at(3)).applications.first?.workloads.isEmpty == !isPartial)
    }
}
