import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Testing

/// The object of a YAML text; a mistake in the text fails the test.
func object(_ text: String) throws -> Object { try #require(Object(try YAML.parse(text))) }

/// Files with a digest each, for tests that read none of them.
func files(_ paths: String...) -> [SourceFile] { paths.map { SourceFile(path: $0, digest: "digest of \($0)") } }

func spec(_ name: String, _ path: String) -> ApplicationSpec {
    ApplicationSpec(name: name, path: path, origin: Origin(file: "martlet.yaml", line: 1))
}

/// A tree of texts, as a commit would be.
struct TextTree: SourceTree {
    var texts: [String: String]
    var revision = SourceRevision(reference: "main", commit: "1234567890123456789012345678901234567890")

    func files() async throws(SourceError) -> [SourceFile] {
        texts.map { SourceFile(path: $0.key, digest: $0.value) }.sorted { $0.path < $1.path }
    }

    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for file in files { all[file.path] = texts[file.path].map { Array($0.utf8) } }
        return all
    }
}

/// The desired state of a tree's only application.
func desired(_ texts: [String: String], name: String = "shop") async throws -> Desired {
    let tree = TextTree(texts: texts)
    let layout = try await scan(tree, root: "", name: name)
    let part = try #require(layout.parts.first)
    return render(part, bytes: try await tree.read(part.files), revision: tree.revision, context: RenderContext(now: .init(milliseconds: 0)))
}

func configuration(_ name: String, _ extra: String = "") -> String {
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \(name)\n  namespace: shop\n\(extra)"
}
