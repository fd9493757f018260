import Basics
import Delivery
import Document
import Kubernetes
import Testing

/// Files that cannot be meant: what, where, what to do; the others go on.
@Suite struct BadManifestTests {
    /// A good file, the bad one, and what must be said of it.
    private func problem(_ name: String, _ text: String, _ place: String, _ says: String) async throws {
        let desired = try await desired(["good.yaml": configuration("good"), name: text])
        let error = try #require(desired.problems.first?.error, "no problem")
        #expect(error.origin?.description == place, "\(error)")
        #expect(error.description.contains(says), "\(error)")
        #expect(desired.objects.map(\.object.name).contains("good") && !desired.isBlocked && !desired.isComplete)
        #expect(error.description.utf8.count < 600, "a message is for reading")
        #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 32 }, "no control letters on a terminal")
    }

    @Test(arguments: [
        ("a: [1\nb: 2\n", "bad.yaml:2", ""),
        ("a: 1\n\tb: 2\n", "bad.yaml:2", ""),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n", "bad.yaml:5", "name"),
        ("replicas: 3\n", "bad.yaml:1", "no apiVersion and kind: leave the file out with .martletignore"),
        ("hello\n", "bad.yaml:1", "no apiVersion and kind"),
        ("---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", "bad.yaml:3", "ConfigMap without metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: a-\n", "bad.yaml:1", "without metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: 1\n", "bad.yaml:5", "metadata.namespace is an integer, put it in quotes"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n", "bad.yaml:4", "metadata.name is a boolean, put it in quotes"),
        ("a: *nobody\n", "bad.yaml:1", "nobody"),
    ]) func texts(_ text: String, _ place: String, _ says: String) async throws {
        try await problem("bad.yaml", text, place, says)
    }

    @Test func deepNesting() async throws {
        try await problem("bad.yaml", "a: " + String(repeating: "[", count: 100_000), "bad.yaml:1", "1000")
        try await problem("bad.json", String(repeating: "[", count: 100_000), "bad.json:1", "1000")
    }

    @Test func fiveMegabytes() async throws {
        try await problem("bad.yaml", configuration("big", "data:\n  x: \"" + String(repeating: "a", count: 5 << 20) + "\"\n"), "bad.yaml", "5242880; make it smaller or divide it")
    }

    @Test func anAliasBomb() async throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 { text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n" }
        try await problem("bad.yaml", text, "bad.yaml:6", "alias")
    }

    @Test func aBinaryFile() async throws {
        let tree = FolderlessTree(bytes: ["bad.yaml": [0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe], "good.yaml": Array(configuration("good").utf8)])
        let layout = try await scan(tree, root: "", name: "shop")
        let desired = render(
            try #require(layout.parts.first), bytes: tree.bytes, revision: tree.revision, context: RenderContext(now: .init(milliseconds: 0)))
        let error = try #require(desired.problems.first?.error)
        #expect(error.origin?.file == "bad.yaml" && desired.objects.map(\.object.name) == ["good"], "\(error)")
        #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 32 })
    }

    @Test func twoFilesWithOneObject() async throws {
        let desired = try await desired(["a.yaml": configuration("x"), "b.yaml": "\n" + configuration("x"), "c.yaml": configuration("z")])
        #expect(desired.objects.map(\.object.name) == ["z"])
        #expect(desired.problems.map { "\($0.error)" } == ["b.yaml:2: configmap/x -n shop is written twice, the other time in a.yaml:1: keep one"])
    }

    @Test func aMisspeltAnnotationStopsAll() async throws {
        let desired = try await desired(["a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    martlet.dev/prun: \"false\"\n"])
        #expect(desired.isBlocked && desired.problems.first?.error.origin?.description == "a.yaml:6")
        #expect(desired.problems.first?.error.description.contains("martlet.dev/prune") == true)
    }

    @Test func ignoredObjectsAreKnown() async throws {
        let desired = try await desired(["a.yaml": configuration("a").replacing("  namespace: shop", with: "  annotations: {martlet.dev/ignore: \"true\"}")])
        #expect(desired.objects.isEmpty && desired.isComplete)
        #expect(desired.ignored == [ObjectKey(group: "", kind: "ConfigMap", namespace: "", name: "a")])
    }

    @Test func lists() async throws {
        let items = ["a", "b"].map { "- {apiVersion: v1, kind: ConfigMap, metadata: {name: \($0)}}" }.joined(separator: "\n")
        let desired = try await desired(["a.yaml": "apiVersion: v1\nkind: List\nitems:\n\(items)\n- {kind: ConfigMap}\n"])
        #expect(desired.objects.map(\.object.name) == ["a", "b"] && desired.problems.count == 1)
    }

    @Test func tooManyObjects() async throws {
        let desired = try await desired(["a.yaml": (0..<10_002).map { "{apiVersion: v1, kind: ConfigMap, metadata: {name: n\($0)}}" }.joined(separator: "\n---\n")])
        #expect(desired.isBlocked && desired.problems.count == 1)
        #expect(desired.problems.first?.error.description == "a.yaml:20001: over 10000 objects in one application: divide it")
    }

    @Test(arguments: [
        (["templates/a.yaml": "a: {{ .Values.x.y.z }}"], "web/templates/a.yaml:1"),
        (["templates/a.yaml": "a: {{ if }}"], "web/templates/a.yaml:1"),
        (["templates/a.yaml": "a: [{{ 1 }}"], "web/templates/a.yaml"),
        (["values.yaml": "a: ["], "web/values.yaml"),
        (["Chart.yaml": "name: [", "templates/a.yaml": ""], "web/Chart.yaml"),
    ] as [([String: String], String)]) func charts(_ files: [String: String], _ place: String) async throws {
        var texts = ["web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n"]
        for (path, text) in files { texts["web/\(path)"] = text }
        let desired = try await desired(texts)
        let error = try #require(desired.problems.first?.error)
        #expect(desired.isBlocked && error.origin?.description.hasPrefix(place) == true, "\(error)")
    }

    @Test func whatMartletYAMLSets() async throws {
        let martlet = """
            apiVersion: martlet.dev/v1alpha1
            kind: Application
            metadata: {name: web}
            spec:
              helm: {set: ["who=b,list[0]=c"], values: {who: a, kept: 1}, skipCRDs: true}
            """
        let files = [
            "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/martlet.yaml": martlet, "web/crds/c.yaml": "kind: [",
            "web/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: '{{ toJson .Values }}'}\n",
        ]
        let wanted = try await desired(files)
        #expect(wanted.problems.isEmpty, "\(wanted.problems)")
        #expect(wanted.objects.first?.object.value[path: "data", "v"]?.string == #"{"kept":1,"list":["c"],"who":"b"}"#)
        let broken = try await desired(files.merging(["web/martlet.yaml": martlet.replacing("who=b", with: "who")]) { $1 })
        #expect(broken.isBlocked && "\(broken.problems)".contains("failed parsing --set data"))
    }

    @Test func valuesThatAreMissing() async throws {
        let martlet = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  helm: {valuesFiles: [prod.yaml]}\n"
        let desired = try await desired(["web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/martlet.yaml": martlet])
        #expect(desired.problems.map { "\($0.error)" } == ["web/martlet.yaml:1: the values file \"prod.yaml\" is not in \"web\""])
    }
}

/// A tree of bytes that are no text.
struct FolderlessTree: SourceTree {
    var bytes: [String: [UInt8]]
    var revision = SourceRevision(reference: "main", commit: "1")

    func files() async throws(SourceError) -> [SourceFile] { bytes.keys.sorted().map { SourceFile(path: $0, digest: $0) } }
    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] { bytes.filter { entry in files.contains { $0.path == entry.key } } }
}
