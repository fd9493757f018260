import Basics
import Document
import HTTP
import Kubernetes
import TestKit
import Testing

@testable import Cluster

@Suite(.timeLimit(.minutes(10))) struct ClusterClientTests {
    private let a = configMap("a", version: "1"), b = configMap("b", version: "2"), c = configMap("c", version: "3")

    @Test func versionOfAManagedCluster() async throws {
        let client = client(ScriptedTransport([.json(#"{"major":"1","minor":"20+","gitVersion":"v1.20.7-eks"}"#)]))
        #expect(try await client.serverVersion() == ServerVersion(gitVersion: "v1.20.7-eks", major: 1, minor: 20))
    }

    @Test func aListComesInPages() async throws {
        let item = #"{"metadata":{"name":"a","namespace":"shop"}}"#
        let transport = ScriptedTransport([
            .json(listText([item], version: "9", next: "t1")), .json(listText([b], version: "9", next: "t2")),
            .json(listText([c], version: "9")),
        ])
        let list = try await client(transport).list(.configMaps, namespace: "shop", pageSize: 1)
        #expect(list.items.map(\.name) == ["a", "b", "c"])
        #expect(list.items.first?.value["kind"] == "ConfigMap", "items of a list carry no kind")
        #expect(list.items.first?.apiVersion == "v1")
        #expect(list.resourceVersion == "9")
        #expect(
            transport.targets == [
                "GET /api/v1/namespaces/shop/configmaps?limit=1",
                "GET /api/v1/namespaces/shop/configmaps?limit=1&continue=t1",
                "GET /api/v1/namespaces/shop/configmaps?limit=1&continue=t2",
            ])
    }

    @Test func aPageThatExpiredStartsOverInOnePiece() async throws {
        let transport = ScriptedTransport([
            .json(listText([a], version: "9", next: "t1")), .status(410, "Expired"),
            .json(listText([b, c], version: "12")),
        ])
        let list = try await client(transport).list(.configMaps, pageSize: 1)
        #expect(list.items.map(\.name) == ["b", "c"])
        #expect(list.resourceVersion == "12")
        #expect(transport.targets.last == "GET /api/v1/configmaps")
    }

    @Test func aServerThatTurnsInCirclesIsNotFollowed() async {
        let transport = ScriptedTransport([.json(listText([a], version: "9", next: "t1"))])
        let error = await failure { () async throws(ClusterError) in try await client(transport).list(.configMaps) }
        #expect(error?.reason == .malformed)
    }

    @Test(arguments: ["", "[]", "{}", #"{"metadata":{},"items":3}"#, #"{"metadata":{},"items":[3]}"#, "<html>"])
    func whatIsNoListIsNeverAnEmptyOne(text: String) async {
        let error = await failure { () async throws(ClusterError) in
            try await client(ScriptedTransport([.json(text)])).list(.configMaps)
        }
        #expect(error?.reason == .malformed)
    }

    @Test func nullItemsAreNone() async throws {
        let transport = ScriptedTransport([.json(#"{"metadata":{"resourceVersion":"4"},"items":null}"#)])
        #expect(try await client(transport).list(.configMaps) == ObjectList(items: [], resourceVersion: "4"))
    }

    @Test func applyTellsWarningsAndWhetherItMadeTheObject() async throws {
        let transport = ScriptedTransport([.json(a, status: 201, headers: ["Warning": "299 - \"old\""])])
        let result = try await client(transport).apply(.configMaps, try object(a))
        #expect(result.warnings == ["old"])
        #expect(result.isCreated)
    }

    @Test func deleting() async throws {
        func delete(_ answer: HTTPResponse) async throws -> DeleteResult {
            try await client(ScriptedTransport([answer])).delete(.configMaps, namespace: "shop", name: "a", uid: "a")
        }
        #expect(try await delete(.json(#"{"kind":"Status","apiVersion":"v1","status":"Success"}"#)) == .deleted)
        #expect(try await delete(.status(404, "NotFound")) == .notFound)
        #expect(try await delete(.json(a)) == .deleted)
        let dying = configMap("a", version: "5", metadata: #","deletionTimestamp":"2026-01-01T00:00:00Z""#)
        #expect(try await delete(.json(dying)) == .pending(try object(dying)))
        let error = await failure { () async throws(ClusterError) in
            try await client(ScriptedTransport([.status(409, "Conflict")])).delete(
                .configMaps, namespace: "shop", name: "a", uid: "other")
        }
        #expect(error?.reason == .conflict)
    }

    @Test func readsAreTriedAgainUntilTheyWork() async throws {
        let time = VirtualTime()
        let transport = ScriptedTransport { [a] _, index in
            switch index {
            case 0: throw HTTPError.connection("reset")
            case 1: return .status(500, "InternalError")
            case 2: return .status(429, "TooManyRequests", headers: ["Retry-After": "7"])
            default: return .json(a)
            }
        }
        let client = client(transport, time: time)
        async let object = client.get(.configMaps, namespace: "shop", name: "a")
        #expect(await time.run { transport.requests.count == 4 })
        #expect(try await object.name == "a")
        #expect(time.elapsed >= .seconds(7) && time.elapsed < .seconds(9))
    }

    @Test func aCreateWhoseFateIsUnknownIsNot() async throws {
        let transport = ScriptedTransport { _, _ in throw HTTPError.connection("reset") }
        let created = try object(a)
        let error = await failure { () async throws(ClusterError) in try await client(transport).create(.configMaps, created) }
        #expect(error?.reason == .unreachable)
        #expect(error?.transport == .connection("reset"))
        #expect(transport.requests.count == 1)
    }

    @Test func itGivesUp() async throws {
        let time = VirtualTime()
        let transport = ScriptedTransport { _, _ in throw HTTPError.connection("refused") }
        let client = client(transport, time: time)
        let asked = Task { await failure { () async throws(ClusterError) in try await client.serverVersion() } }
        #expect(await time.run { transport.requests.count == 6 })
        #expect(await asked.value?.reason == .unreachable)
        #expect(await asked.value?.message.contains("\"https://cluster\"") == true)
    }

    @Test func waitingIsCancelled() async {
        let time = VirtualTime()
        let client = client(ScriptedTransport([.status(503)]), time: time)
        let asked = Task { await failure { () async throws(ClusterError) in try await client.serverVersion() } }
        await time.settle()
        asked.cancel()
        #expect(await asked.value?.reason == .cancelled)
    }

    @Test func aTokenFileIsReadAgain() async throws {
        let time = VirtualTime()
        let token = Locked("one")
        let files = FileReader { (_: String) throws(FileReader.Failure) in
            let text = token.withLock { $0 }
            if text.isEmpty { throw .missing }
            return Array("\(text)\n".utf8)
        }
        let transport = ScriptedTransport { request, _ in
            request.headers["Authorization"] == "Bearer \(token.withLock { $0.isEmpty ? "two" : $0 })" ? .json(#"{"gitVersion":"v1"}"#) : .status(401)
        }
        let client = client(transport, time: time, credentials: .tokenFile("/t"), files: files)
        _ = try await client.serverVersion()
        // Rotated: the old one is refused, the new one read at once, and the request sent again.
        token.withLock { $0 = "two" }
        _ = try await client.serverVersion()
        #expect(transport.requests.map { $0.headers["Authorization"] ?? "" } == ["Bearer one", "Bearer one", "Bearer two"])
        // Missing for a moment, while it is being replaced: the last one is still good.
        token.withLock { $0 = "" }
        await time.advance(by: .seconds(60))
        _ = try await client.serverVersion()
        #expect(transport.requests.last?.headers["Authorization"] == "Bearer two")
    }

    @Test func aTokenFileThatNeverWas() async {
        let files = FileReader { (_: String) throws(FileReader.Failure) in throw .missing }
        let transport = ScriptedTransport([])
        let error = await failure { () async throws(ClusterError) in
            try await client(transport, credentials: .tokenFile("/t"), files: files).serverVersion()
        }
        #expect(error?.message == "cannot read the token file \"/t\": there is no such file")
        #expect(transport.requests.isEmpty)
    }

    @Test func refusedCredentialsSayWhatToDo() async {
        // {"exp":1700000000}
        let expired = "e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"
        func text(_ credentials: Credentials) async -> String {
            let transport = ScriptedTransport([.status(401, "Unauthorized", message: "Unauthorized")])
            let client = client(transport, time: VirtualTime(), credentials: credentials, origin: "context \"staging\"")
            return await failure { () async throws(ClusterError) in try await client.serverVersion() }?.message ?? ""
        }
        let old = await text(.token(expired))
        #expect(old.contains("of context \"staging\"") && old.contains("expired at 2023-11-14T22:13:20Z"), "\(old)")
        #expect(!old.contains(expired))
        #expect(await text(.token("x")).contains("expired or revoked; sign in again"))
        #expect(await text(.none).contains("wants credentials, and context \"staging\" has none"))
    }

    @Test func noMoreInFlightThanAllowed() async throws {
        let running = Locked((now: 0, most: 0))
        let transport = ScriptedTransport { _, _ in
            running.withLock { $0.now += 1; $0.most = max($0.most, $0.now) }
            try await Task.sleep(for: .milliseconds(2))
            running.withLock { $0.now -= 1 }
            return .json(#"{"gitVersion":"v1"}"#)
        }
        var limits = ClusterClient.Limits()
        limits.inFlight = 3
        let client = client(transport, limits: limits)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 { group.addTask { _ = try await client.serverVersion() } }
            try await group.waitForAll()
        }
        #expect(running.withLock { $0.most } == 3)
    }
}
