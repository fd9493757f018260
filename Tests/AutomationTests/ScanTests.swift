import Automation
import Basics
import HTTP
import Kubernetes
import Registry
import TestKit
import Testing

/// What a registry is asked, and what is made of its answers.
@Suite struct ScanTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    static let spellings: [(current: String, filter: String, names: [String], best: String)] = [
        ("v3.0.0", "semver:^3", ["v3.0.0", "3.1.0", "v3.1.0"], "v3.1.0"), ("3.0.0", "semver:^3", ["3.0.0", "3.1.0", "v3.1.0"], "3.1.0"),
        ("1.25", "semver:^1", ["1.25", "1.26", "1.26.0"], "1.26"), ("1.25.0", "semver:^1", ["1.25.0", "1.26", "1.26.0"], "1.26.0"),
        ("1.2.3_debug", "semver:^1", ["1.2.3_debug", "1.3.0", "1.3.0_debug"], "1.3.0_debug"),
        ("1.2.3", "semver:^1", ["1.2.3", "1.3.0", "1.4.0_debug"], "1.3.0"),
    ]

    /// Of a pinned image the digest is asked for of the very tag that is chosen.
    @Test(arguments: spellings) func theChosenTagsDigestIsAskedFor(_ current: String, _ filter: String, _ names: [String], _ best: String) throws {
        let policy = try TagPolicy(try #require(TagFilter(filter)))
        let image = ImageReference(name: "example.com/shop/web", tag: current, digest: Self.digest)
        let inquiries = ScanPlan.inquiries(names: names, known: [], needs: [TagNeed(policy: policy, image: image)], turn: 0)
        let tags = inquiries.tags.map { tag in
            inquiries.builds.contains(tag.name) ? ImageTag(tag.name, digest: "sha256:" + String(repeating: "b", count: 64)) : tag
        }
        guard case .take(let tag) = policy.choose(from: tags, current: ImageTag(current, digest: Self.digest)) else {
            Issue.record("nothing is taken")
            return
        }
        #expect(tag.name == best)
    }

    private static func scanner(_ registry: FaultyRegistry) throws -> Scanner {
        let store = try TagStore(path: nil)
        let client = RegistryClient(
            transport: CurlTransport(), settings: RegistryClient.Settings(insecure: [registry.host]), time: SystemTime(), random: RandomSource(seed: 1),
            store: store)
        return Scanner(client: client, store: store, time: SystemTime())
    }

    /// Harbor keeps an image with vulnerabilities back, some artifact is no image: the others are followed.
    @Test(arguments: [FaultyRegistry.Fault.status(412), .body("{}")])
    func oneImageThatCannotBeReadHasNoBuildTime(_ fault: FaultyRegistry.Fault) async throws {
        let registry = try await FaultyRegistry()
        let times = (1...3).map { Timestamp(milliseconds: 1_700_000_000_000 + Int64($0) * 1000) }
        _ = registry.push("shop/web", tag: "a", createdAt: times[0])
        _ = registry.push("shop/web", tag: "b", createdAt: times[1])
        let bad = registry.push("shop/web", tag: "bad", createdAt: times[2])
        registry.script("manifests/\(bad)", method: "GET", fault)
        let scanner = try Self.scanner(registry)
        let image = ImageReference(name: "\(registry.host)/shop/web", tag: "a")
        let policy = try TagPolicy(.newest)
        func scanned() async throws -> [String: Timestamp?] {
            let scan = try await scanner.scan(
                registry.repository("shop/web"), needs: [TagNeed(policy: policy, image: image)], turn: 0, credential: nil)
            return Dictionary(scan.list.tags.map { ($0.name, $0.builtAt) }) { first, _ in first }
        }
        #expect(try await scanned() == ["a": times[0], "b": times[1], "bad": nil])
        // It is asked for again.
        #expect(try await scanned() == ["a": times[0], "b": times[1], "bad": times[2]])
        await registry.stop()
    }

    /// A registry that fails tells nothing of an image.
    @Test(arguments: [FaultyRegistry.Fault.status(500), .status(403)])
    func aRegistryThatFailsIsNoAnswer(_ fault: FaultyRegistry.Fault) async throws {
        let registry = try await FaultyRegistry()
        let bad = registry.push("shop/web", tag: "a", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        registry.script("manifests/\(bad)", method: "GET", fault)
        let needs = [TagNeed(policy: try TagPolicy(.newest), image: ImageReference(name: "\(registry.host)/shop/web", tag: "a"))]
        let scanner = try Self.scanner(registry)
        await #expect(throws: RegistryError.self) { _ = try await scanner.scan(registry.repository("shop/web"), needs: needs, turn: 0, credential: nil) }
        await registry.stop()
    }
}
