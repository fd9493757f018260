import Basics
import Delivery
import Document
import HTTP
import Kubernetes
import TestKit
import Testing

@testable import History

/// Text from outside stays text, and secrets stay secret.
@Suite struct SinkSecretTests {
    static let hostile: [String] = [
        "<!channel>", "<!here|here>", "<!everyone>", "<@U012AB3CD>", "<#C123|general>", "<!subteam^S123>", "<https://evil.example|ok>", "@channel", "@here all",
        "&lt;!channel&gt;", "& < >", "*bold* _it_ ~no~ `code`", "```\nblock\n```", ":tada: :fire:", "</a><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>", "' onmouseover='alert(1)", "javascript:alert(1)", "[link](javascript:alert(1))", "{{constructor.constructor('alert(1)')()}}",
        "${jndi:ldap://evil/a}", "$(rm -rf /)", "`id`", "'; DROP TABLE sinkItem; --", "\u{0}\u{1}\u{2}", "\u{1b}[31mred\u{1b}[0m", "line\r\nX-Evil: 1", "a\nb\nc",
        "\u{202e}gnp.exe", "\u{200b}\u{feff}zero", "\u{2028}\u{2029}", "🦅🏳️‍🌈", "\u{d7ff}\u{e000}", String(repeating: "A", count: 5000), String(repeating: "&", count: 3000),
        "\\u003c!channel\\u003e", "%3Cscript%3E", "{\"ok\":false}", "deploy-id:01HZX0000000000000000000A1", "=cmd|' /C calc'!A0", "../../../etc/passwd", "<!date^1^{date}|x>",
    ]

    @Test(arguments: hostile) func hostileTextStaysText(_ text: String) async throws {
        var event = deploy(subject: text)
        event.commits = [.init(id: commitID, author: "\(text) <a@b>", subject: text, time: event.startedAt)]
        event.images = [.init(container: text, from: text, to: text)]
        event.reason = text
        event.steps = [.init(at: event.startedAt, phase: text, step: 1, weight: 5, message: text)]
        event.cause = .init(.automation, by: text)
        event.workload?.name = text
        let stage = try await SinkStage()
        let sinks = await stage.start(allSinks)
        await sinks.note(event)
        await sinks.note(event.ended(.failed, reason: text))
        await stage.settle(sinks)
        #expect(stage.server.violations == [])
        #expect(stage.server.messages.count == 1)
        #expect(stage.server.annotations.count == 1)
        let message = try #require(stage.server.messages.first)
        for text in [message["text"]?.string, message["blocks"]?[0]?[path: "text", "text"]?.string] {
            let text = try #require(text)
            #expect(!text.contains("<") && !text.contains(">"))
            #expect(text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy { $0.hasPrefix("amp;") || $0.hasPrefix("lt;") || $0.hasPrefix("gt;") })
        }
        // The only markup is our own link.
        let annotation = try #require(stage.server.annotations.first?["text"]?.string)
        #expect(annotation.split(separator: "<", omittingEmptySubsequences: false).count == 3)
        #expect(annotation.hasSuffix("<a href=\"https://martlet.example.com/history/\(event.id)\">\(event.id)</a>"))
        #expect(stage.server.annotations.first?["tags"]?.sequence?.count { $0.string?.hasPrefix("deploy-id:") == true } == 1)
        // A webhook's data is the event as it is.
        #expect(stage.server.webhooks.first?[path: "data", "reason"]?.string == text)
    }

    static let answers: [(String, SinkServer.Fault)] = ["/api/chat", "/api/annotations", "/repos", "/projects", "/hook"].flatMap { part -> [(String, SinkServer.Fault)] in
        ["MARKER-token-4711", "TUFSS0VSLXRva2VuLTQ3MTE=", "4d41524b45522d746f6b656e2d34373131", "MARKER%2Dtoken%2D4711"].flatMap { form -> [(String, SinkServer.Fault)] in
            let body = "{\"ok\":false,\"error\":\"bad \(form) here\",\"message\":\"bad \(form) here\"}"
            return [(part, .status(400, headers: ["X-Echo": form], body: body)), (part, .status(500, headers: [:], body: body)), (part, .status(200, headers: [:], body: body))]
        }
    }

    @Test(arguments: answers) func anAnswerThatEchoesTheTokenIsNotShown(_ part: String, _ fault: SinkServer.Fault) async throws {
        let stage = try await SinkStage()
        for name in ["sinks", "hook"] {
            var data = stage.secret(name) ?? [:]
            data["token"] = Array("MARKER-token-4711".utf8)
            data["secret"] = Array("MARKER-signing-key".utf8)
            data["url"] = Array((String(decoding: data["url"] ?? [], as: UTF8.self) + "/MARKER-in-the-path").utf8)
            data["extra"] = Array("MARKER-extra".utf8)
            stage.setSecret(name, data)
        }
        let sinks = await stage.start(allSinks)
        stage.server.fail(part, fault)
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(10))
        let said = (stage.log.withLock { $0 } + (await sinks.states()).map { JSON.text($0.value) }).joined(separator: "\n")
        let bodies = stage.server.calls.map { String(decoding: $0.body, as: UTF8.self) }.joined(separator: "\n")
        for text in [said, bodies] {
            for form in ["marker", "tufss0vslx", "4d41524b4552", "tufss0vs"] { #expect(!text.lowercased().contains(form), "\(form) in \(text)") }
        }
        #expect(said.contains("127.0.0.1"))
    }

    @Test func anAddressWithAPasswordIsNotShown() async throws {
        let stage = try await SinkStage()
        let host = stage.server.url.dropFirst("http://".count)
        stage.setSecret("sinks", ["url": Array("http://me:MARKER-password@\(host)/".utf8)])
        let sinks = await stage.start([grafana])
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(5))
        // The server wants a token, and says no to "Basic …".
        #expect(stage.server.calls.first?.headers["Authorization"]?.hasPrefix("Basic ") == true)
        let said = (stage.log.withLock { $0 } + (await sinks.states()).map { JSON.text($0.value) }).joined(separator: "\n")
        #expect(!said.contains("MARKER"))
        #expect(said.contains("status 401"))
    }

    /// What is cut off is searched, too: else the first part of a secret that stands across the end would be seen.
    @Test(arguments: [("/repos", github), ("/api/annotations", grafana)]) func aSecretAcrossTheEndIsNotShown(_ part: String, _ document: NotificationDocument) async throws {
        for length in stride(from: 120, through: 200, by: 8) {
            let stage = try await SinkStage()
            var data = stage.secret("sinks") ?? [:]
            data["token"] = Array("MARKER-token-\(String(repeating: "4711", count: 20))".utf8)
            stage.setSecret("sinks", data)
            let sinks = await stage.start([document])
            let text = String(repeating: "x", count: length) + String(decoding: data["token"] ?? [], as: UTF8.self)
            stage.server.fail(part, .status(400, headers: [:], body: "{\"message\":\"\(text)\"}"))
            await sinks.note(deploy())
            await stage.settle(sinks, limit: .seconds(1))
            let said = (stage.log.withLock { $0 } + (await sinks.states()).map { JSON.text($0.value) }).joined(separator: "\n")
            #expect(said.contains("refuses it"))
            #expect(!said.contains("MARKER"), "after \(length)")
        }
    }

    /// The header that a user and a password make is as good as they are.
    @Test func credentialsInAHeaderAreNotShown() throws {
        let account = try SinkAccount(grafana, data: ["url": Array("https://me:hunter2@g.example/".utf8)])
        for text in ["Basic bWU6aHVudGVyMg==", "bWU6aHVudGVyMg", "me:hunter2", "6d653a68756e74657232", "QmFzaWMgYldVNmFIVnVkR1Z5TWc9PQ"] {
            #expect(account.shown("it said \(text)!") == nil, "\(text)")
        }
        #expect(account.shown("it said no") == "it said no")
    }

    @Test func credentialsGoToTheSecretsOwnAddressAlone() async throws {
        let stage = try await SinkStage(), other = try await SinkServer()
        // A redirect is not followed.
        stage.server.fail("/api", .status(307, headers: ["Location": other.url + "/api/annotations"]))
        let sinks = await stage.start([grafana])
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(5))
        #expect(other.calls.isEmpty)
        // What git says is only asked without any.
        let open = await stage.start([document("open", .webhook, secret: nil, url: "\(other.url)/hook")])
        await open.note(deploy())
        await stage.settle(open, limit: .seconds(5))
        let call = try #require(other.calls.first)
        #expect(call.headers["Authorization"] == nil)
        #expect(call.headers["webhook-signature"] == nil)
    }

    static let accounts: [(NotificationDocument, [String: String], String?)] = [
        (slack, ["token": "x"], "https://slack.com"), (github, ["token": "x"], "https://api.github.com"), (gitlab, ["token": "x"], "https://gitlab.com"),
        (slack, ["token": "x", "url": "https://proxy.example.com/"], "https://proxy.example.com"), (slack, [:], nil), (grafana, ["token": "x"], nil),
        (grafana, ["url": "ftp://x"], nil), (grafana, ["url": "not a url"], nil), (webhook, ["url": "https://a.example/hook/"], "https://a.example/hook/"),
        (grafana, ["url": " https://g.example/sub/ \n"], "https://g.example/sub"),
    ]

    @Test(arguments: accounts) func addresses(_ document: NotificationDocument, _ data: [String: String], _ base: String?) throws {
        let found = try? SinkAccount(document, data: data.mapValues { Array($0.utf8) })
        #expect(found?.base == base)
    }

    @Test func aMissingSecretIsSaidAndWaitedFor() async throws {
        let stage = try await SinkStage()
        let data = stage.secret("sinks")
        stage.setSecret("sinks", nil)
        let sinks = await stage.start([slack])
        await sinks.note(deploy())
        await stage.settle(sinks, limit: .seconds(10))
        #expect(await sinks.states().first?.lastError == "the Secret \"sinks\" cannot be read: make it in Martlet's own namespace")
        stage.setSecret("sinks", data)
        try await sinks.retry("slack")
        await stage.settle(sinks, limit: .seconds(10))
        #expect(stage.server.messages.count == 1)
    }

    /// The example of the Standard Webhooks specification's reference implementation.
    @Test func signature() throws {
        let document = document("hook", .webhook)
        let account = try SinkAccount(document, data: ["url": Array("https://a.example/".utf8), "secret": Array("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8)])
        let body = Array("{\"test\": 2432232314}".utf8)
        let signature = CloudEvent.signature(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body, key: try #require(account.signingKey))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }
}
