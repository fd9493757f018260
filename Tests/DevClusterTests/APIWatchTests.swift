import Basics
import Document
import HTTP
import Testing

@testable import DevCluster

private let configMaps = "/api/v1/namespaces/default/configmaps"

@Suite struct APIWatchTests {
    @Test func aWatchShowsWhatIsAndWhatComes() async throws {
        let cluster = APITestServer()
        try await cluster.create(configMaps, Manifest.configMap("a"))
        let lines = try await cluster.watch(configMaps + "?watch=true")
        #expect(try await lines.next() == "ADDED a")
        try await cluster.create(configMaps, Manifest.configMap("b"))
        #expect(try await lines.next() == "ADDED b")
        _ = try await cluster.merge(configMaps + "/b", ["data": ["a": "c"]])
        #expect(try await lines.next() == "MODIFIED b")
        _ = try await cluster.send("DELETE", configMaps + "/b")
        #expect(try await lines.next() == "DELETED b")
        cluster.server.cutWatches()
        #expect(try await lines.next() == nil)
    }

    @Test func aWatchResumes() async throws {
        let cluster = APITestServer()
        let list = try await cluster.get(configMaps)
        let version = try #require(list.value[path: "metadata", "resourceVersion"]?.string)
        try await cluster.create(configMaps, Manifest.configMap("a"))
        _ = try await cluster.send("DELETE", configMaps + "/a")
        let lines = try await cluster.watch(configMaps + "?watch=1&resourceVersion=\(version)")
        #expect(try await lines.next() == "ADDED a")
        #expect(try await lines.next() == "DELETED a")
    }

    @Test func aForgottenPastIsGone() async throws {
        let cluster = APITestServer()
        let list = try await cluster.get(configMaps)
        let version = try #require(list.value[path: "metadata", "resourceVersion"]?.string)
        try await cluster.create(configMaps, Manifest.configMap("a"))
        cluster.server.compact()
        let lines = try await cluster.watch(configMaps + "?watch=1&resourceVersion=\(version)")
        #expect(try await lines.next() == "ERROR Expired")
        #expect(try await lines.next() == nil)
    }

    @Test func historyIsBounded() async throws {
        let cluster = APITestServer(historyLimit: 10)
        let first = try await cluster.create(configMaps, Manifest.configMap("first"))
        let version = try #require(first.value[path: "metadata", "resourceVersion"]?.string)
        for index in 0..<50 { try await cluster.create(configMaps, Manifest.configMap("c\(index)")) }
        let lines = try await cluster.watch(configMaps + "?watch=1&resourceVersion=\(version)")
        #expect(try await lines.next() == "ERROR Expired")
    }

    @Test func aSelectorSeesObjectsComeAndGo() async throws {
        let cluster = APITestServer()
        try await cluster.create(configMaps, Manifest.configMap("a"))
        let lines = try await cluster.watch(configMaps + "?watch=1&labelSelector=x%3Dy")
        _ = try await cluster.merge(configMaps + "/a", ["metadata": ["labels": ["x": "y"]]])
        #expect(try await lines.next() == "ADDED a")
        _ = try await cluster.merge(configMaps + "/a", ["metadata": ["labels": ["x": "z"]]])
        #expect(try await lines.next() == "DELETED a")
    }

    @Test func bookmarksAndDeadlines() async throws {
        let cluster = APITestServer()
        let lines = try await cluster.watch(configMaps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=30")
        cluster.server.sendBookmarks()
        #expect(try await lines.next() == "BOOKMARK ")
        cluster.time.advance(.seconds(31))
        cluster.server.state.withLock { $0.endOverdueWatches() }
        #expect(try await lines.next() == nil)
    }

    @Test func initialEventsEndWithABookmark() async throws {
        let cluster = APITestServer()
        try await cluster.create(configMaps, Manifest.configMap("a"))
        let lines = try await cluster.watch(
            configMaps + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan")
        #expect(try await lines.next() == "ADDED a")
        #expect(try await lines.next() == "BOOKMARK ")
    }

    @Test func aWatchCanBeCutAfterSomeLines() async throws {
        let cluster = APITestServer()
        cluster.server.inject { $0.isWatch ? .cutWatch(afterLines: 1) : nil }
        let lines = try await cluster.watch(configMaps + "?watch=1")
        try await cluster.create(configMaps, Manifest.configMap("a"))
        try await cluster.create(configMaps, Manifest.configMap("b"))
        #expect(try await lines.next() == "ADDED a")
        #expect(try await lines.next() == nil)
    }

    @Test func aCancelledReaderLeaves() async throws {
        let cluster = APITestServer()
        let task = Task {
            let lines = try await cluster.watch(configMaps + "?watch=1")
            return try await lines.next()
        }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        try await cluster.create(configMaps, Manifest.configMap("a"))
        let open = cluster.server.state.withLock { $0.tables[ResourceID(group: "", plural: "configmaps")]?.watchers.count ?? 0 }
        #expect(open == 0)
    }
}
