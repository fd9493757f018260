import Basics
import Delivery
import Document
import HTTP
import TestKit
import Testing

@testable import History

/// A document that names another place, and a disk that takes nothing.
@Suite struct SinkPlaceTests {
    /// What the old place calls its message is nothing to the new one.
    @Test func anotherPlaceIsToldAnew() async throws {
        let (old, new) = (try await SinkStage(), try await SinkServer())
        old.setSecret("new", ["url": Array(new.url.utf8), "token": Array(new.token.utf8)])
        let sinks = await old.start([grafana])
        await sinks.note(deploy())
        await old.settle(sinks)
        #expect(old.server.annotations.count == 1)
        let calls = old.server.calls.count

        // The end waits when the place changes.
        old.server.fail("/api/annotations", .status(503))
        await sinks.note(deploy().ended())
        _ = await sinks.stepAll()
        await sinks.set([document("grafana", .grafana(dashboardUID: nil, panelID: nil), secret: "new")])
        await old.settle(sinks, limit: .seconds(60))
        #expect(new.annotations.count == 1)
        #expect(new.annotations.first?["timeEnd"] == .int(1_767_225_690_000))
        #expect(new.calls.allSatisfy { $0.method != "PATCH" && $0.method != "PUT" })
        #expect(new.violations == [])
        #expect(old.server.calls.count <= calls + 1)
        for state in await sinks.states() { #expect(state.waiting == 0 && state.deadLetterCount == 0, "\(state)") }
    }

    /// An answer of the old place that comes late is none of the new one.
    @Test func aLateAnswerIsNotKept() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([grafana])
        await sinks.note(deploy())
        let store = SinkStore(stage.database)
        let item = try #require(try await store.next("grafana", gathersAll: false, at: stage.time.now).head)
        try await store.move("grafana", item.id, to: "elsewhere")
        try await store.markTried("grafana", item, seconds: 1)
        try await store.setRemote("grafana", item, "17")
        try await store.settle("grafana", item, remote: "17", told: "x", at: stage.time.now)
        let left = try #require(try await store.next("grafana", gathersAll: false, at: stage.time.now).head)
        #expect(left.target == "elsewhere")
        #expect(left.remote == nil && left.told == nil && left.triedAt == nil)
    }

    /// It is tried again by and by, and said once.
    @Test func aFullDiskIsNoHurry() async throws {
        struct Full: Error {}
        let stage = try await SinkStage()
        let (isFull, tries) = (Locked(false), Locked(0))
        let sinks = await stage.start([webhook]) {
            guard isFull.withLock({ $0 }) else { return }
            tries.withLock { $0 += 1 }
            throw Full()
        }
        isFull.withLock { $0 = true }
        await sinks.note(deploy())
        await sinks.note(deploy().step(20))
        await sinks.note(deploy().step(30))
        #expect(tries.withLock { $0 } == 3)
        #expect(stage.log.withLock { $0 }.count { $0.contains("the queue of the sinks") } == 1)
        let work = Task { await sinks.run() }
        try await Task.sleep(for: .milliseconds(200))
        work.cancel()
        await work.value
        // The worker's own try, the bell's, the cleaning and the lane's step; a spin is thousands.
        #expect(tries.withLock { $0 } < 20)
    }
}
