import Basics
import HTTP
import Kubernetes
import TestKit
import Testing

@testable import Cluster

@Suite(.timeLimit(.minutes(10))) struct WatchStreamTests {
    private func events(_ pieces: [String], limits: ClusterClient.Limits = .init()) async -> ([WatchEvent], ClusterError?) {
        let pipe = Pipe()
        for piece in pieces { pipe.write(piece) }
        pipe.end()
        var seen: [WatchEvent] = []
        do throws(ClusterError) {
            let stream = try await client(ScriptedTransport([pipe.response]), limits: limits).watch(.configMaps, from: "1")
            for try await event in stream { seen.append(event) }
            return (seen, nil)
        } catch {
            return (seen, error)
        }
    }

    @Test(arguments: [1, 7, 64, 100_000])
    func linesBreakAnywhere(size: Int) async throws {
        let a = configMap("a", version: "2", metadata: #","annotations":{"x":"ä€😀"}"#)
        let text = event("ADDED", a) + "\n" + event("MODIFIED", a) + bookmark("7") + event("DELETED", a) + event("NEW", a)
        let bytes = Array(text.utf8)
        var splitter = LineSplitter(limit: 10_000)
        var seen: [WatchEvent] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            for line in try splitter.add(Array(bytes[start..<min(start + size, bytes.count)])) {
                if let event = try WatchEvent.decode(line, gvk: APIResource.configMaps.gvk) { seen.append(event) }
            }
        }
        let object = try object(a)
        #expect(seen == [.added(object), .modified(object), .bookmark(resourceVersion: "7"), .deleted(object)])
        #expect(splitter.remainder.isEmpty)
    }

    @Test func theEndIsTheEnd() async throws {
        let a = configMap("a", version: "2")
        let (seen, error) = await events([event("ADDED", a), #"{"type":"MOD"#])
        #expect(seen == [.added(try object(a))])
        #expect(error == nil, "what was cut comes again to who resumes")
    }

    @Test func errorEventsAreErrors() async throws {
        let a = configMap("a", version: "2")
        let status = #"{"kind":"Status","status":"Failure","message":"too old resource version: 1 (5)","reason":"Expired","code":410}"#
        let (seen, error) = await events([event("ADDED", a) + event("ERROR", status)])
        #expect(seen.count == 1, "what came before counts")
        #expect(error?.reason == .expired)
        #expect(error?.message == "too old resource version: 1 (5)")
        let gone = await events([event("ERROR", #"{"kind":"Status","reason":"Gone","code":410}"#)])
        #expect(gone.1?.reason == .expired)
        let other = await events([event("ERROR", #"{"kind":"Status","reason":"InternalError","code":500,"message":"etcd"}"#)])
        #expect(other.1?.reason == .internalError)
    }

    @Test(arguments: ["nonsense\n", "{}\n", #"{"type":"ADDED","object":{}}"# + "\n", #"{"type":"BOOKMARK","object":{}}"# + "\n"])
    func garbage(text: String) async {
        #expect(await events([text]).1?.reason == .malformed)
    }

    @Test func aLineOverTheLimit() async {
        var limits = ClusterClient.Limits()
        limits.watchLineBytes = 100
        let pieces = [String](repeating: String(repeating: "x", count: 40), count: 3)
        #expect(await events(pieces, limits: limits).1?.message.contains("over 100 bytes") == true)
        #expect(await events([String(repeating: "x", count: 101) + "\n"], limits: limits).1?.reason == .malformed)
    }

    @Test func theRequestIsRefused() async {
        let client = client(ScriptedTransport([.status(410, "Expired", message: "too old")]))
        let error = await failure { () async throws(ClusterError) in try await client.watch(.configMaps, from: "1") }
        #expect(error?.reason == .expired)
    }

    @Test func silenceIsDeath() async throws {
        let time = VirtualTime()
        let pipe = Pipe()
        let client = client(ScriptedTransport([pipe.response]), time: time)
        let reader = Task {
            var seen = 0
            do throws(ClusterError) {
                for try await _ in try await client.watch(.configMaps, from: "1") { seen += 1 }
                return (seen, nil as ClusterError?)
            } catch {
                return (seen, error)
            }
        }
        #expect(await time.waitForSleep(of: .seconds(180)))
        await time.advance(by: .seconds(140))
        pipe.write(bookmark("3"))
        await time.settle()
        await time.advance(by: .seconds(140))
        #expect(time.elapsed == .seconds(280), "a bookmark is a sign of life")
        pipe.write(event("ADDED", configMap("a", version: "4")))
        await time.settle()
        await time.advance(by: .seconds(181))
        let (seen, error) = await reader.value
        #expect(seen == 2)
        #expect(error?.reason == .timeout)
    }

    @Test func cancellingEndsIt() async throws {
        let pipe = Pipe()
        let client = client(ScriptedTransport([pipe.response]))
        let reader = Task {
            await failure { () async throws(ClusterError) in
                for try await _ in try await client.watch(.configMaps, from: "1") {}
            }
        }
        try await Task.sleep(for: .milliseconds(10))
        reader.cancel()
        #expect(await reader.value?.reason == .cancelled)
    }

    @Test func aCutConnection() async {
        let pipe = Pipe()
        pipe.fail(.connection("reset by peer"))
        let client = client(ScriptedTransport([pipe.response]))
        let error = await failure { () async throws(ClusterError) in
            for try await _ in try await client.watch(.configMaps, from: "1") {}
        }
        #expect(error?.transport == .connection("reset by peer"))
    }

    @Test func howLongItMayLive() async throws {
        let pipe = Pipe()
        pipe.end()
        let transport = ScriptedTransport { _, _ in pipe.response }
        let client = client(transport)
        for _ in 0..<20 { _ = try await client.watch(.configMaps, from: "1") }
        let seconds = transport.requests.compactMap { $0.url.split(separator: "timeoutSeconds=").last.flatMap { Int($0) } }
        #expect(seconds.count == 20)
        #expect(seconds.allSatisfy { (120..<150).contains($0) })
        #expect(Set(seconds).count > 5, "not all at the same moment")
        #expect(transport.requests.allSatisfy { $0.timeout == nil && $0.url.contains("allowWatchBookmarks=true") })
    }
}
