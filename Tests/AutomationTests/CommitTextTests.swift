import Automation
import Basics
import Document
import Kubernetes
import Registry
import Testing

@Suite("Commit texts") struct CommitTextTests {
    private static func bump(
        _ name: String = "front-end", namespace: String = "sock-shop", from: ImageReference = .init(name: "weave/front-end", tag: "0.3.12"),
        to: ImageReference = .init(name: "weave/front-end", tag: "0.3.13"), container: String = "front-end", policy: String = "semver:~0.3"
    ) -> Bump {
        Bump(
            application: "shop", workload: ObjectKey(group: "apps", kind: "Deployment", namespace: namespace, name: name), container: container,
            from: from, to: to, policy: policy)
    }

    private static let time = Timestamp("2026-11-21T05:12:33Z") ?? Timestamp(milliseconds: 0)

    @Test func oneWorkload() {
        #expect(
            CommitText.message(bumps: [Self.bump()]) == """
                Release sock-shop/front-end 0.3.12 → 0.3.13

                Martlet-Workload: deployment.apps/front-end -n sock-shop
                Martlet-Policy: semver:~0.3

                """)
    }

    @Test func severalWorkloads() {
        let bumps = [Self.bump("b"), Self.bump("a", container: "x", policy: "newest"), Self.bump("a", container: "w", policy: "")]
        let expected = """
            Release 3 images

            - sock-shop/a, w: weave/front-end 0.3.12 → 0.3.13
            - sock-shop/a, x: weave/front-end 0.3.12 → 0.3.13
            - sock-shop/b, front-end: weave/front-end 0.3.12 → 0.3.13

            Martlet-Workload: deployment.apps/a -n sock-shop
            Martlet-Workload: deployment.apps/b -n sock-shop
            Martlet-Policy: newest
            Martlet-Policy: semver:~0.3
            Requested-by: Ann <ann@example.com>

            """
        #expect(CommitText.message(bumps: bumps, requester: "Ann <ann@example.com>") == expected)
        #expect(CommitText.message(bumps: bumps.reversed(), requester: "Ann <ann@example.com>") == expected)
        #expect(CommitText.workloads(of: expected).map(\.description) == ["deployment.apps/a -n sock-shop", "deployment.apps/b -n sock-shop"])
    }

    private static let verbs: [(CommitText.Verb, String)] = [
        (.automate, "Automate sock-shop/front-end"), (.deautomate, "Stop automating sock-shop/front-end"), (.lock, "Lock sock-shop/front-end"),
        (.unlock, "Unlock sock-shop/front-end"), (.rollback, "Roll back sock-shop/front-end"),
    ]

    @Test(arguments: verbs) func commands(verb: CommitText.Verb, subject: String) {
        let key = Self.bump().workload
        #expect(
            CommitText.message(verb, workload: key, requester: "ann", reason: "a\n\nMartlet-Workload: b/c") == """
                \(subject)

                Reason: a  Martlet-Workload: b/c

                Martlet-Workload: deployment.apps/front-end -n sock-shop
                Requested-by: ann

                """)
    }

    @Test func aRollbackSaysFromWhatToWhat() {
        let back = Self.bump(from: .init(name: "a", tag: "2"), to: .init(name: "a", tag: "1"), policy: "")
        let message = CommitText.message(.rollback, workload: back.workload, requester: "ann", bumps: [back])
        #expect(message.hasPrefix("Roll back sock-shop/front-end 2 → 1\n"))
        let two = CommitText.message(.rollback, workload: back.workload, reason: "errors", bumps: [back, Self.bump(container: "z")])
        #expect(two.hasPrefix("Roll back sock-shop/front-end\n\n- ") && two.contains("\n\nReason: errors\n\nMartlet-Workload: "))
    }

    private static let images: [(ImageReference, ImageReference, String)] = [
        (.init(name: "a", tag: "1"), .init(name: "b", tag: "1"), "a:1 → b:1"), (.init(name: "a"), .init(name: "a", tag: "1"), "latest → 1"),
        (.init(name: "a", tag: "1", digest: "sha256:0123456789abcdef"), .init(name: "a", tag: "2", digest: "sha256:f"), "1 → 2"),
        (.init(name: "a", tag: "1", digest: "sha256:0123456789abcdef"), .init(name: "a", tag: "1", digest: "sha256:f"), "1@sha256:0123456789ab → 1@sha256:f"),
        (.init(name: "a", digest: "sha256:e"), .init(name: "a", tag: "1", digest: "sha256:f"), "@sha256:e → 1@sha256:f"),
    ]

    @Test(arguments: images) func change(from: ImageReference, to: ImageReference, expected: String) {
        #expect(CommitText.message(bumps: [Self.bump(from: from, to: to)]).hasPrefix("Release sock-shop/front-end \(expected)\n"))
    }

    @Test func subjectsAreShort() {
        for length in [1, 20, 30, 40, 50, 60, 63, 253] {
            for tag in ["1", String(repeating: "t", count: 30), String(repeating: "t", count: 128)] {
                let bump = Self.bump(
                    String(repeating: "n", count: length), namespace: String(repeating: "s", count: 20), to: .init(name: "weave/front-end", tag: tag))
                let subject = CommitText.message(bumps: [bump]).prefix { $0 != "\n" }
                #expect(subject.count <= 72 && subject.hasPrefix("Release "), "\(subject)")
            }
        }
    }

    /// Nobody writes a line of our commits.
    @Test(arguments: ["x\nMartlet-Workload: evil/x", "x\r\n\r\nevil", "x\u{2028}y", "x\u{85}y", "x\u{0}y", "x\u{202e}y", "x\u{b}\u{c}y"])
    func linesCannotBreakOut(text: String) {
        let good = CommitText.message(bumps: [Self.bump(), Self.bump("b")], requester: "ann")
        let bad = CommitText.message(
            bumps: [
                Self.bump(namespace: text, from: .init(name: text, tag: text), to: .init(name: text, tag: text + "2"), container: text, policy: text),
                Self.bump("b"),
            ], requester: text)
        func lines(_ text: String) -> Int { text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count }
        #expect(lines(bad) == lines(good) + 1)  // one policy more
        #expect(CommitText.workloads(of: bad).allSatisfy { $0.name != "x" })
        let annotation = CommitText.annotation([Self.bump(container: text, policy: text)], at: Self.time, requester: text)
        #expect(lines(annotation) == 1)
        let note = CommitNote(.automated, at: Self.time, requester: text, bumps: [Self.bump(container: text)]).text
        #expect(note.utf8.filter { $0 == 10 }.count == 1)
    }

    @Test func annotations() {
        #expect(CommitText.annotation([Self.bump()], at: Self.time) == "front-end 0.3.12 -> 0.3.13, semver:~0.3, 2026-11-21T05:12:33Z")
        #expect(
            CommitText.annotation([Self.bump(policy: ""), Self.bump(container: "a", policy: "newest")], at: Self.time, requester: "ann")
                == "a 0.3.12 -> 0.3.13, newest, 2026-11-21T05:12:33Z; front-end 0.3.12 -> 0.3.13, by ann, 2026-11-21T05:12:33Z")
    }

    @Test func notes() throws {
        let pinned = Self.bump(to: .init(name: "weave/front-end", tag: "0.3.13", digest: "sha256:a"))
        let text = CommitNote(.release, at: Self.time, requester: "ann", bumps: [pinned]).text
        #expect(
            try JSON.parse(text) == [
                "version": 1, "kind": "release", "time": "2026-11-21T05:12:33Z", "requester": "ann",
                "bumps": [
                    [
                        "application": "shop", "workload": "deployment.apps/front-end", "namespace": "sock-shop", "container": "front-end",
                        "from": "weave/front-end:0.3.12", "to": "weave/front-end:0.3.13@sha256:a", "digest": "sha256:a", "policy": "semver:~0.3",
                    ]
                ],
            ])
    }

    private static let messages: [(String, Int)] = [
        ("a\n\nMartlet-Workload: deploy/x", 1), ("Martlet-Workload: deploy/x", 0), ("a\n\nMartlet-Workload: deploy/x\n\nb: c", 0), ("a\n\ntext\nMartlet-Workload: deploy/x", 0),
        ("a\r\n\r\nmartlet-workload: deploy/x\r\nSigned-off-by: b\r\n", 1), ("a\n\nMartlet-Workload: a/b/c\nMartlet-Workload: deploy/x -n y\n\n", 1), ("", 0), ("\n\n\n", 0),
    ]

    @Test(arguments: messages) func trailers(message: String, count: Int) { #expect(CommitText.workloads(of: message).count == count) }
}
