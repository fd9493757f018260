import Basics
import Delivery
import Document
import HTTP
import TestKit
import Testing

@testable import History

/// The program ends at every place where it waits: before and after each access to the disk, before a request is sent,
/// and after the sink did what it asks and before its answer is read. A new one goes on with the same file.
@Suite struct SinkCrashTests {
    private struct Dead: Error {}

    /// Counts the places, and ends everything from the given one on.
    private final class World: Sendable {
        private let left: Locked<Int>

        init(steps: Int) { left = Locked(steps) }

        var isOver: Bool { left.withLock { $0 <= 0 } }

        func pass() -> Bool {
            left.withLock { left in
                left -= 1
                return left > 0
            }
        }
    }

    private struct MortalTransport: HTTPTransport {
        let world: World
        let inner = CurlTransport(userAgent: "martlet-test")

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            guard world.pass() else { throw .cancelled }
            let response = try await inner.send(request)
            let bytes = try await response.body.collect(limit: 1 << 20)
            guard world.pass() else { throw .cancelled }
            return HTTPResponse(status: response.status, headers: response.headers, body: HTTPBody(bytes))
        }
    }

    /// - Returns: whether it lived to the end.
    private func live(_ stage: SinkStage, _ documents: [NotificationDocument], steps: Int) async throws -> Bool {
        let world = World(steps: steps)
        let mortal = await stage.start(documents, transport: MortalTransport(world: world)) { if !world.pass() { throw Dead() } }
        for event in [deploy(), deploy().step(20), deploy().step(20).ended(.rolledBack, reason: "errors")] {
            await mortal.note(event)
            for _ in 0..<40 where !world.isOver {
                guard let wait = await mortal.stepAll(), wait < .seconds(100) else { break }
                if wait > .zero { await stage.time.advance(by: wait) }
            }
            if world.isOver { break }
        }
        let lived = !world.isOver
        // The history tells the events of the last day again.
        let second = await stage.start(documents)
        await second.note(deploy().step(20).ended(.rolledBack, reason: "errors"))
        await stage.settle(second, limit: .seconds(60))
        return lived
    }

    @Test(arguments: ["grafana", "slack", "webhook", "github", "gitlab"]) func nothingIsDoubledOrLost(_ kind: String) async throws {
        let documents = allSinks.filter { $0.name == kind }
        var ends = 0
        // Where one message is edited every place counts.
        for steps in stride(from: 1, to: 120, by: ["grafana", "slack"].contains(kind) ? 1 : 4) {
            let stage = try await SinkStage()
            let lived = try await live(stage, documents, steps: steps)
            let place = "\(kind), ended at \(steps)"
            #expect(stage.server.violations == [], "\(place)")
            switch kind {
            case "grafana":
                #expect(stage.server.annotations.count == 1, "\(place)")
                #expect(stage.server.annotations.first?["timeEnd"]?.int != nil, "\(place)")
            case "slack":
                #expect(stage.server.messages.count == 1, "\(place)")
                #expect(stage.server.messages.first?["text"]?.string?.contains("was rolled back") == true, "\(place)")
            case "webhook":
                // At least once, and known by its id when it comes again.
                let ids = stage.server.webhooks.filter { $0["type"] == "dev.martlet.deploy.ended" }.compactMap { $0["id"]?.string }
                #expect(Set(ids).count == 1, "\(place)")
            default: #expect(["failure", "failed"].contains(stage.server.statuses.last?.body["state"]?.string), "\(place)")
            }
            await stage.server.stop()
            ends = steps
            if lived { break }
        }
        #expect((15..<119).contains(ends), "\(ends)")
    }

    @Test(arguments: ["grafana", "slack"]) func aStormIsNotDoubledEither(_ kind: String) async throws {
        let documents = allSinks.filter { $0.name == kind }
        let events = (0..<22).map { deploy("01HZX000000000000000000\(1000 + $0)", name: "web-\($0)", at: Int64($0)) }
        for steps in stride(from: 44, to: 160, by: 11) {
            let stage = try await SinkStage()
            let world = World(steps: steps)
            let mortal = await stage.start(documents, transport: MortalTransport(world: world)) { if !world.pass() { throw Dead() } }
            for states in [events, events.map { $0.ended() }] {
                for event in states where !world.isOver { await mortal.note(event) }
                for _ in 0..<30 where !world.isOver {
                    guard let wait = await mortal.stepAll(), wait < .seconds(100) else { break }
                    if wait > .zero { await stage.time.advance(by: wait) }
                }
            }
            let second = await stage.start(documents)
            for event in events { await second.note(event.ended()) }
            await stage.settle(second, limit: .seconds(90))
            let place = "\(kind), ended at \(steps)"
            #expect(stage.server.violations == [], "\(place)")
            if kind == "slack" {
                #expect(stage.server.messages.count == 1, "\(place)")
                #expect(stage.server.messages.first?["text"]?.string?.contains("22 succeeded") == true, "\(place)")
            } else {
                #expect(stage.server.annotations.count == 1, "\(place)")
                #expect(stage.server.annotations.first?["timeEnd"]?.int != nil, "\(place)")
            }
            await stage.server.stop()
        }
    }

    @Test func withoutTheScopeToLookSlackMayDoubleOnce() async throws {
        let stage = try await SinkStage()
        stage.server.forbidHistory()
        stage.server.fail("postMessage", .cutAfter)
        let sinks = await stage.start([slack])
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(60))
        #expect(stage.server.messages.count == 2)
        await sinks.note(deploy().ended())
        await stage.settle(sinks, limit: .seconds(60))
        #expect(stage.server.messages.count == 2)
        #expect(stage.server.violations == [])
    }

    @Test func anotherChannelBeginsAnew() async throws {
        let stage = try await SinkStage()
        let first = await stage.start([slack])
        await first.note(deploy())
        await stage.settle(first)
        let second = await stage.start([document("slack", .slack(channel: "C0OTHER"))])
        await second.note(deploy().ended())
        await stage.settle(second)
        #expect(stage.server.messages.compactMap { $0["channel"]?.string } == ["C0123456", "C0OTHER"])
        #expect(stage.server.violations == [])
    }

    @Test func aBackoffOutlivesTheProgram() async throws {
        let stage = try await SinkStage()
        let first = await stage.start([webhook])
        stage.server.fail("/hook", .status(429, headers: ["Retry-After": "600"]))
        await first.note(deploy())
        await stage.settle(first, limit: .seconds(5))
        let second = await stage.start([webhook])
        await stage.settle(second, limit: .seconds(500))
        #expect(stage.server.calls.count == 1)
        await stage.settle(second, limit: .seconds(120))
        #expect(stage.server.calls.count == 2)
    }
}
