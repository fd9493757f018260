import Basics
import Delivery
import Document
import FoundationEssentials
import GRDB
import Kubernetes
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
private let api = ObjectKey(group: "apps", kind: "StatefulSet", namespace: "back", name: "api")

private func event(
    _ number: Int64, _ workload: ObjectKey? = web, application: String = "shop", _ outcome: DeployEvent.Outcome = .succeeded,
    _ cause: DeployEvent.Cause.Kind = .commit
) -> DeployEvent {
    var event = DeployEvent(
        id: "E\(number)", application: application, workload: workload, startedAt: Timestamp(milliseconds: number * 1000),
        revision: SourceRevision(reference: "main", commit: String(repeating: "a", count: 40)), previousCommit: "", cause: .init(cause, by: "Ada <ada@x.org>"))
    event.outcome = outcome
    if outcome != .running { event.endedAt = Timestamp(milliseconds: number * 1000 + 500) }
    return event
}

private func sight(_ application: String = "shop", _ workloads: [WorkloadSight], commit: String = "c1", message: String = "") -> ApplicationSight {
    var status = ApplicationStatus(application: application)
    (status.sync, status.health, status.message) = (.synced, .healthy, message)
    return ApplicationSight(
        application: application, revision: SourceRevision(reference: "main", commit: commit), previousCommit: "", status: status, workloads: workloads)
}

private func workload(_ key: ObjectKey = web, _ image: String, _ health: ApplicationStatus.Health = .healthy, ready: Int = 1) -> WorkloadSight {
    WorkloadSight(key: key, images: ["web": image], liveImages: ["web": image], health: health, wanted: 1, ready: ready, strategy: "RollingUpdate")
}

private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

@Suite struct EventStoreTests {
    let store: EventStore

    init() throws { store = EventStore(try HistoryDatabase(path: nil)) }

    @Test func anEventComesBackWhole() async throws {
        var one = event(1, web, .rolledBack, .command)
        one.commits = [.init(id: "abc", author: "Ada <ada@x.org>", subject: "Bump \"it\"", time: Timestamp(milliseconds: 12_345))]
        one.images = [.init(container: "web", from: nil, to: "web:2"), .init(container: "old", from: "old:1", to: nil)]
        one.steps = [.init(at: at(2), phase: "analysing", step: 1, weight: 25, message: "waits")]
        one.changes = [.init(key: web, action: .changed, fields: [.init(path: "spec.replicas", from: "1", to: nil)], more: 3)]
        (one.strategy, one.reason, one.previousCommit) = ("canary", "errors", "c0")
        try await store.save([one])
        #expect(try await store.event(id: "E1") == one)
        #expect(DeployEvent(one.value) == one)
        var listed = one
        listed.changes = []
        #expect(try await store.events(EventQuery()) == [listed])
        #expect(one.value["revision"]?.string == "main@aaaaaaa")
        #expect(one.value["startedAt"]?.string == "1970-01-01T00:00:01.000Z")
        #expect(try await store.event(id: "E2") == nil)
    }

    @Test func whatIsNoEventIsNone() throws {
        for text in ["null", "{}", "[1]", #"{"id":"x"}"#, #"{"id":"x","application":"a","startedAt":"yesterday","cause":{"kind":"commit"},"outcome":"running"}"#] {
            #expect(DeployEvent(try JSON.parse(text)) == nil)
        }
    }

    struct Case: Sendable {
        var query: EventQuery
        var expected: [String]

        init(_ expected: [String], _ change: (inout EventQuery) -> Void) {
            (query, self.expected) = (EventQuery(), expected)
            change(&query)
        }
    }

    static let cases: [Case] = [
        Case(["E5", "E4", "E3", "E2", "E1"]) { _ in }, Case(["E5", "E4"]) { $0.limit = 2 }, Case([]) { $0.limit = -1 },
        Case(["E3", "E2"]) { ($0.before, $0.limit) = ("E4", 2) }, Case(["E5", "E3", "E1"]) { $0.application = "shop" },
        Case([]) { $0.application = "none" }, Case(["E3", "E1"]) { $0.name = "web" }, Case(["E4", "E2"]) { $0.namespace = "back" },
        Case(["E4", "E2"]) { ($0.kind, $0.name) = ("statefulset", "api") }, Case([]) { ($0.kind, $0.name) = ("deployment", "api") },
        Case(["E4", "E3", "E2"]) { ($0.from, $0.to) = (at(2), at(5)) }, Case(["E3"]) { $0.outcomes = [.failed] },
        Case(["E5", "E3"]) { $0.outcomes = [.failed, .running] }, Case(["E4"]) { $0.causes = [.automation] },
        Case([]) { ($0.causes, $0.name) = ([.automation], "web") }, Case(["E1"]) { ($0.name, $0.before) = ("web", "E3") },
    ]

    @Test(arguments: cases) func queries(_ one: Case) async throws {
        try await store.save([
            event(1), event(2, api, application: "back"), event(3, web, .failed), event(4, api, application: "back", .succeeded, .automation),
            event(5, nil, .running),
        ])
        #expect(try await store.events(one.query).map(\.id) == one.expected)
    }

    @Test func anUnknownPlaceInTheListIsSaid() async throws {
        var query = EventQuery()
        query.before = "nowhere"
        do {
            _ = try await store.events(query)
            Issue.record("it was found")
        } catch {
            #expect(error.kind == .notFound)
        }
    }

    @Test func manyWorkloadsAreAskedInOne() async throws {
        try await store.save((1...300).map { event($0, ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "w\($0 % 100)")) })
        #expect(try await store.events(EventQuery(namespace: "shop", limit: 5)).map(\.id) == ["E300", "E299", "E298", "E297", "E296"])
        #expect(try await store.events(EventQuery(namespace: "shop", name: "w7")).map(\.id) == ["E207", "E107", "E7"])
    }

    @Test func openEventsEnd() async throws {
        try await store.save([event(1, web, .running), event(2, api, .running), event(3)])
        #expect(try await store.openEvents().map(\.id) == ["E1", "E2"])
        try await store.save([event(1, web, .failed)])
        #expect(try await store.openEvents().map(\.id) == ["E2"])
        #expect(try await store.events(EventQuery(name: "web")).map(\.outcome) == [.succeeded, .failed])
    }

    @Test func momentsAreWhatWasSeenThen() async throws {
        try await store.record(sight("shop", [workload(web, "web:1"), workload(api, "api:1")]), at: at(10))
        try await store.record(sight("shop", [workload(web, "web:1"), workload(api, "api:1", ready: 0)]), at: at(20))
        try await store.record(sight("shop", [workload(web, "web:2", .progressing)], commit: "c2"), at: at(30))
        try await store.record(sight("back", []), at: at(35))
        var gone = sight("shop", [])
        gone.isRemoved = true
        try await store.record(gone, at: at(40))
        func told(_ seconds: Int64) async throws -> [String] {
            try await store.moment(at(seconds)).applications.flatMap { application in
                ["\(application.application)@\(application.revision.commit) since \(application.since.milliseconds / 1000)"]
                    + application.workloads.map { one in
                        "\(one.sight.key.name) \(one.sight.images["web"] ?? "") \(one.sight.health.rawValue) \(one.sight.ready ?? -1) since \(one.since.milliseconds / 1000)"
                    }
            }
        }
        #expect(try await told(9) == [])
        #expect(try await told(10) == ["shop@c1 since 10", "web web:1 Healthy 1 since 10", "api api:1 Healthy 1 since 10"])
        // Only readiness changed: it has been healthy with these images since before.
        #expect(try await told(29) == ["shop@c1 since 10", "web web:1 Healthy 1 since 10", "api api:1 Healthy 0 since 10"])
        #expect(try await told(30) == ["shop@c2 since 30", "web web:2 Progressing 1 since 30"])
        #expect(try await told(39) == ["back@c1 since 35", "shop@c2 since 30", "web web:2 Progressing 1 since 30"])
        #expect(try await told(50) == ["back@c1 since 35"])
        #expect(try await store.knownSince() == at(10))
        #expect(try await store.moment(at(30)).applications.last?.workloads.first?.sight == workload(web, "web:2", .progressing))
    }

    /// What is known begins with the first look: an event that was had again, or one that goes on for long, is no look.
    @Test func onlyLooksMoveWhatIsKnown() async throws {
        try await store.save([event(1)])
        try await store.restore([event(2)])
        try await store.restore(sight("shop", []), since: at(3))
        #expect(try await store.knownSince() == nil)
        try await store.record(sight("shop", []), at: at(100))
        #expect(try await store.knownSince() == at(100))
        try await store.save([event(4, web, .running)])
        try await store.expire(olderThan: at(500), maxBytes: .max)
        #expect(try await store.knownSince() == at(500))
        try await store.save([event(4, web, .failed)])
        #expect(try await store.knownSince() == at(500))
    }

    /// What was seen stays as it was seen, whatever is had again.
    @Test func whatIsHadAgainTakesNoPlace() async throws {
        var seen = event(5, web, .failed)
        seen.changes = [.init(key: web, action: .changed)]
        try await store.save([seen])
        var other = event(5)
        other.reason = "again"
        var guess = event(3, web)
        (guess.id, guess.reason) = ("G1", Rebuild.unknownEnd)
        var elsewhere = event(3, api)
        (elsewhere.id, elsewhere.reason) = ("G2", Rebuild.unknownEnd)
        try await store.restore([other, guess, elsewhere])
        #expect(try await store.event(id: "E5") == seen)
        #expect(try await store.events(EventQuery()).map(\.id) == ["E5", "G2"])
        try await store.record(sight("shop", [workload(web, "web:1")], commit: "c2"), at: at(10))
        try await store.restore(sight("shop", [], commit: "c1"), since: at(1))
        #expect(try await store.moment(at(5)).applications.isEmpty)
        #expect(try await store.moment(at(10)).applications.first?.workloads.count == 1)
    }

    @Test func whatIsTheSameTakesNoRoom() async throws {
        for second in 1...50 { try await store.record(sight("shop", [workload(web, "web:1"), workload(api, "api:\(second)")]), at: at(Int64(second))) }
        let rows = try await store.database.queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM observation") }
        #expect(rows == 52)
    }

    @Test func aClockThatGoesBackLosesNothing() async throws {
        try await store.record(sight("shop", [workload(web, "web:1")]), at: at(100))
        try await store.record(sight("shop", [workload(web, "web:2")]), at: at(50))
        #expect(try await store.moment(at(100)).applications.first?.workloads.first?.sight.images == ["web": "web:2"])
    }

    @Test func theOldGoes() async throws {
        try await store.save((1...2000).map { event($0) } + [event(0, api, .running)])
        for second in 1...20 { try await store.record(sight("shop", [workload(web, "web:\(second)")]), at: at(Int64(second) * 100)) }
        try await store.expire(olderThan: at(1950), maxBytes: .max)
        #expect(try await store.events(EventQuery(limit: 1000)).count == 52)
        #expect(try await store.openEvents().map(\.id) == ["E0"])
        #expect(try await store.knownSince() == at(1950))
        // What was so at the limit is still known.
        #expect(try await store.moment(at(1950)).applications.first?.workloads.first?.sight.images == ["web": "web:19"])
    }

    @Test func theMuchGoes() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = EventStore(try HistoryDatabase(path: "\(folder)/history.sqlite"))
        for batch in 0..<6 { try await store.save((0..<500).map { event(Int64(batch * 500 + $0)) }) }
        try await store.expire(olderThan: at(0), maxBytes: 500_000)
        let left = try await store.events(EventQuery(limit: 1000))
        #expect(left.first?.id == "E2999")
        let size = try await store.database.queue.read { try Int64.fetchOne($0, sql: "SELECT page_count * 4096 FROM pragma_page_count") ?? 0 }
        #expect(size <= 500_000)
        #expect(size > 150_000)
    }

    @Test func longTextIsCompressed() {
        let value = Value.string(String(repeating: "abc ", count: 1000))
        #expect(StoredText.write(value).count < 200)
        #expect(StoredText.read(StoredText.write(value)) == value)
        #expect(StoredText.read([0x1f, 0x8b, 1]) == nil)
        #expect(StoredText.read([]) == nil)
    }
}
