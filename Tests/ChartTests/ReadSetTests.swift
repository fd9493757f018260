import Testing

@testable import Chart

@Suite("What a render reads")
struct ReadSetTests {
    private static let templates: [(String, Set<String>, Set<String>)] = [
        ("a: 1", [], []),
        (#"{{ .Files.Get "conf/a" }}{{ .Files.Get "gone" }}"#, ["conf/a", "gone"], []),
        (#"{{ range .Files.Lines "x" }}{{ end }}{{ .Files.GetBytes "y" | len }}"#, ["x", "y"], []),
        (#"{{ (.Files.Glob "conf/*").AsConfig | quote }}"#, [], ["conf/*"]),
        (#"{{ range $path, $_ := .Files }}{{ end }}"#, [], ["**"]),
        (#"{{ .Files.AsSecrets | quote }}"#, [], ["**"]),
        (#"{{ if false }}{{ .Files.Get "no" }}{{ end }}"#, [], []),
    ]

    @Test(arguments: templates)
    func filesAndPatterns(_ template: String, _ files: Set<String>, _ patterns: Set<String>) throws {
        let reads = try RenderTests.result([("templates/t.yaml", "# \(template)"), ("conf/a", "1"), ("x", "1\n"), ("y", "2")]).reads
        #expect(reads.files == files)
        #expect(reads.patterns == patterns)
    }

    @Test(arguments: [
        ("README.md", false), ("ci/values.yaml", false), ("conf/deep/a", false), ("conf/a", true), ("named", true),
        ("values.yaml", true), ("templates/NOTES.txt", true), ("templates/new.yaml", true), ("charts/sub/README.md", true),
        ("crds/x.yaml", true), ("Chart.yaml", true), (".helmignore", true), ("values.schema.json", true),
    ])
    func whatCounts(_ path: String, _ counts: Bool) {
        var reads = ReadSet()
        reads.files = ["named"]
        reads.patterns = ["conf/*"]
        #expect(reads.contains(path) == counts)
    }
}
