import Basics
import HTTP
import Registry
import TestKit

/// One scan of a repository with 10,000 tags, against the bare requests with no
/// reading of the answers.
enum RegistryBenchmark {
    private static let pages = 10

    @Sendable static func run() async throws {
        let registry = try await FaultyRegistry()
        let names = (0..<10_000).map { "1.\($0 / 100).\($0 % 100)" }
        let wanted = names.filter { $0.hasPrefix("1.99.") }
        for name in wanted { registry.push("shop/front-end", tag: name, createdAt: Timestamp(milliseconds: 1_700_000_000_000)) }
        registry.setTags(names, of: "shop/front-end")
        registry.setETags(true)
        let transport = CurlTransport()

        var bare = Rounds(), cold = Rounds(), warm = Rounds(), coldDetails = Rounds(), warmDetails = Rounds()
        var requests: [String: Int] = [:]
        for _ in 0..<7 {
            try await bare.measure { try await bareScan(registry, transport) }
            requests["bare"] = registry.takeLog().count
            let client = RegistryClient(
                transport: transport, settings: RegistryClient.Settings(insecure: [registry.host], requestsPerSecond: 100_000, burst: 100_000),
                time: SystemTime(), random: RandomSource(), store: try TagStore(path: nil))
            try await cold.measure { try await scan(registry, client) }
            requests["cold"] = registry.takeLog().count
            try await warm.measure { try await scan(registry, client) }
            requests["warm"] = registry.takeLog().count
            try await coldDetails.measure { try await details(wanted, registry, client) }
            requests["cold details"] = registry.takeLog().count
            try await warmDetails.measure { try await details(wanted, registry, client) }
            requests["warm details"] = registry.takeLog().count
        }
        let ratio = { (rounds: Rounds) in (rounds.median / bare.median).rounded(toPlaces: 2) }
        print("registry: 10,000 tags, \(pages) pages; medians of 7")
        print("  bare requests             \(bare.milliseconds)  \(requests["bare"] ?? 0) requests")
        print("  scan, cold                \(cold.milliseconds)  \(requests["cold"] ?? 0) requests  \(ratio(cold)) of the bare requests")
        print("  scan, unchanged           \(warm.milliseconds)  \(requests["warm"] ?? 0) requests  \(ratio(warm)) of the bare requests")
        print("  \(wanted.count) build times, new       \(coldDetails.milliseconds)  \(requests["cold details"] ?? 0) requests")
        print("  \(wanted.count) build times, known     \(warmDetails.milliseconds)  \(requests["warm details"] ?? 0) requests")
        await registry.stop()
    }

    private static func bareScan(_ registry: FaultyRegistry, _ transport: CurlTransport) async throws {
        for page in 0..<pages {
            let last = page == 0 ? "" : "&last=1.\(page * 10 - 1).99"
            let answer = try await transport.send(HTTPRequest("GET", "http://\(registry.host)/v2/shop/front-end/tags/list?n=1000\(last)"))
            _ = try await answer.body.collect(limit: 1 << 23)
        }
    }

    private static func scan(_ registry: FaultyRegistry, _ client: RegistryClient) async throws {
        let names = try await client.tagNames(of: registry.repository("shop/front-end"), credential: nil)
        guard names.count == 10_000 else { throw SubprocessError("\(names.count) tags instead of 10,000") }
    }

    /// The build times of those tags that pass a filter, as many at once as the client lets through.
    private static func details(_ wanted: [String], _ registry: FaultyRegistry, _ client: RegistryClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in wanted {
                group.addTask { _ = try await client.details(of: registry.repository("shop/front-end"), reference: name, credential: nil) }
            }
            try await group.waitForAll()
        }
    }
}
