import Basics
import Delivery
import Document
import GRDB
import TestKit
import Testing

@testable import History

/// Storms, filters, and the bounds of the queue.
@Suite struct SinkQueueTests {
    private func storm(_ count: Int, commit: String = commitID, from first: Int = 0) -> [DeployEvent] {
        (first..<first + count).map { deploy("01HZX000000000000000000\(1000 + $0)", name: "web-\($0)", at: Int64($0), commit: commit) }
    }

    @Test func aStormIsOneMessage() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        let events = storm(37)
        for event in events { await sinks.note(event) }
        await stage.settle(sinks)
        #expect(stage.server.violations == [])
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string == "37 workloads changed by 1a2b3c4 Make the till faster (Ada): 37 running (prod)")
        #expect(stage.server.annotations.count == 1)
        #expect(stage.server.annotations.first?["timeEnd"] == nil)
        #expect(stage.server.statuses.count == 2)
        #expect(stage.server.statuses.first { $0.place.hasPrefix("acme/shop") }?.body["context"] == "martlet/prod")
        #expect(stage.server.webhooks.map { $0["type"] } == ["dev.martlet.deploys.started"])
        #expect(stage.server.webhooks.first?[path: "data", "events"]?.sequence?.count == 37)

        for event in events.dropFirst(7) { await sinks.note(event.ended()) }
        await stage.settle(sinks)
        #expect(stage.server.messages.first?["text"]?.string?.contains("7 running, 30 succeeded") == true)
        for event in events.prefix(7) { await sinks.note(event.ended(.failed, after: 200, reason: "no room")) }
        await stage.settle(sinks)
        #expect(stage.server.violations == [])
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string?.contains("30 succeeded, 7 failed") == true)
        #expect(stage.server.messages.first?["blocks"]?[0]?[path: "text", "text"]?.string?.contains("deployment/web-0 in sock-shop failed: no room") == true)
        #expect(stage.server.annotations.count == 1)
        #expect(stage.server.annotations.first?["timeEnd"] == .int(1_767_225_600_000 + 6 + 200_000))
        #expect(stage.server.annotations.first?["tags"]?.sequence?.last == "outcome:failed")
        #expect(stage.server.webhooks.map { $0["type"] } == ["dev.martlet.deploys.started", "dev.martlet.deploys.ended"])
        #expect(stage.server.statuses.filter { $0.body["state"] == "failure" }.count == 1)
        #expect(stage.server.calls.count < 40)
    }

    @Test func lateOnesJoin() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack])
        for event in storm(25) { await sinks.note(event) }
        await stage.settle(sinks, limit: .seconds(4))
        for event in storm(3, from: 25) { await sinks.note(event) }
        await stage.settle(sinks)
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string?.hasPrefix("28 workloads") == true)
        await stage.time.advance(by: .seconds(60))
        await sinks.note(deploy("01HZX0000000000000000000Z9"))
        await stage.settle(sinks)
        #expect(stage.server.messages.count == 2)
    }

    @Test func aFewAreNoStorm() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack, grafana])
        for event in storm(20) { await sinks.note(event) }
        await stage.settle(sinks)
        #expect(stage.server.messages.count == 20)
        #expect(stage.server.annotations.count == 20)
    }

    @Test func statusesAreOneForEachCommit() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([github])
        let other = String(commitID.reversed())
        for event in storm(15) + storm(15, commit: other, from: 15) { await sinks.note(event) }
        await stage.settle(sinks)
        #expect(stage.server.statuses.map(\.place).sorted() == ["acme/shop \(commitID)", "acme/shop \(other)"].sorted())
        #expect(stage.server.violations == [])
    }

    /// After an outage Slack hears of it in one message; on a graph each deploy stays at its own time.
    @Test func anOutageEnds() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack, grafana])
        for _ in 0..<60 { stage.server.fail("/api/", .status(503)) }
        for event in storm(30) {
            await sinks.note(event.ended())
            await stage.settle(sinks, limit: .seconds(60))
        }
        stage.server.heal()
        await stage.settle(sinks, limit: .seconds(3600))
        #expect(stage.server.annotations.count == 30)
        #expect(stage.server.messages.count < 5)
        #expect(stage.server.violations == [])
    }

    static let filters: [(NotificationDocument.Filter, [String]?, Bool, Bool)] = [
        (.init(), nil, true, true), (.init(applications: ["sh*"]), nil, true, true), (.init(applications: ["web"]), nil, false, false),
        (.init(namespaces: ["sock-*"]), nil, true, true), (.init(namespaces: ["other"]), nil, false, false),
        (.init(workloads: ["deployment/front-*"]), nil, true, true), (.init(workloads: ["statefulset/*"]), nil, false, false),
        (.init(outcomes: ["running"]), nil, true, false), (.init(outcomes: ["failed"]), nil, false, false), (.init(outcomes: ["succeeded"]), nil, false, true),
        (.init(causes: ["automation"]), nil, false, false), (.init(causes: ["commit"]), nil, true, true), (.init(), ["shop"], true, true), (.init(), ["db"], false, false),
        (.init(), [], false, false),
    ]

    @Test(arguments: filters) func filtersHold(_ filter: NotificationDocument.Filter, _ scope: [String]?, _ start: Bool, _ end: Bool) async throws {
        let document = document("one", .webhook, filter: filter, scope: scope)
        #expect(document.takes(deploy()) == start)
        #expect(document.takes(deploy().ended()) == end)
    }

    @Test func whoHeardOfTheStartHearsOfTheEnd() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([
            document("slack", .slack(channel: "C0123456"), filter: .init(outcomes: ["running"])),
            document("hook", .webhook, secret: "hook", filter: .init(outcomes: ["running"])),
        ])
        await sinks.note(deploy())
        await stage.settle(sinks)
        await sinks.note(deploy().ended())
        await stage.settle(sinks)
        #expect(stage.server.messages.first?["text"]?.string?.contains("is deployed") == true)
        #expect(stage.server.webhooks.compactMap { $0["type"]?.string } == ["dev.martlet.deploy.started"])
    }

    @Test func aNewSinkHearsNothingOld() async throws {
        let stage = try await SinkStage()
        await stage.time.advance(by: .seconds(3600))
        let sinks = await stage.start([slack])
        await sinks.note(deploy("01HZX0000000000000000000D1").ended())
        await sinks.note(deploy("01HZX0000000000000000000D2", name: "goes-on"))
        await stage.settle(sinks)
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string?.contains("goes-on") == true)
    }

    @Test func whatIsOverDoesNotBeginAgain() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack])
        await sinks.note(deploy().ended())
        await sinks.note(deploy())
        await stage.settle(sinks)
        #expect(stage.server.messages.first?["text"]?.string?.contains("is deployed") == true)
        await sinks.note(deploy().step(5))
        await stage.settle(sinks)
        #expect(stage.server.calls.count == 1)
    }

    /// What the history has and the queues have not is told; once.
    @Test func theHistoryIsCaughtUpWith() async throws {
        let stage = try await SinkStage()
        let history = EventStore(stage.database)
        try await history.save([deploy("01HZX0000000000000000000F1").ended(), deploy("01HZX0000000000000000000F2", name: "goes-on")])
        let sinks = await stage.start([slack])
        let (stream, continuation) = AsyncStream.makeStream(of: DeployEvent.self)
        let following = Task { await sinks.follow(stream, history: history) }
        continuation.yield(deploy("01HZX0000000000000000000F3", name: "live"))
        for _ in 0..<12_000 {
            let state = await sinks.states().first
            if state?.waiting == 3 { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        following.cancel()
        await following.value
        await sinks.catchUp(history)
        await stage.settle(sinks)
        #expect(stage.server.messages.count == 3)
        #expect(stage.server.violations == [])
    }

    @Test func theQueueIsBounded() async throws {
        let stage = try await SinkStage()
        var store = SinkStore(stage.database)
        #expect(store.queueLimit == 10_000)
        store.queueLimit = 100
        try await store.begin(["slack"], at: stage.time.now)
        func entries(_ range: Range<Int>) -> [SinkStore.Entry] {
            range.map { number in
                let event = deploy("E\(100_000 + number)")
                let end = number == 5 ? Timestamp(milliseconds: stage.time.now.milliseconds) : nil
                return SinkStore.Entry(
                    sink: "slack", target: "t", id: event.id, state: StoredText.write(event.summary), endedAt: end, isTaken: true,
                    isEdited: true)
            }
        }
        _ = try await store.note(entries(0..<100), at: stage.time.now)
        #expect(try await store.state("slack", at: stage.time.now).waiting == 100)
        _ = try await store.note(entries(100..<102), at: stage.time.now)
        let state = try await store.state("slack", at: stage.time.now)
        #expect(state.waiting == 100)
        #expect(state.dropped == 2)
        // First the one that had ended, then the oldest.
        let left = try await stage.database.queue.read { try String.fetchAll($0, sql: "SELECT id FROM sinkItem WHERE phase = 1 AND id IN ('E100000', 'E100005', 'E100001')") }
        #expect(left == ["E100001"])
    }

    private func entry(_ event: DeployEvent) -> SinkStore.Entry {
        SinkStore.Entry(
            sink: "slack", target: "t", id: event.id, state: StoredText.write(event.summary), endedAt: event.endedAt, isTaken: true, isEdited: true)
    }

    /// What had to go is not new when the history tells it again an hour later.
    @Test(arguments: [false, true]) func whatWasLetGoDoesNotComeBack(isDead: Bool) async throws {
        let stage = try await SinkStage()
        var store = SinkStore(stage.database)
        (store.queueLimit, store.deadLimit) = (isDead ? 100 : 2, 2)
        let now = stage.time.now
        try await store.begin(["slack"], at: now)
        let events = (0..<5).map { deploy("E\($0)", at: Int64($0)).ended(.failed) }
        func phases() async throws -> [Int] { try await stage.database.queue.read { try Int.fetchAll($0, sql: "SELECT phase FROM sinkItem ORDER BY position") } }
        for event in events {
            _ = try await store.note([entry(event)], at: now)
            guard isDead, let head = try await store.next("slack", gathersAll: false, at: now).head else { continue }
            try await store.bury("slack", head, reason: "no", at: now)
        }
        let kept = isDead ? [3, 3, 3, 2, 2] : [3, 3, 3, 1, 1]
        #expect(try await phases() == kept)
        for _ in 0..<3 { #expect(try await store.note(events.map(entry), at: now.adding(.seconds(3600))).isEmpty) }
        #expect(try await phases() == kept)
        let state = try await store.state("slack", at: now)
        #expect(state.deadLetterCount == (isDead ? 2 : 0))
        #expect(try await store.retry("slack", id: nil, at: now) == (isDead ? 2 : 0))
        // When the history tells it no more, it is forgotten.
        try await store.expire(keeping: ["slack"], at: now.adding(.seconds(4 * 86_400)))
        #expect(try await phases().filter { $0 == 3 }.count == 3)
        try await store.expire(keeping: ["slack"], at: now.adding(.seconds(8 * 86_400)))
        #expect(try await !phases().contains(3))
    }

    /// Mended after ten days, a sink is still told what its dead digest gathers.
    @Test func aDeadDigestKeepsWhatItGathers() async throws {
        let stage = try await SinkStage()
        let store = SinkStore(stage.database)
        let now = stage.time.now
        try await store.begin(["slack"], at: now)
        for number in 0..<25 { _ = try await store.note([entry(deploy("E\(number)", name: "w\(number)").ended(.succeeded))], at: now) }
        try await store.gather("slack", gathersAll: true, byCommit: false, target: entry(deploy()).target, at: now) { "D" }
        let digest = try #require(try await store.next("slack", gathersAll: true, at: now).head)
        #expect(digest.id == "D")
        try await store.bury("slack", digest, reason: "no", at: now)
        let later = now.adding(.seconds(10 * 86_400))
        try await store.expire(keeping: ["slack"], at: later)
        #expect(try await store.retry("slack", id: nil, at: later) == 1)
        #expect(try await store.members("slack", of: "D").count == 25)
    }

    /// A sink that could not be noted when it was declared is told of nothing that was over before.
    @Test func aSinkBeginsWithItsFirstEntry() async throws {
        let stage = try await SinkStage()
        let store = SinkStore(stage.database)
        let now = stage.time.now
        let old = deploy("E0", at: -3 * 86_400_000).ended(.succeeded)
        #expect(try await store.note([entry(old)], at: now).isEmpty)
        let running = deploy("E1", at: 0)
        #expect(try await store.note([entry(running)], at: now) == ["slack"])
        #expect(try await store.state("slack", at: now).waiting == 1)
    }

    /// A start that had to go is no reason to keep the end to oneself.
    @Test func theEndOfWhatWasLetGoIsNews() async throws {
        let stage = try await SinkStage()
        var store = SinkStore(stage.database)
        store.queueLimit = 1
        try await store.begin(["slack"], at: stage.time.now)
        let first = deploy("E1")
        _ = try await store.note([entry(first), entry(deploy("E2"))], at: stage.time.now)
        #expect(try await store.note([entry(first.step(5))], at: stage.time.now).isEmpty)
        #expect(try await store.note([entry(first.ended())], at: stage.time.now) == ["slack"])
        #expect(try await store.next("slack", gathersAll: false, at: stage.time.now).head?.event?.outcome == .succeeded)
    }

    @Test func whatIsOldIsForgotten() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack])
        await sinks.note(deploy().ended())
        await sinks.note(deploy("01HZX0000000000000000000E2", name: "goes-on"))
        await stage.settle(sinks)
        let store = SinkStore(stage.database)
        func count() async throws -> Int { try await stage.database.queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sinkItem") ?? 0 } }
        try await store.expire(keeping: ["slack"], at: stage.time.now.adding(.seconds(6 * 86_400)))
        #expect(try await count() == 2)
        try await store.expire(keeping: ["slack"], at: stage.time.now.adding(.seconds(8 * 86_400)))
        #expect(try await count() == 1)
        try await store.expire(keeping: [], at: stage.time.now.adding(.seconds(8 * 86_400)))
        #expect(try await count() == 0)
    }
}
