internal import Automation
internal import Basics
internal import Kubernetes
internal import Registry

/// Choosing a tag: for every image at every scan. The anchor is sorting the same names as texts.
enum PolicyBenchmark {
    @Sendable static func run() async throws {
        let tags = list(10_000)
        var anchor = Rounds()
        for _ in 0..<15 { anchor.measure { tags.map(\.name).sorted() } }
        print("policy: \(tags.count) tags; sorting their names alone \(anchor.milliseconds)")
        let filters: [TagFilter] = [
            .semver("~1.4"), .semver("*-0"), .glob("1.*.?"), .newest, .regex("^1\\.4\\."), .regex("\\.(?P<number>[0-9]+)$"),
            .regex("^(?P<version>.*)$"), .regex("^(?P<text>.*)$"),
        ]
        for filter in filters {
            let policy = try TagPolicy(filter)
            var sorting = Rounds(), choosing = Rounds()
            for _ in 0..<15 {
                sorting.measure { policy.sorted(tags) }
                choosing.measure { policy.choose(from: tags, current: ImageTag("1.4.0", builtAt: tags.first?.builtAt)) }
            }
            let ratio = (sorting.median / anchor.median).rounded(toPlaces: 1)
            print("  \(policy.text)  sort \(sorting.milliseconds) (\(ratio) of the anchor)  choose \(choosing.milliseconds)")
        }
        let bomb = try TagPolicy(.regex("^(a+)+$"))
        let text = String(repeating: "a", count: 30) + "_"
        var rounds = Rounds()
        for _ in 0..<15 {
            rounds.measure { for _ in 0..<1000 where bomb.matches(text) { print("it matches") } }
        }
        print("  regex:^(a+)+$ against 30 letters and another  \((rounds.median / .microseconds(1000)).rounded(toPlaces: 2)) µs")
    }

    /// Versions and their build times in an order of no use.
    private static func list(_ count: Int) -> [ImageTag] {
        let random = RandomSource(seed: 1)
        return (0..<count).map { number in
            ImageTag(
                "1.\(random.next(below: 30)).\(number)",
                builtAt: Timestamp(milliseconds: 1_700_000_000_000 + Int64(random.next(below: 1_000_000_000))))
        }
    }
}
