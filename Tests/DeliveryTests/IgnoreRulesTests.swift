import Delivery
import Testing

/// gitignore(5), as git itself decides.
@Suite struct IgnoreRulesTests {
    @Test(arguments: [
        ("*.yaml", "a.yaml", true), ("*.yaml", "x/y/a.yaml", true), ("*.yaml", "a.yml", false),
        ("/a.yaml", "a.yaml", true), ("/a.yaml", "x/a.yaml", false),
        ("x/a.yaml", "x/a.yaml", true), ("x/a.yaml", "y/x/a.yaml", false),
        ("x/", "x/a.yaml", true), ("x/", "y/x/z/a.yaml", true), ("x/", "x", false), ("x", "x", true),
        ("**/x/a.yaml", "x/a.yaml", true), ("**/x/a.yaml", "p/q/x/a.yaml", true), ("**/a", "a", true),
        ("x/**", "x/a", true), ("x/**", "x/y/z", true), ("x/**", "x", false), ("x/**", "y/x/a", false),
        ("x/**/a", "x/a", true), ("x/**/a", "x/p/a", true), ("x/**/a", "x/p/q/a", true), ("x/**/a", "x/p/b", false),
        ("x/**/b/**/a", "x/1/b/2/3/a", true), ("x/**/b/**/a", "x/1/c/2/a", false),
        ("**", "anything/at/all", true), ("/**/", "a/b", true), ("/**/", "a", false),
        ("a?c", "abc", true), ("a?c", "a/c", false), ("x/*/c", "x/b/c", true), ("x/*/c", "x/b/b/c", false),
        ("[ab].yaml", "a.yaml", true), ("[!ab].yaml", "a.yaml", false), ("[^ab].yaml", "c.yaml", true), ("[a-c]1", "b1", true),
        ("[]]x", "]x", true), ("[!]]x", "]x", false), ("[!]]x", "ax", true), ("[a-]", "-", true), ("[a", "[a", false), ("[", "[", false),
        ("\\#a", "#a", true), ("#a", "#a", false), ("\\!a", "!a", true), ("\\*a", "*a", true), ("\\*a", "ba", false), ("\\\\a", "\\a", true),
        ("a   ", "a", true), ("a\\ ", "a ", true), ("a\\ ", "a", false), ("", "a", false), ("/", "a", false), ("   ", "a", false),
        ("*.yaml\n!keep.yaml", "keep.yaml", false), ("*.yaml\n!keep.yaml", "x.yaml", true), ("!keep.yaml\n*.yaml", "keep.yaml", true),
        ("x/\n!x/keep.yaml", "x/keep.yaml", true), ("x/*\n!x/keep.yaml", "x/keep.yaml", false),
        ("a\r\nb\r\n", "b", true), ("äß", "äß", true),
    ]) func table(_ rules: String, _ path: String, _ isIgnored: Bool) {
        var all = IgnoreRules()
        all.add(rules, in: "")
        #expect(all.ignores(path) == isIgnored)
    }

    @Test func rulesHoldForTheirFolder() {
        var all = IgnoreRules()
        all.add("*.yaml", in: "")
        all.add("!a.yaml\n/b.json", in: "x")
        #expect(all.ignores("a.yaml") && !all.ignores("x/a.yaml") && !all.ignores("x/y/a.yaml"))
        #expect(all.ignores("x/b.json") && !all.ignores("b.json") && !all.ignores("x/y/b.json") && !all.ignores("xx/b.json"))
    }

    /// A pattern from outside must not cost more than its length allows.
    @Test(.timeLimit(.minutes(10))) func patternsThatBacktrack() {
        var all = IgnoreRules()
        all.add(String(repeating: "**/a/", count: 40) + "b", in: "")
        all.add(String(repeating: "a*", count: 200) + "b/c", in: "")
        #expect(!all.ignores(Array(repeating: "a", count: 1500).joined(separator: "/")))
        #expect(!all.ignores(String(repeating: "a", count: 4000) + "/c"))
    }
}
