import Basics
import Delivery
import Document
import HTTP
import Logging
import TestKit
import Testing

@testable import History

/// Each sink over the real client, against servers that hold every call against the documented API.
@Suite struct SinkDeliveryTests {
    @Test func oneDeployFromStartToEnd() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        await sinks.note(deploy())
        await stage.settle(sinks)
        #expect(stage.server.violations == [])
        let annotation = try #require(stage.server.annotations.first)
        #expect(annotation["time"] == .int(1_767_225_600_000))
        #expect(annotation["timeEnd"] == nil)
        #expect(
            annotation["tags"] == [
                "deploy", "deploy-id:01HZX0000000000000000000A1", "app:shop", "workload:front-end", "namespace:sock-shop", "cluster:prod", "rev:1a2b3c4",
            ])
        #expect(annotation["text"]?.string?.contains("1a2b3c4 Make the till faster (Ada)\nweb: shop/web:1 → shop/web:2") == true)
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string == "deployment/front-end in sock-shop is being deployed: main@1a2b3c4 (prod)")
        #expect(stage.server.statuses.map(\.place).sorted() == ["acme/shop \(commitID)", "acme/web/shop \(commitID)"])
        #expect(Set(stage.server.statuses.compactMap { $0.body["state"]?.string }) == ["pending", "running"])

        // Steps change Slack's message and go to the webhook; the graph and the commit have nothing new to show.
        await sinks.note(deploy().step(25))
        await stage.settle(sinks)
        #expect(stage.server.calls.count { $0.path == "/api/chat.update" } == 1)
        #expect(stage.server.calls.count { $0.method == "PATCH" } == 0)
        #expect(stage.server.statuses.count == 2)

        await sinks.note(deploy().step(25).ended())
        await stage.settle(sinks)
        #expect(stage.server.annotations.count == 1)
        #expect(stage.server.annotations.first?["timeEnd"] == .int(1_767_225_690_000))
        #expect(stage.server.annotations.first?["tags"]?.sequence?.last == "outcome:succeeded")
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.messages.first?["text"]?.string?.contains("is deployed") == true)
        #expect(stage.server.statuses.compactMap { $0.body["state"]?.string }.suffix(2) == ["success", "success"])
        #expect(stage.server.statuses.first { $0.place.hasPrefix("acme/shop") }?.body["context"]?.string == "martlet/prod/shop/sock-shop/deployment/front-end")
        let hooks = stage.server.webhooks
        #expect(hooks.compactMap { $0["type"]?.string } == ["dev.martlet.deploy.started", "dev.martlet.deploy.changed", "dev.martlet.deploy.ended"])
        #expect(Set(hooks.compactMap { $0["id"]?.string }).count == 3)
        #expect(hooks.last?[path: "data", "outcome"] == "succeeded")
        #expect(stage.server.violations == [])
        for state in await sinks.states() { #expect(state.waiting == 0 && state.lastError == nil && state.deadLetterCount == 0, "\(state)") }

        // Telling it all again changes nothing.
        let count = stage.server.calls.count
        await sinks.note(deploy().step(25).ended())
        await stage.settle(sinks)
        #expect(stage.server.calls.count == count)
    }

    /// How long it took stands wherever the end is told.
    @Test func howLongItTook() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        await sinks.note(deploy())
        await stage.settle(sinks)
        #expect(stage.server.webhooks.last?[path: "data", "duration"] == .null)
        #expect(stage.server.annotations.first?["text"]?.string?.contains("took") == false)
        await sinks.note(deploy().ended())
        await stage.settle(sinks)
        #expect(stage.server.webhooks.last?[path: "data", "duration"] == 90)
        #expect(stage.server.annotations.first?["text"]?.string?.contains("\ntook 1m30s") == true)
        #expect(stage.server.messages.first?["blocks"]?[0]?[path: "text", "text"]?.string?.contains("\ntook 1m30s") == true)
        #expect(stage.server.statuses.suffix(2).allSatisfy { $0.body["description"]?.string == "is deployed after 1m30s" })
    }

    /// What gave way to a newer version has not failed.
    @Test func whatWasSupersededHasNoCross() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        await sinks.note(deploy().ended(.superseded, reason: "main@2b3c4d5 came before it was done"))
        await stage.settle(sinks)
        #expect(stage.server.statuses.first { $0.place.hasPrefix("acme/shop") }?.body["state"] == "success")
        #expect(stage.server.statuses.first { $0.place.hasPrefix("acme/web") }?.body["state"] == "canceled")
        #expect(stage.server.statuses.allSatisfy { $0.body["description"]?.string?.hasPrefix("is superseded") == true })
    }

    @Test func startAndEndWhileItWasDown() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([grafana, slack, webhook])
        for part in ["/api/annotations", "/api/chat", "/hook"] { stage.server.fail(part, .status(503), .status(503), .status(503)) }
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(3))
        await sinks.note(deploy().step(10))
        await sinks.note(deploy().step(10).ended(.failed, reason: "pods crash"))
        await stage.settle(sinks, limit: .seconds(300))
        #expect(stage.server.violations == [])
        #expect(stage.server.annotations.count == 1)
        #expect(stage.server.annotations.first?["timeEnd"]?.int != nil)
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.webhooks.last?["type"] == "dev.martlet.deploy.ended")
        #expect(Set(stage.server.webhooks.compactMap { $0["type"]?.string }).contains("dev.martlet.deploy.changed") == false)
    }

    static let troubles: [(String, [SinkServer.Fault])] = [
        ("429", [.status(429, headers: ["Retry-After": "40"])]), ("500", [.status(500), .status(500)]), ("503", [.status(503)]),
        ("408", [.status(408)]), ("425", [.status(425)]), ("cut before", [.cutBefore, .cutBefore]), ("cut after", [.cutAfter, .cutAfter]), ("hang", [.hang]),
    ]

    @Test(arguments: troubles) func troubleIsSurvived(_ name: String, _ faults: [SinkServer.Fault]) async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks, timeout: name == "hang" ? .milliseconds(800) : .seconds(30))
        for fault in faults { for part in ["/api/annotations", "/api/chat", "/hook", "/repos", "/projects"] { stage.server.fail(part, fault) } }
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(300))
        await sinks.note(deploy().ended())
        await stage.settle(sinks, limit: .seconds(300))
        #expect(stage.server.violations == [], "\(name)")
        #expect(stage.server.annotations.count == 1, "\(name)")
        #expect(stage.server.annotations.first?["timeEnd"]?.int != nil)
        #expect(stage.server.messages.count == 1, "\(name)")
        #expect(stage.server.messages.first?["text"]?.string?.contains("is deployed") == true)
        #expect(stage.server.webhooks.last?["type"] == "dev.martlet.deploy.ended")
        #expect(Set(stage.server.statuses.map(\.place)).count == 2)
        #expect(stage.server.statuses.last?.body["state"] == "success")
        for state in await sinks.states() { #expect(state.waiting == 0 && state.deadLetterCount == 0 && state.lastError == nil, "\(name): \(state)") }
    }

    @Test func retryAfterIsHonored() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([slack])
        stage.server.fail("/api/chat", .status(429, headers: ["Retry-After": "120"]))
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(100))
        #expect(stage.server.calls.count == 1)
        let state = try #require(await sinks.states().first)
        #expect(state.waiting == 1)
        #expect(state.lastError == "127.0.0.1:\(stage.server.url.split(separator: ":").last ?? ""): status 429")
        #expect(state.nextTry != nil)
        await stage.settle(sinks, limit: .seconds(40))
        #expect(stage.server.messages.count == 1)
    }

    @Test func backoffGrowsToAQuarterOfAnHourAndADayIsTheEnd() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([webhook])
        for _ in 0..<400 { stage.server.fail("/hook", .status(503)) }
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(3 * 3600))
        let early = stage.server.calls.count
        // Three hours in steps of at most a quarter of one, after some short ones.
        #expect((18...45).contains(early), "\(early)")
        await stage.settle(sinks, limit: .seconds(22 * 3600))
        #expect(stage.server.calls.count < 250)
        let state = try #require(await sinks.states().first)
        #expect(state.waiting == 0)
        #expect(state.deadLetterCount == 1)
        #expect(state.deadLetters.first?.reason.contains("status 503") == true)
        #expect(state.deadLetters.first?.workload == "deployment.apps/front-end -n sock-shop")
        stage.server.heal()
        #expect(try await sinks.retry("webhook", id: "nonsense") == 0)
        #expect(try await sinks.retry("webhook") == 1)
        #expect(try await sinks.retry("nobody") == nil)
        await stage.settle(sinks)
        #expect(stage.server.webhooks.last?["type"] == "dev.martlet.deploy.started")
        #expect(try #require(await sinks.states().first).deadLetterCount == 0)
    }

    @Test func oneThatIsDownDelaysNobodyElse() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        for _ in 0..<50 { stage.server.fail("/api/chat", .cutBefore) }
        for number in 0..<5 { await sinks.note(deploy("01HZX0000000000000000000B\(number)", name: "web-\(number)")) }
        await stage.settle(sinks, limit: .seconds(5))
        #expect(stage.server.annotations.count == 5)
        #expect(stage.server.webhooks.count == 5)
        // Breaking connections takes others with it: a status may be said twice.
        #expect(Set(stage.server.statuses.map { "\($0.place) \(JSON.text($0.body))" }).count == 10)
        #expect(await sinks.states().map(\.waiting) == [0, 0, 0, 5, 0])
    }

    @Test func aPoisonousMessageLetsOthersPass() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([grafana])
        for _ in 0..<12 { stage.server.fail("POST", .status(500)) }
        await sinks.note(deploy("01HZX0000000000000000000C1"))
        await sinks.note(deploy("01HZX0000000000000000000C2", name: "other"))
        await stage.settle(sinks, limit: .seconds(3600))
        #expect(stage.server.annotations.count == 2)
        #expect(stage.server.violations == [])
    }

    static let refusals: [(String, SinkServer.Fault, String)] = [
        ("/hook", .status(410), "refuses it: status 410"), ("/hook", .status(302, headers: ["Location": "http://127.0.0.1:1/"]), "status 302: it redirects"),
        ("/api/chat", .status(200, body: #"{"ok":false,"error":"channel_not_found"}"#), "refuses it: channel_not_found"),
        ("/repos", .status(422, body: #"{"message":"No commit found for SHA"}"#), "status 422, \"No commit found for SHA\""),
        ("/api/annotations", .status(403, body: #"{"message":"Permission denied"}"#), "status 403, \"Permission denied\""),
    ]

    @Test(arguments: refusals) func aRefusalIsFinal(_ part: String, _ fault: SinkServer.Fault, _ says: String) async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        stage.server.fail(part, fault)
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(60))
        let dead = await sinks.states().flatMap(\.deadLetters)
        #expect(dead.count == 1)
        #expect(dead.first?.reason.contains(says) == true, "\(dead)")
        // What comes after is told; and of this one the next state has its own chance.
        await sinks.note(deploy().ended())
        await stage.settle(sinks, limit: .seconds(60))
        #expect(await sinks.states().allSatisfy { $0.deadLetterCount == 0 })
        #expect(stage.server.violations == [])
    }

    @Test func whatSomebodyDeletedStaysAway() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([grafana, slack])
        await sinks.note(deploy())
        await stage.settle(sinks)
        stage.server.deleteMessages()
        stage.server.deleteAnnotations()
        await sinks.note(deploy().ended())
        await stage.settle(sinks)
        #expect(stage.server.messages.isEmpty)
        #expect(stage.server.annotations.isEmpty)
        #expect(await sinks.states().allSatisfy { $0.waiting == 0 && $0.deadLetterCount == 0 })
    }

    @Test func aDashboardAndItsPanel() async throws {
        let stage = try await SinkStage()
        let sinks = await stage.start([document("grafana", .grafana(dashboardUID: "abc", panelID: 7))])
        await sinks.note(deploy())
        await sinks.note(deploy().ended())
        await stage.settle(sinks)
        #expect(stage.server.annotations.first?["dashboardUID"] == "abc")
        #expect(stage.server.annotations.first?["panelId"] == 7)
        #expect(stage.server.violations == [])
    }

    @Test func itRunsOnItsOwn() async throws {
        let stage = try await SinkStage()
        let sinks = Sinks(
            store: SinkStore(stage.database), secret: { stage.secret($0) }, transport: CurlTransport(userAgent: "martlet-test"), time: SystemTime(),
            random: RandomSource(), logger: .init(label: "sinks") { _ in RecordingLog(lines: stage.log) })
        let running = Task { await sinks.run() }
        var event = deploy()
        event.startedAt = SystemTime().now
        await sinks.note(event)
        sinks.note(ProgressEvent.notifications([slack, grafana]))
        for _ in 0..<3000 where stage.server.messages.isEmpty || stage.server.annotations.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(stage.server.messages.count == 1)
        sinks.note(ProgressEvent.notifications([grafana]))
        await sinks.note(event.ended())
        for _ in 0..<3000 where stage.server.annotations.first?["timeEnd"] == nil { try await Task.sleep(for: .milliseconds(20)) }
        #expect(stage.server.annotations.first?["timeEnd"] != nil)
        #expect(stage.server.messages.first?["text"]?.string?.contains("being deployed") == true)
        running.cancel()
        await running.value
        #expect(stage.server.violations == [])
    }
}
