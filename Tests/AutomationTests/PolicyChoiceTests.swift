import Automation
import Basics
import Registry
import Testing

/// `1.0`, `1.0@d1`, `main 2024` (a build time's year) and `main@d1 2024`, joined by commas.
private func tags(_ text: String) -> [ImageTag] {
    text.split(separator: ",").compactMap { part in
        let words = part.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        let halves = first.split(separator: "@").map(String.init)
        return ImageTag(
            halves[0], digest: halves.count > 1 ? "sha256:\(halves[1])" : nil,
            builtAt: words.count > 1 ? Timestamp("\(words[1])-01-01T00:00:00Z") : nil)
    }
}

@Suite("Choices: from the tag in git to the next") struct PolicyChoiceTests {
    /// Filter, current, list, and the tag taken or the reason to stay.
    private static let choices: [(String, String, String, String)] = [
        // By version.
        ("semver:~1.4", "1.4.1", "1.4.0,1.4.1,1.4.7,1.5.0", "→ 1.4.7"), ("semver:~1.4", "1.4.7", "1.4.0,1.4.7,2.0.0", "up to date"),
        ("semver:~1.4", "1.4.7", "1.4.0,1.4.1", "current tag is newer than any that matches (best: 1.4.1)"),
        ("semver:~1.4", "2.0.0", "1.4.0,2.0.0", "current tag is newer than any that matches (best: 1.4.0)"),
        ("semver:~1.4", "1.3.0", "2.0.0,0.9,3.0.0-rc", "no tag matches semver:~1.4 (best other: 3.0.0-rc)"),
        ("semver:~1.4", "1.3.0", "2.0.0,latest,main", "no tag matches semver:~1.4 (best other: 2.0.0)"),
        ("semver:~1.4", "1.3.0", "latest,main", "no tag matches semver:~1.4"), ("semver:~1.4", "1.3.0", "", "the registry lists no tags"),
        ("semver:*", "1.9", "1.10,1.9", "→ 1.10"), ("semver:*", "v1.9", "v1.10,1.10,1.10.0", "→ v1.10"), ("semver:*", "1.9", "v1.10,1.10.0", "→ 1.10.0"),
        ("semver:*", "1.9.0", "1.10,1.10.0", "→ 1.10.0"), ("semver:*", "1.10.0", "v1.10.0,1.10", "up to date"), ("semver:*", "1.10", "1.10.0,1.10", "up to date"),
        ("semver:*", "latest", "latest,1.2.0", "→ 1.2.0"), ("semver:*", "main", "1.2.0", "→ 1.2.0"),
        ("semver:*", "main 2024", "1.2.0 2023", "current tag is newer than any that matches (best: 1.2.0)"), ("semver:*", "main 2024", "1.2.0 2025", "→ 1.2.0"),
        ("semver:*-0", "1.0.0-rc.9", "1.0.0-rc.10,1.0.0-rc.9", "→ 1.0.0-rc.10"), ("semver:>=1.0.0", "1.0.0-rc.9", "1.0.0,1.0.1-rc.1", "→ 1.0.0"),
        // A `_` is another build of the same version.
        ("semver:*", "1.0.0", "1.0.1_debug,1.0.0", "up to date"), ("semver:*", "1.0.0", "1.0.1_debug", "no tag matches semver:* (best other: 1.0.1_debug)"),
        ("semver:*", "1.0.0_debug", "1.0.1_debug,1.0.1", "→ 1.0.1_debug"), ("semver:*", "1.0.0_5", "1.0.0_6,1.0.0_5", "up to date"),
        // By number, version, text.
        ("regex:^main-[0-9a-f]+-(?P<number>\\d+)$", "main-ab-9", "main-ff-10,main-aa-9,main-ab-9", "→ main-ff-10"),
        ("regex:^main-(?P<number>\\d+)$", "main-10", "main-9,main-10", "up to date"), ("regex:^main-(?P<number>\\d+)$", "main-11", "main-9", "current tag is newer than any that matches (best: main-9)"),
        ("regex:^main-(?P<number>\\d+)$", "main-010", "main-10", "up to date"), ("regex:^main-(?P<number>\\d+)$", "dev-99", "main-10,dev-99", "→ main-10"),
        ("regex:^main-(?P<number>.*)$", "x", "main-a,main-", "main- matches regex:^main-(?P<number>.*)$, but the group captures nothing that orders it"),
        ("regex:^(?P<version>.*)-build$", "1.9-build", "1.10-build,2.0", "→ 1.10-build"), ("regex:^(?P<text>\\d{4}-\\d\\d)$", "2024-09", "2024-10,2023-12", "→ 2024-10"),
        // By build time: both must be known.
        ("newest", "a 2023", "a 2023,b 2024,c 2022", "→ b"), ("newest", "a", "a 2023,b 2024", "→ b"), ("newest", "a", "b 2024", "current image a is not in the registry, so when it was built is not known; release once by hand"),
        ("newest", "a", "a,b 2024", "when a was built is not known"), ("newest", "a 2023", "a,b", "when a was built is not known"), ("newest", "a 2025", "b 2024", "current tag is newer than any that matches (best: b)"),
        ("newest", "a 2024", "a 2024,b 2024", "up to date"), ("newest", "a 2023", "latest 2025,a 2023", "up to date"), ("glob:main-*", "main-1 2023", "main-1 2023,dev 2025,main-2 2024", "→ main-2"),
        ("glob:main-*", "x 2023", "x 2023,y 2024", "no tag matches glob:main-* (best other: y)"), ("newest", "latest 2023", "latest 2023,a 2024", "→ a"),
        ("newest", "a 2023", "b 1980,a 2023", "up to date"), ("glob:latest", "1.0 2023", "latest 2024,1.0 2023", "→ latest"),
        // Pinned: the digest goes with the tag.
        ("semver:*", "1.0@a", "1.0@a,1.1@b", "→ 1.1@sha256:b"), ("semver:*", "1.0@a", "1.0@a", "up to date"), ("semver:*", "1.0@a", "1.0@b", "when 1.0 was built is not known"),
        ("semver:*", "1.0@a", "1.0@a,1.1", "the digest of 1.1 is not known yet"), ("semver:*", "1.0@a", "1.0", "the digest of 1.0 is not known yet"),
        ("semver:*", "1.0@a 2024", "1.0@b 2023", "1.0 was moved back to an older image"), ("semver:*", "1.0@a 2024", "1.0@b 2025", "→ 1.0@sha256:b"),
        ("semver:~1", "2.0@a", "2.0@b,1.0@c", "current tag is newer than any that matches (best: 1.0)"), ("semver:*", "1.0", "1.0@b", "up to date"),
        ("glob:main", "main@a 2023", "main@b 2024", "→ main@sha256:b"), ("glob:main", "main@a 2024", "main@b 2023", "main was moved back to an older image"),
        ("glob:*", "main@a 2024", "main@b,other@c 2024", "when main was built is not known"),
        ("glob:main", "main@a", "main@b 2024", "current image main is not in the registry, so when it was built is not known; release once by hand"), ("glob:main", "main@a", "main@b 2024,old@a 2023", "→ main@sha256:b"),
    ]

    @Test(arguments: choices) func chooses(filter: String, current: String, list: String, expected: String) throws {
        let policy = try tagPolicy(filter)
        let current = try #require(tags(current).first)
        for list in [tags(list), tags(list).reversed()] {
            switch policy.choose(from: list, current: current) {
            case .take(let tag): #expect("→ \(tag.name)" + (current.digest == nil ? "" : "@\(tag.digest ?? "?")") == expected)
            case .stay(let reason): #expect(reason.description == expected)
            }
        }
    }

    @Test func goesBackOnlyWhenAsked() throws {
        let policy = try tagPolicy("semver:~1.4")
        #expect(policy.choose(from: tags("1.4.0"), current: ImageTag("2.0.0"), allowsDowngrade: true) == .take(ImageTag("1.4.0")))
        #expect(policy.choose(from: tags("1.4.0"), current: ImageTag("1.4.0"), allowsDowngrade: true) == .stay(.upToDate))
        #expect(policy.choose(from: tags("2.0.0"), current: ImageTag("1.4.0"), allowsDowngrade: true) == .stay(.noMatch(policy: "semver:~1.4", bestOther: "2.0.0")))
    }

    @Test func reasonsAreOneLine() {
        #expect(StayReason.locked(by: "ann\nbob", reason: "a\u{2028}b").description == "locked by ann bob: a b")
        #expect(StayReason.locked(by: nil, reason: nil).description == "locked")
        #expect(StayReason.notAutomated.description == "not automated")
    }

    @Test func pinnedStaysPinned() {
        let image = ImageReference(name: "ghcr.io/a/b", tag: "1.0", digest: "sha256:a")
        #expect(image.moved(to: ImageTag("1.1", digest: "sha256:b"))?.description == "ghcr.io/a/b:1.1@sha256:b")
        #expect(image.moved(to: ImageTag("1.1")) == nil)
        #expect(ImageReference(name: "nginx", tag: nil).moved(to: ImageTag("1.1", digest: "sha256:b"))?.description == "nginx:1.1")
    }

    @Test func anImageOfADigestAloneIsItsBestTag() throws {
        let policy = try tagPolicy("semver:*")
        let image = ImageReference(name: "a", tag: nil, digest: "sha256:a")
        #expect(policy.current(of: image, among: tags("1.0@a,1.2@b,1.1@a,main@a"))?.name == "1.1")
        #expect(policy.current(of: image, among: tags("1.0@c")) == nil)
        #expect(policy.current(of: ImageReference(name: "a"), among: [])?.name == "latest")
    }
}
