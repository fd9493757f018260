import Automation
import Basics
import Registry
import Testing

@Suite("Tag policies: what holds for all tags") struct PolicyPropertyTests {
    private static let filters = [
        "semver:*", "semver:~1", "semver:*-0", "glob:*", "glob:main-*", "newest", "regex:.", "regex:(?P<number>\\d+)$", "regex:^v?(?P<version>.*)$",
        "regex:^(?P<text>[a-z]+)", "regex:-(?P<number>.*)",
    ]

    /// Tags of few forms and values, so that ties and gaps are common.
    private static func randomTag(_ random: RandomSource) -> ImageTag {
        func number() -> String {
            let digits = random.next(below: 20) == 0 ? String(repeating: "9", count: Int(random.next(below: 40))) : ""
            return (random.next(below: 6) == 0 ? "0" : "") + "\(random.next(below: 4))" + digits
        }
        let name =
            switch random.next(below: 10) {
            case 0: "\(number()).\(number())"
            case 1: "v\(number()).\(number()).\(number())"
            case 2, 3: "1.\(number()).\(number())"
            case 4: "1.\(number()).\(number())-rc.\(number())"
            case 5: "main-\(number())"
            case 6: "main-\(number())-a"
            case 7: "1.0.\(number())_\(number())"
            case 8: ["latest", "main", "", "a b", "ü", "dev-1"][Int(random.next(below: 6))]
            default: "\(number())"
            }
        let time = random.next(below: 3) == 0 ? nil : Timestamp(milliseconds: 1_700_000_000_000 + Int64(random.next(below: 5)))
        let digest = random.next(below: 3) == 0 ? nil : "sha256:\(random.next(below: 3))"
        return ImageTag(name, digest: digest, builtAt: time)
    }

    @Test(arguments: filters) func sortedIsATotalOrder(filter: String) throws {
        let policy = try tagPolicy(filter)
        let random = RandomSource(seed: 1)
        for _ in 0..<500 {
            let (a, b, c) = (Self.randomTag(random), Self.randomTag(random), Self.randomTag(random))
            func first(_ x: ImageTag, _ y: ImageTag) -> Bool { policy.sorted([x, y]).first == x }
            #expect(policy.sorted([a, b]) == policy.sorted([b, a]), "antisymmetric: \(a) \(b)")
            if first(a, b), first(b, c) { #expect(first(a, c), "transitive: \(a) \(b) \(c)") }
        }
    }

    @Test(arguments: filters) func sortedDoesNotDependOnTheListsOrder(filter: String) throws {
        let policy = try tagPolicy(filter)
        let random = RandomSource(seed: 2)
        for _ in 0..<10 {
            var tags = (0..<Int(random.next(below: 60))).map { _ in Self.randomTag(random) }
            let sorted = policy.sorted(tags)
            let choice = policy.choose(from: tags, current: ImageTag("1.0.1", builtAt: Timestamp(milliseconds: 1_700_000_000_002)))
            for _ in 0..<5 {
                for index in tags.indices { tags.swapAt(index, Int(random.next(below: UInt64(tags.count)))) }
                #expect(policy.sorted(tags) == sorted)
                let again = policy.choose(from: tags, current: ImageTag("1.0.1", builtAt: Timestamp(milliseconds: 1_700_000_000_002)))
                #expect(again == choice)
            }
            #expect(policy.matching(tags) == sorted.filter { policy.matches($0.name) })
        }
    }

    /// What is taken matches, and stands before the current tag in an order that knows both.
    @Test(arguments: filters) func neverOlder(filter: String) throws {
        let policy = try tagPolicy(filter)
        let random = RandomSource(seed: 3)
        var taken = 0
        for _ in 0..<1000 {
            let tags = (0..<Int(random.next(below: 8))).map { _ in Self.randomTag(random) }
            let current = Self.randomTag(random)
            guard case .take(let tag) = policy.choose(from: tags, current: current) else { continue }
            taken += 1
            #expect(policy.matches(tag.name) && tags.contains(tag))
            #expect(current.digest == nil || tag.digest != nil)
            if policy.needsBuildTimes {
                let before = current.builtAt
                if let before, let after = tag.builtAt { #expect(after >= before) }
                #expect(tag.builtAt != nil)
            } else if tag.name != current.name, policy.matches(current.name) {
                // Without digests and times the order is the name's alone.
                #expect(policy.sorted([ImageTag(current.name), ImageTag(tag.name)]).first?.name == tag.name, "\(current) → \(tag)")
            }
            // And there is nothing to do after it.
            if case .take(let next) = policy.choose(from: tags.filter { $0.name == tag.name ? $0 == tag : true }, current: tag) {
                Issue.record("\(current) → \(tag) → \(next)")
            }
        }
        #expect(taken > 10)
    }
}
