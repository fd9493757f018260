import Automation
import Basics
import Registry
import Testing

@Suite("Tag policies: bounded work") struct PolicySpeedTests {
    /// Exponential engines need 2^30 steps for this.
    @Test func aNestedRepetitionIsLinear() throws {
        let policy = try tagPolicy("regex:^(a+)+$")
        let started = ContinuousClock.now
        for _ in 0..<1000 { #expect(!policy.matches(String(repeating: "a", count: 30) + "_")) }
        // "!" stands in no tag and never gets as far as the expression.
        #expect(!policy.matches(String(repeating: "a", count: 30) + "!"))
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test func aGlobOfManyRunsIsPolynomial() throws {
        let policy = try tagPolicy("glob:" + String(repeating: "*a", count: 60) + "b")
        let started = ContinuousClock.now
        for _ in 0..<100 { #expect(!policy.matches(String(repeating: "a", count: 128))) }
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test(arguments: ["semver:*", "newest", "regex:(?P<number>\\d+)$"]) func tenThousandTagsAreFewMilliseconds(filter: String) throws {
        let policy = try tagPolicy(filter)
        let tags = (0..<10_000).map { ImageTag("1.\($0 % 97).\($0)", builtAt: .init(milliseconds: 1_700_000_000_000 + Int64($0 * 7919 % 10_000))) }
        let started = ContinuousClock.now
        #expect(policy.sorted(tags).count == tags.count)
        #expect(policy.choose(from: tags, current: tags[0]) != .stay(.upToDate))
        // A debug build on a busy machine; `make bench BENCH=policy` measures.
        #expect(ContinuousClock.now - started < .seconds(30))
    }
}
