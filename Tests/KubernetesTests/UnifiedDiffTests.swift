import Basics
import Kubernetes
import Testing

@Suite struct UnifiedDiffTests {
    /// As `diff -u` prints them; where several shortest ways exist, as in the last, the choice is ours.
    @Test(arguments: [
        ("a\n", "a\n", ""),
        ("", "a\n", "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n"),
        ("a\n", "", "--- x\n+++ y\n@@ -1 +0,0 @@\n-a\n"),
        ("a\nb\nc\n", "a\nB\nc\n", "--- x\n+++ y\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"),
        ("\u{e9}\n", "e\u{301}\n", "--- x\n+++ y\n@@ -1 +1 @@\n-\u{e9}\n+e\u{301}\n"),
        ("a\r\n", "a\n", "--- x\n+++ y\n@@ -1 +1 @@\n-a\r\n+a\n"),
        ("a", "a\n", "--- x\n+++ y\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
        (
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "1\nX\n3\n4\n5\n6\n7\n8\n9\n10\nY\n12\n",
            "--- x\n+++ y\n@@ -1,5 +1,5 @@\n 1\n-2\n+X\n 3\n 4\n 5\n@@ -8,5 +8,5 @@\n 8\n 9\n 10\n-11\n+Y\n 12\n"
        ),
        ("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", "--- x\n+++ y\n@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n"),
    ])
    func asDiffPrints(from: String, to: String, expected: String) {
        #expect(Array(unifiedDiff(from, to, fromName: "x", toName: "y").utf8) == Array(expected.utf8))
    }

    /// Applies a diff with all the context to the text it was made from.
    static func patched(_ diff: String) -> String {
        diff.split(separator: "\n").dropFirst(3).filter { !$0.hasPrefix("-") }.map { $0.dropFirst() + "\n" }.joined()
    }

    @Test func leadsFromOneTextToTheOther() {
        let random = RandomSource(seed: 7)
        for _ in 0..<200 {
            func text() -> String { (0..<random.next(below: 30)).map { _ in "\(random.next(below: 5))\n" }.joined() }
            let (from, to) = (text(), text())
            if from == to { continue }
            let diff = unifiedDiff(from, to, fromName: "x", toName: "y", context: 100)
            #expect(Self.patched(diff) == to)
        }
    }

    @Test func farTextsAreBounded() {
        let from = (0..<20_000).map { "a\($0)\n" }.joined(), to = (0..<20_000).map { "b\($0)\n" }.joined()
        let diff = unifiedDiff("same\n" + from, "same\n" + to, fromName: "x", toName: "y", context: 0)
        #expect(diff.hasPrefix("--- x\n+++ y\n@@ -2,20000 +2,20000 @@\n-a0\n"))
    }
}
