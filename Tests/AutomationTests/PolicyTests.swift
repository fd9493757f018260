import Automation
import Basics
import Kubernetes
import Registry
import Testing

/// A filter as an annotation has it.
func tagPolicy(_ text: String) throws -> TagPolicy { try TagPolicy(try #require(TagFilter(text))) }

@Suite("Tag policies: which tags count, and their order") struct PolicyTests {
    private static let matching: [(String, String, Bool)] = [
        ("semver:~1.4", "1.4.7", true), ("semver:~1.4", "v1.4.7", true), ("semver:~1.4", "1.5.0", false), ("semver:~1.4", "1.4", true),
        ("semver:~1.4", "1.4.7-rc.1", false), ("semver:~1.4-0", "1.4.7-rc.1", true), ("semver:*", "latest", false), ("semver:*", "abc", false),
        ("semver: >= 1.0.0-rc.0, <1.0.1", "1.0.0-rc.1", true), ("semver:1.2 - 1.4 || ^3", "3.9", true), ("semver:*", "1.2.3.4", false),
        ("semver:~1.4", "1.4.7_build.5", true), ("semver:~1.4", "1.4.7_a_b", false), ("semver:*", "99999999999999999999999.0.0", false),
        ("glob:main-*", "main-abc", true), ("glob:main-*", "xmain-abc", false), ("glob:main-*", "main-", true), ("glob:*-main", "a-main", true),
        ("glob:*-main", "a-main-b", false), ("glob:v?.?", "v1.2", true), ("glob:v?.?", "v1.22", false), ("glob:a*b*c", "aXbYbZc", true),
        ("glob:a*b*c", "acb", false), ("glob:a*b", "a", false), ("glob:**", "x", true), ("glob:a\\-b", "a-b", true), ("glob:x", "x", true),
        ("glob:x", "X", false), ("regex:^main-[0-9a-f]+$", "main-0af", true), ("regex:main", "a-main-b", true), ("regexp:^v", "v1", true),
        ("regex:^main-(?P<number>\\d+)$", "main-12", true), ("regex:^main-(?P<number>\\d+)$", "dev-12", false), ("newest", "anything", true),
        // Flux v1: "latest" only where the filter is that word.
        ("newest", "latest", false), ("glob:*", "latest", false), ("glob:*", "LATEST", false), ("regex:.*", "latest", false),
        ("glob:latest", "latest", true), ("glob:lates?", "latest", false), ("glob:*", "latest-1", true),
        // Nothing that is no tag, whatever a registry says.
        ("newest", "", false), ("newest", "a b", false), ("newest", "a\nimage: evil", false), ("newest", "é", false), ("regex:.*", "１", false),
        ("newest", "-x", false), ("newest", ".x", false), ("newest", String(repeating: "a", count: 128), true),
        ("newest", String(repeating: "a", count: 129), false),
    ]

    @Test(arguments: matching) func matches(filter: String, tag: String, expected: Bool) throws {
        #expect(try tagPolicy(filter).matches(tag) == expected)
    }

    private static let orders: [(String, [String])] = [
        ("semver:*-0", ["10.0.0", "v2.0.0", "2.0.0-rc.10", "2.0.0-rc.2", "2.0.0-alpha", "1.10.0", "1.10", "v1.10", "1.9.9", "0.1", "main", "x"]),
        ("semver:*", ["1.0.0", "1.0", "1", "v1", "1.0.0_a", "1.0.0_b", "0.9.9"]),
        ("regex:-(?P<number>\\d+)$", [
            "a-" + String(repeating: "9", count: 100), "a-1" + String(repeating: "0", count: 98), "a-100", "b-0100", "a-99", "a-9", "a-0", "a-00", "other",
        ]),
        ("regex:^(?P<version>.*)-build$", ["v1.10.0-build", "1.9.0-build", "1.9-build", "abc-build", "other"]),
        ("regex:^r(?P<text>.*)$", ["rb", "raa", "ra", "rB", "rA9", "r", "x"]),
        ("regex:^r(?P<text>\\d+)?(?P<rest>.*)$", ["r9", "r10", "r-", "ra"]),
    ]

    @Test(arguments: orders) func sortsByName(filter: String, expected: [String]) throws {
        let policy = try tagPolicy(filter)
        #expect(!policy.needsBuildTimes)
        #expect(policy.sorted(expected.reversed().map { ImageTag($0) }).map(\.name) == expected)
        #expect(policy.sorted(expected.sorted().map { ImageTag($0) }).map(\.name) == expected)
    }

    @Test(arguments: ["newest", "glob:*", "regex:.", "regex:(?P<sha>[a-z]+)"]) func sortsByBuildTime(filter: String) throws {
        let policy = try tagPolicy(filter)
        #expect(policy.needsBuildTimes)
        let tags = [
            ImageTag("old", builtAt: Timestamp("2020-01-01T00:00:00Z")), ImageTag("unknown"), ImageTag("b", builtAt: Timestamp("2024-01-01T00:00:00Z")),
            ImageTag("a", builtAt: Timestamp("2024-01-01T00:00:00Z")), ImageTag("fixed", builtAt: Timestamp("1980-01-01T00:00:01Z")),
            ImageTag("zero", builtAt: Timestamp("0001-01-01T00:00:00Z")),
        ]
        #expect(policy.sorted(tags).map(\.name) == ["a", "b", "old", "fixed", "unknown", "zero"])
    }

    private static let invalid: [(TagFilter, [String])] = [
        (.semver("~1.x.y"), ["~1.x.y", "character 1", "~1.4"]), (.semver(">=1.0 <two"), ["\"<two\"", "at character 7"]),
        (.semver(""), ["nothing follows the colon"]), (.semver("latest"), ["\"latest\" is no version"]), (.semver("1.2 || "), ["list of ranges"]),
        (.glob(""), ["nothing follows"]), (.glob("main-[0-9]*"), ["character \"[\"", "at character 6"]), (.glob("a\\"), ["backslash", "at character 2"]),
        (.glob("naïve"), ["\"ï\"", "at character 3"]), (.glob("a\nb"), ["at character 2"]),
        (.regex("main-(?P<number>[0-9]+"), ["missing closing )", "at character 6"]), (.regex("a[b"), ["missing closing ]", "at character 2"]),
        (.regex("a**"), ["invalid nested repetition", "at character 2"]), (.regex("a)"), ["unexpected )"]), (.regex("(?=x)"), ["Perl"]),
        (.regex("(?P<numbr>\\d+)"), ["group \"numbr\"", "at character 4", "name it \"number\""]),
        (.regex("(?P<number>\\d+)-(?P<text>.*)"), ["\"number\" and \"text\""]), (.regex("é(a"), ["at character 2"]),
        (.regex("((a{1000}){1000}){1000}"), ["invalid repeat count"]),
    ]

    @Test(arguments: invalid) func refuses(filter: TagFilter, parts: [String]) throws {
        let origin = Origin(file: "a.yaml", line: 7)
        let error = try #require(throws: AutomationError.self) { try TagPolicy(filter, annotation: "martlet.dev/tag.app", origin: origin) }
        #expect(error.kind == .invalid)
        #expect(error.description.hasPrefix("a.yaml:7: annotation \"martlet.dev/tag.app\": \""))
        for part in parts { #expect(error.description.contains(part), "\(error)") }
        #expect(!error.description.contains("\n"))
    }

    @Test(arguments: ["semver:", "glob:", "regex:"]) func refusesHugePatterns(prefix: String) throws {
        for text in [String(repeating: "(", count: 10 << 20), String(repeating: "a*", count: 5 << 20), String(repeating: "~1 ", count: 3000)] {
            let error = try #require(throws: AutomationError.self) { try tagPolicy(prefix + text) }
            #expect(error.message.utf8.count < 400 && error.message.contains("4096"))
        }
    }
}
