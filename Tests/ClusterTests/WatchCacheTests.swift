import Basics
import Document
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

@testable import Cluster

/// One resource type on a server: what lists answer now, and a pipe for each watch.
private final class FakeType: Sendable {
    private struct State {
        var list: HTTPResponse
        var watches: [Pipe] = []
        var lists = 0
    }

    private let state: Locked<State>

    init(_ list: HTTPResponse) { state = Locked(State(list: list)) }

    func answerLists(_ response: HTTPResponse) { state.withLock { $0.list = response } }
    var lists: Int { state.withLock { $0.lists } }
    var watches: [Pipe] { state.withLock { $0.watches } }

    /// One of them by its number; fails the test where it is not there.
    func watch(_ number: Int) throws -> Pipe { try #require(watches.dropFirst(number).first) }

    var transport: ScriptedTransport {
        ScriptedTransport { [self] request, _ in
            state.withLock { state in
                if request.url.contains("watch=true") {
                    let pipe = Pipe()
                    state.watches.append(pipe)
                    return pipe.response
                }
                state.lists += 1
                return state.list
            }
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct WatchCacheTests {
    private let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
    private let configMaps = GroupKind(group: "", kind: "ConfigMap")

    private func cache(_ transport: any HTTPTransport, _ time: VirtualTime, changeLimit: Int = 50_000) -> WatchCache {
        WatchCache(
            client: client(transport, time: time), time: time, random: RandomSource(seed: 1), logger: Logger(label: "test"),
            changeLimit: changeLimit)
    }

    /// Runs `body` while the cache runs.
    private func running(_ cache: WatchCache, _ body: () async throws -> Void) async throws {
        let run = Task { await cache.run() }
        do { try await body() } catch {
            run.cancel()
            await run.value
            throw error
        }
        run.cancel()
        await run.value
    }

    private func list(_ names: [String: String], _ version: String) -> HTTPResponse {
        .json(listText(names.sorted { $0.key < $1.key }.map { configMap($0.key, version: $0.value) }, version: version))
    }

    @Test func listThenWatch() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1", "b": "2"], "10"))
        let transport = type.transport
        let cache = cache(transport, time)
        try await running(cache) {
            try await cache.start(.configMaps, scope: ListScope(namespace: "shop"))
            let scope = ListScope(namespace: "shop")
            #expect(await cache.objects(configMaps).map(\.name) == ["a", "b"])
            #expect(await cache.isSynced(configMaps, scope: scope))
            #expect(await !cache.isSynced(configMaps), "another scope is another watch")
            try await cache.start(.configMaps, scope: scope)
            #expect(await time.run(limit: .zero) { type.watches.count == 1 })
            #expect(type.lists == 1)
            #expect(transport.targets.last?.contains("/namespaces/shop/configmaps?watch=true&resourceVersion=10") == true)

            var changes = cache.changes().makeAsyncIterator()
            try type.watch(0).write(
                event("MODIFIED", configMap("a", version: "11")) + event("DELETED", configMap("b", version: "12"))
                    + event("ADDED", configMap("c", version: "13")) + event("MODIFIED", configMap("a", version: "14")))
            let seen = await changes.next()
            #expect(Set(seen?.keys.map(\.name) ?? []) == ["a", "b", "c"])
            #expect(await cache.object(key)?.resourceVersion == "14")
            #expect(await cache.objects(configMaps).map(\.name) == ["a", "c"])
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps, scope: scope)?.resourceVersion == "14" })
        }
    }

    private static func things(_ version: String) -> APIResource {
        APIResource(
            gvk: GroupVersionKind(group: "example.dev", version: version, kind: "Thing"), name: "things", isNamespaced: true, verbs: ["list", "watch"])
    }

    /// A server of one kind in the versions of the moment; its watches end at once.
    private func server(_ served: Locked<[String]>) -> ScriptedTransport {
        ScriptedTransport { request, _ in
            let target = request.url.dropFirst("https://cluster".count)
            let versions = served.withLock { $0 }
            if target == "/api" { return .json(#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[]}"#) }
            if target == "/apis" {
                let listed = versions.map {
                    #"{"version":"\#($0)","freshness":"Current","resources":[{"resource":"things","responseKind":{"group":"example.dev","version":"\#($0)","kind":"Thing"},"scope":"Namespaced","verbs":["list","watch"]}]}"#
                }
                let group = #"{"metadata":{"name":"example.dev"},"versions":[\#(listed.joined(separator: ","))]}"#
                return .json(
                    #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[\#(versions.isEmpty ? "" : group)]}"#)
            }
            guard let version = versions.first(where: { target.hasPrefix("/apis/example.dev/\($0)/") }) else { return .status(404, "NotFound") }
            if target.contains("watch=true") { return .json("") }
            return .json(
                #"{"kind":"ThingList","apiVersion":"example.dev/\#(version)","metadata":{"resourceVersion":"10"},"items":[{"apiVersion":"example.dev/\#(version)","kind":"Thing","metadata":{"name":"a","namespace":"shop","uid":"a","resourceVersion":"5"}}]}"#)
        }
    }

    private let thing = ObjectKey(group: "example.dev", kind: "Thing", namespace: "shop", name: "a")

    /// The version that is watched is served no longer: the kind is followed in another, whether or not somebody has asked for it.
    @Test(arguments: [false, true]) func aVersionThatGoes(_ isAskedFor: Bool) async throws {
        let time = VirtualTime()
        let served = Locked(["v1beta1"])
        let cache = cache(server(served), time)
        try await running(cache) {
            try await cache.start(Self.things("v1beta1"))
            #expect(await cache.object(thing)?.apiVersion == "example.dev/v1beta1")
            served.withLock { $0 = ["v1", "v1beta1"] }
            if isAskedFor { try await cache.start(Self.things("v1")) }
            let then = time.elapsed + .seconds(300)
            _ = await time.run { time.elapsed >= then }
            #expect(await cache.object(thing)?.apiVersion == "example.dev/v1beta1", "as long as it is served, nobody draws it elsewhere")
            served.withLock { $0 = ["v1"] }
            #expect(await time.run(limit: .seconds(600)) { await cache.object(thing)?.apiVersion == "example.dev/v1" })
            #expect(await cache.state(of: thing.groupKind)?.isSynced == true)
        }
    }

    @Test func aKindThatGoes() async throws {
        let time = VirtualTime()
        let served = Locked(["v1"])
        let cache = cache(server(served), time)
        try await running(cache) {
            try await cache.start(Self.things("v1"))
            served.withLock { $0 = [] }
            #expect(await time.run(limit: .seconds(600)) { await cache.state(of: thing.groupKind)?.error?.reason == .notFound })
            let then = time.elapsed
            #expect(await cache.object(thing) != nil, "a server that starts may not know it yet")
            #expect(await time.run(limit: .seconds(600)) { await cache.state(of: thing.groupKind) == nil })
            #expect(time.elapsed - then >= .seconds(50))
            #expect(await cache.object(thing) == nil)
            served.withLock { $0 = ["v1"] }
            try await cache.start(Self.things("v1"))
            #expect(await cache.object(thing) != nil)
        }
    }

    /// One kind in two scopes: what was changed is told by the copy that has all its fields.
    @Test(arguments: [false, true]) func theWholeCopyCounts(_ isTrimmedFirst: Bool) async throws {
        let time = VirtualTime()
        let type = FakeType(.json(listText([configMap("a", version: "1", metadata: #","managedFields":[{"manager":"martlet"}]"#)], version: "10")))
        let cache = cache(type.transport, time)
        let scopes = (0..<8).map { ListScope(namespace: "shop", labelSelector: "n=\($0)") }
        try await running(cache) {
            if !isTrimmedFirst { try await cache.start(.configMaps) }
            for scope in scopes { try await cache.start(.configMaps, scope: scope, dropping: [["metadata", "managedFields"]]) }
            if isTrimmedFirst { try await cache.start(.configMaps) }
            #expect(await cache.object(key)?.value[path: "metadata", "managedFields"] != nil)
            #expect(await cache.objects(configMaps).first?.value[path: "metadata", "managedFields"] != nil)
        }
    }

    @Test func aWatchGoesOnWhereItEnded() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1"], "10"))
        let transport = type.transport
        let cache = cache(transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            try type.watch(0).write(bookmark("20"))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.resourceVersion == "20" })
            try type.watch(0).fail(.connection("reset"))
            #expect(await time.run { type.watches.count == 2 })
            #expect(transport.requests.last?.url.contains("resourceVersion=20&") == true)
            #expect(type.lists == 1)
            await time.settle()
            try type.watch(1).write(event("ADDED", configMap("c", version: "21")))
            try await cache.wait(for: ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "c"), timeout: .seconds(5)) {
                $0 != nil
            }
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.isCurrent == true })
            #expect(await cache.object(key) != nil, "nothing was forgotten meanwhile")
        }
    }

    @Test func after410TheListTellsWhatWentAway() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1", "b": "2", "same": "3"], "10"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            try type.watch(0).write(bookmark("11"))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.resourceVersion == "11" })
            var changes = cache.changes().makeAsyncIterator()
            type.answerLists(list(["a": "30", "same": "3", "new": "31"], "40"))
            try type.watch(0).write(event("ERROR", #"{"kind":"Status","reason":"Expired","code":410,"message":"too old"}"#))
            let seen = await changes.next()
            #expect(Set(seen?.keys.map(\.name) ?? []) == ["a", "b", "new"])
            #expect(await cache.objects(configMaps).map(\.name) == ["a", "new", "same"])
            #expect(await cache.state(of: configMaps)?.regressions == 0)
        }
    }

    @Test func aFailedListIsNeverNothingThere() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1"], "10"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            try type.watch(0).write(bookmark("11"))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.resourceVersion == "11" })
            type.answerLists(.status(403, "Forbidden", message: "no more"))
            try type.watch(0).write(event("ERROR", #"{"kind":"Status","reason":"Expired","code":410}"#))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.error?.reason == .forbidden })
            #expect(await cache.object(key) != nil)
            let state = await cache.state(of: configMaps)
            #expect(state?.isSynced == true)
            #expect(state?.isCurrent == false, "good enough to read, not to delete by")
            #expect(state?.error?.reason == .forbidden)
            type.answerLists(list([:], "50"))
            #expect(await time.run { await cache.object(key) == nil })
            #expect(await cache.state(of: configMaps)?.isCurrent == true)
        }
    }

    @Test func aFirstListThatCannotWorkIsAnError() async throws {
        let time = VirtualTime()
        let type = FakeType(.status(403, "Forbidden", message: "configmaps is forbidden"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            let error = await failure { () async throws(ClusterError) in try await cache.start(.configMaps) }
            #expect(error?.reason == .forbidden)
            #expect(await cache.state(of: configMaps)?.isSynced == false)
            // It is tried again all the same.
            type.answerLists(list(["a": "1"], "10"))
            #expect(await time.run { await cache.isSynced(configMaps) })
            try await cache.start(.configMaps)
        }
    }

    @Test func aServerThatIsAwayIsWaitedFor() async throws {
        let time = VirtualTime()
        let type = FakeType(.status(503))
        let cache = cache(type.transport, time)
        try await running(cache) {
            let started = Task { await failure { () async throws(ClusterError) in try await cache.start(.configMaps) } }
            await time.advance(by: .seconds(30))
            type.answerLists(list(["a": "1"], "10"))
            #expect(await time.run { await cache.isSynced(configMaps) })
            #expect(await started.value == nil)
        }
    }

    @Test func silenceIsNoticedAndMended() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1"], "10"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.waitForSleep(of: .seconds(180)))
            await time.settle()
            var changes = cache.changes().makeAsyncIterator()
            #expect(await time.run { type.watches.count == 2 })
            #expect(time.elapsed == .seconds(180))
            // Open again: nothing is known to be missing, though it may be quiet for long.
            #expect(await time.run(limit: .seconds(1)) { await cache.state(of: configMaps)?.isCurrent == true })
            #expect(await changes.next()?.kinds == [configMaps], "it was not, in between")
            try type.watch(1).write(bookmark("12"))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.resourceVersion == "12" })
            #expect(await cache.state(of: configMaps)?.lastHeard == .seconds(180))
        }
    }

    @Test func aClusterThatWentBackInTime() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "30", "b": "31"], "40"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            try type.watch(0).write(bookmark("41"))
            #expect(await time.run(limit: .zero) { await cache.state(of: configMaps)?.resourceVersion == "41" })
            type.answerLists(list(["a": "3"], "20"))
            var changes = cache.changes().makeAsyncIterator()
            try type.watch(0).write(event("ERROR", #"{"kind":"Status","reason":"Expired","code":410}"#))
            #expect(await time.run { await cache.objects(configMaps).count == 1 })
            await time.settle()
            #expect(await changes.next()?.kinds == [configMaps])
            #expect(await cache.state(of: configMaps)?.regressions == 1)
            #expect(await cache.object(key)?.resourceVersion == "3")
        }
    }

    @Test func ownWritesAreSeenAtOnce() async throws {
        let time = VirtualTime()
        let type = FakeType(list(["a": "1", "b": "2"], "10"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            await cache.observe(try object(configMap("a", version: "11")))
            await cache.observe(try object(configMap("new", version: "12")))
            #expect(await cache.object(key)?.resourceVersion == "11")
            #expect(await cache.objects(configMaps).count == 3)
            #expect(await time.run { type.watches.count == 1 })
            // The watch is behind: what it says of the past does not undo what is known.
            try type.watch(0).write(event("MODIFIED", configMap("a", version: "10")) + event("DELETED", configMap("b", version: "13")))
            #expect(await time.run(limit: .zero) { await cache.objects(configMaps).count == 2 })
            #expect(await cache.object(key)?.resourceVersion == "11")
            await cache.observe(try object(configMap("b", version: "12")))
            #expect(await cache.objects(configMaps).map(\.name) == ["a", "new"], "deleted after that write")
        }
    }

    @Test func anOutageEndsWhenTheWatchIsOpenAgain() async throws {
        let time = VirtualTime()
        let isDown = Locked(false)
        let type = FakeType(list(["a": "1"], "10"))
        let up = type.transport
        let transport = ScriptedTransport { request, _ in
            if isDown.withLock({ $0 }) { throw HTTPError.connection("refused") }
            return try await up.send(request)
        }
        let cache = cache(transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            await time.settle()
            isDown.withLock { $0 = true }
            try type.watch(0).end()
            #expect(await time.run { await cache.state(of: configMaps)?.error != nil })
            await time.advance(by: .seconds(90))
            #expect(await cache.state(of: configMaps)?.isCurrent == false)
            #expect(await cache.object(key) != nil)
            isDown.withLock { $0 = false }
            // No event comes, and no bookmark.
            #expect(await time.run(limit: .seconds(31)) { await cache.state(of: configMaps)?.isCurrent == true })
        }
    }

    @Test func bigFieldsCanBeLeftOut() async throws {
        let time = VirtualTime()
        let item = configMap("a", version: "1", metadata: #","managedFields":[{"manager":"x"}]"#)
        let type = FakeType(.json(listText([item], version: "10")))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps, dropping: [["metadata", "managedFields"]])
            #expect(await cache.object(key)?.value["metadata"]?["managedFields"] == nil)
            #expect(await cache.object(key)?.uid == "a")
        }
    }

    @Test func fromAPodUpToItsDeployment() async throws {
        let time = VirtualTime()
        func owned(_ name: String, by owner: String) -> String {
            configMap(name, version: "1", metadata: #","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"\#(owner)","uid":"\#(owner)","controller":true}]"#)
        }
        let type = FakeType(
            .json(listText([owned("pod", by: "set"), owned("set", by: "top"), configMap("top", version: "1"), owned("self", by: "self")], version: "10")))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            func root(_ name: String) async -> String? {
                await cache.root(of: ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: name))?.name
            }
            #expect(await root("pod") == "top")
            #expect(await root("top") == "top")
            #expect(await root("self") == "self", "a circle ends")
            #expect(await root("none") == nil)
            #expect(await cache.owned(by: "set").map(\.name) == ["pod"])
        }
    }

    @Test func waiting() async throws {
        let time = VirtualTime()
        let type = FakeType(list([:], "10"))
        let cache = cache(type.transport, time)
        try await running(cache) {
            try await cache.start(.configMaps)
            #expect(await time.run { type.watches.count == 1 })
            let key = key
            let found = Task { try await cache.wait(for: key, timeout: .seconds(60)) { $0?.resourceVersion == "12" } }
            try type.watch(0).write(event("ADDED", configMap("a", version: "11")))
            await time.settle()
            try type.watch(0).write(event("MODIFIED", configMap("a", version: "12")))
            #expect(try await found.value?.name == "a")
            let late = Task { await failure { () async throws(ClusterError) in try await cache.wait(for: key, timeout: .seconds(5)) { $0 == nil } } }
            #expect(await time.waitForSleep(of: .seconds(5)))
            await time.advance(by: .seconds(6))
            #expect(await late.value?.reason == .timeout)
        }
    }

    @Test func theEndOfRunEndsWaiting() async throws {
        let time = VirtualTime()
        let cache = cache(FakeType(.status(503)).transport, time)
        let run = Task { await cache.run() }
        let started = Task { await failure { () async throws(ClusterError) in try await cache.start(.configMaps) } }
        await time.settle()
        run.cancel()
        #expect(await started.value?.reason == .cancelled)
        let later = await failure { () async throws(ClusterError) in try await cache.start(.deployments) }
        #expect(later?.reason == .cancelled)
    }

    @Test func waitingIsCancelled() async throws {
        let time = VirtualTime()
        let cache = cache(FakeType(.status(503)).transport, time)
        let started = Task { await failure { () async throws(ClusterError) in try await cache.start(.configMaps) } }
        await time.settle()
        started.cancel()
        #expect(await started.value?.reason == .cancelled)
    }
}

@Suite(.timeLimit(.minutes(10))) struct CacheChangesTests {
    private func key(_ number: Int) -> ObjectKey { ObjectKey(group: "", kind: "Pod", namespace: "n", name: "\(number)") }

    @Test func aSlowReaderHoldsNoMoreThanTheLimit() async {
        let hub = ChangeHub()
        var reader = hub.subscribe(limit: 10) { _ in true }.makeAsyncIterator()
        for _ in 0..<1000 { hub.publish(CacheChanges(keys: [key(1), key(2)])) }
        #expect(await reader.next() == CacheChanges(keys: [key(1), key(2)]), "each key once")
        for number in 0..<11 { hub.publish(CacheChanges(keys: [key(number)])) }
        #expect(await reader.next() == CacheChanges(kinds: [GroupKind(group: "", kind: "Pod")]))
    }

    @Test func readersChoose() async {
        let hub = ChangeHub()
        let wanted = key(3)
        var some = hub.subscribe(limit: 10) { $0 == wanted }.makeAsyncIterator()
        var all = hub.subscribe(limit: 10) { _ in true }.makeAsyncIterator()
        hub.publish(CacheChanges(keys: [key(1)]))
        hub.publish(CacheChanges(keys: [key(3)]))
        #expect(await some.next()?.keys == [key(3)])
        #expect(await all.next()?.keys == [key(1), key(3)])
    }

    @Test func cancellingEndsTheSequence() async throws {
        let hub = ChangeHub()
        let stream = hub.subscribe(limit: 10) { _ in true }
        let count = Locked(0)
        let reader = Task {
            for await _ in stream { count.withLock { $0 += 1 } }
        }
        hub.publish(CacheChanges(keys: [key(1)]))
        for _ in 0..<6000 where count.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        reader.cancel()
        await reader.value
        #expect(count.withLock { $0 } == 1)
    }
}
