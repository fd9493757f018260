import Automation
import Basics
import Kubernetes
import Registry
import TestKit
import Testing

/// Who looks at images asks the registry no more often than is needed.
@Suite struct LookTests {
    typealias World = LoopTests.World

    private static func files(_ host: String, automated: Bool) -> [String: String] {
        var files: [String: String] = [:]
        for name in ["web", "worker"] {
            let wish = "  annotations: {martlet.dev/automated: \"\(automated)\", martlet.dev/tag.main: \"semver:0.3.x\"}\n"
            files["deploy/\(name).yaml"] =
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: \(name)\n  namespace: shop\n\(wish)"
                + "spec: {template: {spec: {containers: [{name: main, image: \"\(host)/shop/web:0.3.12\"}]}}}\n"
        }
        return files
    }

    private static func key(_ name: String) -> ObjectKey { ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: name) }

    @Test(arguments: [false, true]) func manyLooksAreOneQuestion(_ automated: Bool) async throws {
        let world = try await World { Self.files($0, automated: automated) }
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        if automated { _ = await world.automation.pass() }
        _ = world.registry.takeLog()
        func lists() -> Int { world.registry.takeLog().count { $0.target.contains("/tags/list") } }
        try await withThrowingTaskGroup(of: [String].self) { group in
            for index in 0..<10 {
                group.addTask {
                    let images = try await world.automation.images(of: Self.key(index % 2 == 0 ? "web" : "worker"), refresh: automated)
                    return images.containers.flatMap { $0.candidates.map(\.tag.name) }
                }
            }
            for try await names in group { #expect(names.sorted() == ["0.3.12", "0.3.13"]) }
        }
        #expect(lists() == 1)
        // Seconds later it is still known, a while later it is asked for again.
        world.registry.setTags(["0.3.12", "0.3.13", "0.3.14"], of: "shop/web")
        try await world.time.sleep(for: .seconds(5))
        _ = try await world.automation.images(of: Self.key("web"), refresh: automated)
        #expect(lists() == 0)
        try await world.time.sleep(for: .seconds(6))
        let images = try await world.automation.images(of: Self.key("web"), refresh: automated)
        #expect(lists() == 1 && images.containers.first?.candidates.contains { $0.tag.name == "0.3.14" } == true)
        await world.registry.stop()
    }

    /// A failure is told to all, and not asked for again at once.
    @Test func failuresAreShared() async throws {
        let world = try await World { Self.files($0, automated: false) }
        for _ in 0..<3 {
            let images = try await world.automation.images(of: Self.key("web"), refresh: false)
            #expect(images.containers.first?.error != nil)
        }
        #expect(world.registry.takeLog().count { $0.target.contains("/tags/list") } == 1)
        await world.registry.stop()
    }

    /// What no workload runs any more is forgotten, hourly.
    @Test func theStoreDoesNotGrowForEver() async throws {
        let store = try TagStore(path: nil)
        let world = try await World(store: store) { Self.files($0, automated: true) }
        world.registry.setTags(["0.3.12"], of: "shop/web")
        let gone = TagList(repository: ImageRepository(registry: "r.io", path: "gone"), tags: [ImageTag("1")], fetchedAt: Timestamp(milliseconds: 0))
        await store.save(gone)
        _ = await world.automation.pass()
        try await world.time.sleep(for: .seconds(3000))
        _ = await world.automation.pass()
        #expect(await store.list(of: gone.repository) != nil)
        try await world.time.sleep(for: .seconds(700))
        _ = await world.automation.pass()
        #expect(await store.list(of: gone.repository) == nil)
        #expect(await store.list(of: ImageRepository("\(world.registry.host)/shop/web")!) != nil)
        await world.registry.stop()
    }
}
