import Automation
import Basics
import Chart
import Delivery
import Document
import Kubernetes
import Registry
import Testing

/// A commit made of texts.
struct TextSource: SourceTree {
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

/// A snapshot of texts, divided as the daemon divides them; `name` is that of what nobody declared.
func snapshot(_ texts: [String: String], name: String = "shop") async throws -> RepositorySnapshot {
    let tree = TextSource(texts: texts)
    let layout = try await scan(tree, root: "", name: name)
    let templates = TemplateCache()
    return RepositorySnapshot(
        revision: tree.revision, parts: layout.parts, bytes: texts.mapValues { Array($0.utf8) },
        context: { _ in
            var context = RenderContext(now: Timestamp(milliseconds: 0))
            context.templates = templates
            return context
        })
}

/// `deployment/web -n shop`, with other words for other kinds.
func key(_ name: String, kind: String = "Deployment", namespace: String = "shop") -> ObjectKey {
    let group = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(kind) ? "apps" : ["Job", "CronJob"].contains(kind) ? "batch" : ""
    return ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
}

func reference(_ text: String) -> ImageReference { ImageReference(text) ?? ImageReference(name: "none") }

func image(_ workload: ObjectKey, _ container: String, _ to: String, application: String = "shop") -> Change {
    .image(workload: workload, application: application, container: container, to: reference(to))
}

extension EditResult {
    /// The new files as texts.
    var texts: [String: String] { files.mapValues { String(decoding: $0, as: UTF8.self) } }
}
