import Basics
import DevCluster
import Document
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

@testable import Cluster

/// Client and cache against the API server in process: the real protocol, with faults.
@Suite(.timeLimit(.minutes(10))) struct APIServerTests {
    private let configMaps = GroupKind(group: "", kind: "ConfigMap")

    private func make(_ name: String, data: String, labels: Mapping = [:]) throws -> Object {
        try #require(
            Object([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": .string(name), "namespace": "default", "labels": .mapping(labels)],
                "data": ["x": .string(data)],
            ]))
    }

    private func start(time: VirtualTime) -> (APIServer, ClusterClient) {
        let server = APIServer(time: time, random: RandomSource(seed: 7))
        return (server, client(server, time: time))
    }

    @Test func everyVerb() async throws {
        let (_, client) = start(time: VirtualTime())
        #expect(try await client.serverVersion().minor == 32)
        let type = try await client.resource(for: configMaps)
        #expect(type.name == "configmaps" && type.isNamespaced)
        #expect(try await client.resource(for: GroupKind(group: "apps", kind: "Deployment")).subresources.contains("status"))
        #expect(client.discoveryFailures.isEmpty)

        var a = try await client.create(type, try make("a", data: "1"), fieldManager: "someone")
        #expect(!a.uid.isEmpty)
        let twice = await failure { () async throws(ClusterError) in try await client.create(type, a) }
        #expect(twice?.reason == .badRequest || twice?.reason == .alreadyExists, "\(twice?.message ?? "")")

        let other = try make("a", data: "2")
        let conflict = await failure { () async throws(ClusterError) in
            try await client.apply(type, other)
        }
        #expect(conflict?.reason == .conflict)
        #expect(conflict?.causes.first?.field == ".data.x")
        #expect(conflict?.causes.first?.message.contains("\"someone\"") == true)
        let forced = try await client.apply(type, try make("a", data: "2"), force: true)
        #expect(!forced.isCreated)
        #expect(forced.object.value["data"]?["x"] == "2")
        let dry = try await client.apply(type, try make("new", data: "1"), dryRun: true)
        #expect(dry.isCreated)
        #expect(await failure { () async throws(ClusterError) in try await client.get(type, namespace: "default", name: "new") }?.reason == .notFound)

        a.value["data"] = ["x": "3"]
        let stale = await failure { () async throws(ClusterError) in try await client.replace(type, a) }
        #expect(stale?.reason == .conflict)
        a = try await client.get(type, namespace: "default", name: "a")
        a.value["data"] = ["x": "4"]
        #expect(try await client.replace(type, a).value["data"]?["x"] == "4")
        #expect(try await client.patch(type, namespace: "default", name: "a", ["data": ["y": "5"]]).value["data"] == ["x": "4", "y": "5"])

        let wrong = await failure { () async throws(ClusterError) in
            try await client.delete(type, namespace: "default", name: "a", uid: "another")
        }
        #expect(wrong?.reason == .conflict)
        #expect(try await client.delete(type, namespace: "default", name: "a", uid: a.uid) != .notFound)
        #expect(try await client.delete(type, namespace: "default", name: "a") == .notFound)
    }

    @Test func pagesOfARealServer() async throws {
        let (server, client) = start(time: VirtualTime())
        let type = try await client.resource(for: configMaps)
        for number in 0..<25 { _ = try await client.create(type, try make("c\(number)", data: "", labels: ["n": number < 5 ? "few" : "many"])) }
        let all = try await client.list(type, namespace: "default", pageSize: 4)
        #expect(Set(all.items.map(\.name)).isSuperset(of: (0..<25).map { "c\($0)" }))
        #expect(try await client.list(type, labelSelector: "n=few", pageSize: 2).items.count == 5)
        // Compacted after the first page: the list starts over and is still complete.
        let pages = Locked(0)
        server.inject { site in
            guard site.path.hasSuffix("/configmaps") else { return nil }
            let page = pages.withLock { $0 += 1; return $0 }
            return page == 2 ? .answer(status: 410, reason: "Expired", message: "the provided continue parameter is too old") : nil
        }
        #expect(try await client.list(type, namespace: "default", pageSize: 4).items.count == all.items.count)
        #expect(pages.withLock { $0 } == 3)
    }

    /// Writes, cut watches, compactions, failing answers: in the end the cache holds what the server holds.
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func theCacheComesToTheSameWhateverHappens(seed: UInt64) async throws {
        let time = VirtualTime()
        let (server, client) = start(time: time)
        let type = try await client.resource(for: configMaps)
        let quiet = ClusterClient(
            configuration: ClusterConfiguration(server: "https://cluster"), transport: server, time: time,
            random: RandomSource(seed: 2), userAgent: "writer")
        let cache = WatchCache(
            client: client, time: time, random: RandomSource(seed: 3),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let background = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await cache.run() }
                group.addTask { try? await server.run() }
            }
        }
        try await cache.start(type)
        let random = RandomSource(seed: seed)
        let faults = RandomSource(seed: seed &+ 100)
        server.inject { site in
            guard site.userAgent == "martlet" else { return nil }
            switch faults.next(below: 8) {
            case 0: return .disconnect
            case 1: return .answer(status: 500, reason: "InternalError", message: "etcd")
            case 2: return .answer(status: 429, reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 2)
            case 3 where site.isWatch: return .cutWatch(afterLines: 3)
            case 4: return .freeze(.seconds(1))
            default: return nil
            }
        }
        for round in 0..<60 {
            let name = "c\(random.next(below: 12))"
            switch random.next(below: 10) {
            case 0: server.compact()
            case 1: server.cutWatches()
            case 2: await time.advance(by: .seconds(Int64(random.next(below: 400))))
            case 3, 4: _ = try await quiet.delete(type, namespace: "default", name: name)
            default: _ = try await quiet.apply(type, try make(name, data: "\(round)"), force: true)
            }
        }
        server.inject(nil)
        let truth = try await quiet.list(type).items.sorted { $0.key < $1.key }
        let isSame = await time.run(limit: .seconds(1200)) { await cache.objects(configMaps) == truth }
        #expect(isSame)
        #expect(await time.run(limit: .seconds(1200)) { await cache.state(of: configMaps)?.isCurrent == true })
        #expect(await cache.state(of: configMaps)?.regressions == 0)
        background.cancel()
        await background.value
    }
}
