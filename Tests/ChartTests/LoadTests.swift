import Archive
import Document
import Testing

@testable import Chart

@Suite("Loading charts")
struct LoadTests {
    static let description = ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n")

    @Test(arguments: [
        ("", "validation: chart.metadata.name is required"), ("name: c", "validation: chart.metadata.version is required"),
        ("name: c\nversion: x", "validation: chart.metadata.version \"x\" is invalid"),
        ("name: a/b\nversion: 1.0.0", "validation: chart.metadata.name \"a/b\" is invalid"),
        ("name: c\nversion: 1.0.0\ntype: thing", "validation: chart.metadata.type must be application or library"),
        (
            "name: c\nversion: 1.0.0\ndependencies: [{name: a}, {name: a}]",
            "validation: more than one dependency with name or alias \"a\""
        ),
    ])
    func refuses(text: String, message: String) {
        let error = #expect(throws: ChartError.self) { try Chart.load(files: [ChartFile(path: "Chart.yaml", text: text)]) }
        #expect(error?.message == message)
    }

    @Test func needsItsDescription() {
        let error = #expect(throws: ChartError.self) { try Chart.load(files: [ChartFile(path: "values.yaml", text: "")]) }
        #expect(error?.message == "Chart.yaml file is missing")
    }

    @Test func sortsFilesByTheirPlace() throws {
        let chart = try Chart.load(files: [
            Self.description, ChartFile(path: "values.yaml", text: "\u{feff}a: 1"), ChartFile(path: "templates/a.yaml", text: ""),
            ChartFile(path: "templates/.hidden", text: ""), ChartFile(path: "crds/x.yaml", text: "x"), ChartFile(path: "notes.md", text: ""),
            ChartFile(path: "charts/sub/Chart.yaml", text: "name: sub\nversion: 1.0.0\n"), ChartFile(path: "charts/_off/Chart.yaml", text: ""),
            ChartFile(path: "charts/README.md", text: ""), ChartFile(path: "docs/a.txt", text: ""), ChartFile(path: ".helmignore", text: "# words\ndocs/\n*.md\n"),
        ])
        #expect(chart.values["a"] == 1)
        #expect(chart.templates.map(\.path) == ["templates/a.yaml"])
        #expect(chart.crds.map(\.path) == ["crds/x.yaml"])
        #expect(chart.files.map(\.path) == [".helmignore", "crds/x.yaml"])
        #expect(chart.dependencies.map(\.name) == ["sub"])
    }

    @Test func takesRequirementsOfVersionOne() throws {
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "name: c\nversion: 1.10\nappVersion: 1.10\n"),
            ChartFile(path: "requirements.yaml", text: "dependencies: [{name: sub, version: 1}]"),
            ChartFile(path: "charts/sub/Chart.yaml", text: "name: sub\nversion: 1.0.0\n"),
        ])
        #expect(chart.metadata.apiVersion == "v1")
        #expect(chart.metadata.appVersion == "1.1")
        #expect(chart.metadata.dependencies.map(\.name) == ["sub"])
        #expect(chart.files.map(\.path) == ["requirements.yaml"])
    }

    @Test(arguments: [
        ("*.txt", "a/b.txt", true), ("/*.txt", "a/b.txt", false), ("a/*.txt", "a/b.txt", true), ("a/", "a/b/c", true), ("a/", "a", false),
        ("?.md", "x.md", true), ("[a-c].md", "d.md", false), ("[^a-c].md", "d.md", true), ("foo*", "foo/bar", true), ("!*.md", "a.txt", true),
        ("\\*.md", "a.md", false), ("", "templates/.x", true),
    ])
    func ignores(pattern: String, path: String, expected: Bool) throws { #expect(try IgnoreRules(pattern).ignores(path) == expected) }

    @Test(arguments: [
        ("*.txt", "a.txt", true), ("*.txt", "a/b.txt", false), ("**.txt", "a/b.txt", true), ("a/**", "a/b/c", true), ("{a,b}/*", "b/x", true),
        ("?", "/", false), ("[!a]", "b", true), ("a\\*", "a*", true),
    ])
    func globs(pattern: String, path: String, expected: Bool) { #expect(GlobPattern(pattern)?.matches(path) == expected) }

    @Test func unpacksArchivedSubcharts() throws {
        let archive = try Gzip.compress(TarFile.bytes([
            ("sub/Chart.yaml", "name: sub\nversion: 1.0.0\n"), ("sub/values.yaml", "a: 1\n"), ("sub/templates/x.yaml", "kind: X"),
        ]))
        let chart = try Chart.load(files: [Self.description, ChartFile(path: "charts/sub-1.0.0.tgz", bytes: archive)])
        #expect(chart.dependencies.first?.values["a"] == 1)
        #expect(chart.dependencies.first?.templates.map(\.path) == ["templates/x.yaml"])
    }

    @Test func refusesPathsThatLeadOut() throws {
        #expect(throws: ArchiveError.unsafePath("../x")) { try Tar.entries(TarFile.bytes([("../x", "a")]), maxEntries: 10) }
        #expect(throws: ArchiveError.tooLarge("entries", limit: 1)) {
            try Tar.entries(TarFile.bytes([("x", "a"), ("y", "b")]), maxEntries: 1)
        }
        #expect(throws: ArchiveError.tooLarge("bytes", limit: 10)) {
            try Gzip.decompress(try Gzip.compress([UInt8](repeating: 0, count: 1000)), limit: 10)
        }
        #expect(throws: ArchiveError.self) { try Gzip.decompress([1, 2, 3], limit: 10) }
    }
}

/// A minimal ustar archive.
enum TarFile {
    static func bytes(_ files: [(name: String, text: String)]) -> [UInt8] {
        var output: [UInt8] = []
        for file in files {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ offset: Int) { for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte } }
            put(file.name, 0)
            let size = String(file.text.utf8.count, radix: 8)
            put(String(repeating: "0", count: 11 - size.count) + size, 124)
            put("0", 156)
            put("ustar", 257)
            output += header + Array(file.text.utf8)
            output += [UInt8](repeating: 0, count: (512 - file.text.utf8.count % 512) % 512)
        }
        return output + [UInt8](repeating: 0, count: 1024)
    }
}
