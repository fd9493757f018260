import Basics
import Delivery
import Document
import History
import HTTPTypes
import Hummingbird
import Kubernetes
import TestKit
import Testing

@testable import Server

/// Server-sent events: what is told to whom, and who is cut.
@Suite struct StreamTests {
    /// What a listener has read; it may stop to read.
    private final class Reader: ResponseBodyWriter, Sendable {
        private struct Heard {
            var text = ""
            /// What has come of an event that is not yet whole.
            var rest: [UInt8] = []
            var events: [(kind: String, data: Value)] = []
        }

        private let heard = Locked(Heard())
        var text: String { heard.withLock { $0.text } }

        func write(_ buffer: ByteBuffer) async throws {
            let bytes = Array(buffer.readableBytesView)
            heard.withLock { heard in
                heard.text += String(decoding: bytes, as: UTF8.self)
                for byte in bytes {
                    guard byte == UInt8(ascii: "\n"), heard.rest.last == byte else {
                        heard.rest.append(byte)
                        continue
                    }
                    if let event = Self.event(heard.rest) { heard.events.append(event) }
                    heard.rest = []
                }
            }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}

        /// An event as the standard for server-sent events writes it; nil for a comment or another field alone.
        private static func event(_ bytes: [UInt8]) -> (kind: String, data: Value)? {
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            guard let kind = lines.first(where: { $0.hasPrefix("event: ") }), let data = lines.first(where: { $0.hasPrefix("data: ") }),
                let value = try? JSON.parse(Array(data.dropFirst(6).utf8))
            else { return nil }
            return (String(kind.dropFirst(7)), value)
        }

        /// The data of the events of a kind.
        func events(_ kind: String) -> [Value] { heard.withLock { $0.events }.filter { $0.kind == kind }.map(\.data) }

        func wait(_ condition: (Reader) -> Bool) async throws {
            for _ in 0..<6000 where !condition(self) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    private func listening(
        _ stage: PageStage, token: String = AutomationStage.token, headers: [(String, String)] = [], _ body: @Sendable (Reader) async throws -> Void
    ) async throws {
        let response = try await stage.call.response("GET", "/api/v1/stream", token: token, headers: headers)
        #expect(response.status == .ok && response.headers[.contentType] == "text/event-stream; charset=utf-8")
        let reader = Reader()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await response.body.write(reader) }
            try await reader.wait { $0.text.hasPrefix("retry: 3000\n\n") }
            try await body(reader)
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    @Test(.timeLimit(.minutes(5))) func changesAndDeploys() async throws {
        let stage = PageStage()
        try await listening(stage) { reader in
            stage.see("shop", [PageStage.sight("front-end", text: "new")], message: "new")
            try await reader.wait { !$0.events("overview").isEmpty }
            let change = try #require(reader.events("overview").first)
            #expect(change["applications"]?.sequence?.map { $0["application"] } == ["shop"] && change["applications"]?[0]?["message"] == "new")
            #expect(change["source"]?["url"] != nil && change["gone"] == [])
            for listener in stage.listeners.withLock({ $0 }) { listener.yield(stage.events.withLock { $0 }[0]) }
            try await reader.wait { !$0.events("deploy").isEmpty }
            #expect(reader.events("deploy").first?["id"] == "01KAK0000000000000000000A1" && reader.events("deploy").first?["changes"] == nil)
            #expect(reader.text.contains("id: 01KAK0000000000000000000A1\nevent: deploy\n"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func onlyWhatOneMaySee() async throws {
        let stage = PageStage()
        try await listening(stage, token: AutomationStage.weakToken) { reader in
            stage.see("hidden", [PageStage.sight("ledger", namespace: "back", text: "new")], message: "new")
            for event in stage.events.withLock({ $0 }) { for listener in stage.listeners.withLock({ $0 }) { listener.yield(event) } }
            stage.see("shop", [PageStage.sight("front-end", text: "new")], message: "new")
            try await reader.wait { !$0.events("overview").isEmpty && $0.events("deploy").count >= 2 }
            #expect(reader.events("deploy").map { $0["workload"]?["name"] } == ["front-end", "cart"])
            let text = reader.text
            for word in ["ledger", "orders", "hidden"] { #expect(!text.contains(word), "\(word)") }
        }
    }

    @Test(.timeLimit(.minutes(5))) func goesOnAfterTheLastEvent() async throws {
        let stage = PageStage()
        stage.events.withLock { events in
            for index in events.indices where events[index].id.hasSuffix("A1") { events[index].endedAt = Timestamp(milliseconds: 1) }
        }
        try await listening(stage, headers: [("Last-Event-ID", "01KAK0000000000000000000A2")]) { reader in
            try await reader.wait { $0.events("deploy").count >= 3 }
            #expect(reader.events("deploy").map { $0["id"]?.string?.suffix(2) } == ["A2", "A3", "A4"])
        }
        try await listening(stage, headers: [("Last-Event-ID", "<script>")]) { reader in
            try await Task.sleep(for: .milliseconds(50))
            #expect(reader.events("deploy").isEmpty)
        }
    }

    /// What ended while the way was cut had begun before the last that was heard of.
    @Test(.timeLimit(.minutes(5))) func whatEndedMeanwhileIsTold() async throws {
        let stage = PageStage()
        let last = ULID(at: PageStage.began.adding(.seconds(10)), random: RandomSource(seed: 1)).description
        var events = [PageStage.event(last, "front-end", text: "x")]
        for (seconds, end) in [(-600, -300), (-60, 30), (-30, 5)] as [(Int, Int)] {
            var event = PageStage.event(
                ULID(at: PageStage.began.adding(.seconds(seconds)), random: RandomSource(seed: UInt64(bitPattern: Int64(seconds)))).description, "front-end", text: "x")
            event.endedAt = PageStage.began.adding(.seconds(end))
            events.append(event)
        }
        // Many of a namespace that this listener does not see must not take their places.
        for number in 0..<400 {
            events.append(
                PageStage.event(
                    ULID(at: PageStage.began.adding(.seconds(20)), random: RandomSource(seed: UInt64(number &+ 9))).description, "ledger", namespace: "back", text: "x"))
        }
        let ended = events[2].id
        stage.events.withLock { [events] in $0 = events }
        try await listening(stage, token: AutomationStage.weakToken, headers: [("Last-Event-ID", last)]) { reader in
            try await reader.wait { $0.events("deploy").count >= 2 }
            #expect(reader.events("deploy").compactMap { $0["id"]?.string } == [ended, last])
        }
    }

    /// More than the pipe has room for.
    @Test(.timeLimit(.minutes(5))) func goesOnAfterALongTime() async throws {
        let stage = PageStage()
        let made = (10..<90).map { PageStage.event("01KAK000000000000000000B\($0)", "front-end", text: "x") }
        stage.events.withLock { $0 = made }
        try await listening(stage, headers: [("Last-Event-ID", "01KAK000000000000000000B10")]) { reader in
            try await reader.wait { $0.events("deploy").count >= made.count }
            #expect(reader.events("deploy").map { $0["id"]?.string } == made.map(\.id))
            stage.see("shop", [PageStage.sight("front-end", text: "new")], message: "new")
            try await reader.wait { !$0.events("overview").isEmpty }
            #expect(!reader.events("overview").isEmpty, "the stream goes on")
        }
    }

    /// However many listen, and whether what changes is theirs to see or not.
    @Test(.timeLimit(.minutes(5))) func aBurstIsOneLook() async throws {
        let stage = PageStage()
        let builds = Locked(0)
        var view = stage.daemon()
        view.overview = Overview(
            board: stage.board,
            source: {
                builds.withLock { $0 += 1 }
                return ["url": "x", "revision": "main"]
            }, statuses: { [statuses = stage.statuses] in statuses.withLock { $0 } }, hasPrometheus: false, time: stage.time)
        let call = RouterCall(view)
        let readers = [Reader(), Reader(), Reader()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in readers {
                let response = try await call.response("GET", "/api/v1/stream", token: AutomationStage.weakToken)
                group.addTask { try await response.body.write(reader) }
                try await reader.wait { $0.text.hasPrefix("retry: 3000\n\n") }
            }
            builds.withLock { $0 = 0 }
            let clock = ContinuousClock()
            let start = clock.now
            for number in 0..<500 {
                stage.see("hidden", [PageStage.sight("ledger", namespace: "back", text: "\(number)")], message: "x")
                try await Task.sleep(for: .milliseconds(1))
            }
            stage.see("hidden", [PageStage.sight("ledger", namespace: "shop", text: "last")], message: "x")
            for reader in readers {
                try await reader.wait { $0.events("overview").last?["applications"]?[0]?["workloads"]?[0]?["message"] == "last" }
                #expect(reader.events("overview").count == 1)
            }
            let most = Int((clock.now - start) / .milliseconds(250)) + 2
            #expect(builds.withLock { $0 } <= most, "\(builds.withLock { $0 }) of \(most)")
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    @Test func atMostTwoHundred() async throws {
        let call = PageStage().call
        var open: [Response] = []
        for _ in 0..<200 { open.append(try await call.response("GET", "/api/v1/stream", token: AutomationStage.token)) }
        #expect(open.allSatisfy { $0.status == .ok })
        #expect(try await call("GET", "/api/v1/stream", token: AutomationStage.token).status == 503)
        open.removeLast()
        #expect(try await call.response("GET", "/api/v1/stream", token: AutomationStage.token).status == .ok, "a place that is left is free")
    }

    /// A token that was taken back ends what it began.
    @Test(.timeLimit(.minutes(5))) func permissionIsAskedAgain() async throws {
        struct Revocable: Authority {
            let isKnown: Locked<Bool>
            func caller(token: String) async throws(AccessError) -> Caller? { isKnown.withLock { $0 } ? Caller(name: "ada") : nil }
            func isAllowed(
                _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
            ) async throws(AccessError) -> Bool { true }
        }
        let time = VirtualTime()
        let isKnown = Locked(true)
        var view = PageStage(time: time).daemon()
        view.access = AccessControl([Revocable(isKnown: isKnown)])
        let response = try await RouterCall(view).response("GET", "/api/v1/stream", token: "x")
        let reader = Reader()
        let isOver = Locked(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await response.body.write(reader)
                isOver.withLock { $0 = true }
            }
            for _ in 0..<3000 where !reader.text.contains("\n: \n\n") {
                await time.advance(by: .seconds(15))
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(!isOver.withLock { $0 } && reader.text.contains("\n: \n\n"), "a quiet stream has heartbeats")
            isKnown.withLock { $0 = false }
            for _ in 0..<3000 where !isOver.withLock({ $0 }) {
                await time.advance(by: .seconds(15))
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(isOver.withLock { $0 })
            group.cancelAll()
        }
    }

    @Test func whoIsBehindIsCut() {
        let client = StreamClient()
        for number in 0..<StreamClient.longestQueue {
            var event = PageStage.event("\(number)", "front-end", text: "x")
            event.outcome = .running
            client.note(deploy: event)
            event.outcome = .succeeded
            client.note(deploy: event)
            client.note(application: "shop")
        }
        let news = client.take()
        #expect(news?.deploys.count == StreamClient.longestQueue && news?.changed == ["shop"], "an event's newest state says all")
        #expect(news?.deploys.allSatisfy { $0.outcome == .succeeded } == true)
        for number in 0...StreamClient.longestQueue { client.note(deploy: PageStage.event("\(number)", "front-end", text: "x")) }
        #expect(client.take() == nil)
        // Nobody waits for one who does not take what is written.
        let slow = StreamClient()
        slow.writes(since: .seconds(10))
        #expect(!slow.isStuck(at: .seconds(29), limit: .seconds(20)) && slow.isStuck(at: .seconds(31), limit: .seconds(20)))
        slow.writes(since: nil)
        #expect(!slow.isStuck(at: .seconds(99), limit: .seconds(20)))
    }
}
