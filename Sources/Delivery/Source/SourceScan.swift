internal import Document
internal import Kubernetes

/// Reads what the tree says about its own division: ignore files and `martlet.yaml`.
///
/// - Parameters:
///   - root: the folder to look at, "" for all of the tree.
///   - name: of the application that plain manifests belong to.
/// - Throws: `RenderError` for a `martlet.yaml` that cannot be understood: then nobody
///   knows which files belong to whom, and nothing of the revision may be used.
package func scan(_ tree: any SourceTree, root: String, name: String) async throws -> Layout {
    let all = try await tree.files().filter { isInside($0.path, root) }
    guard !all.isEmpty else {
        throw SourceError(
            root.isEmpty ? "the repository has no files at \(tree.revision)" : "there is no folder \"\(root)\" at \(tree.revision): see --git-path",
            isTransient: false)
    }
    var ignored = IgnoreRules()
    let rules = all.filter { fileName(of: $0.path) == IgnoreRules.fileName }
    let ruleTexts = try await tree.read(rules)
    for file in rules {
        if let bytes = ruleTexts[file.path] { ignored.add(String(decoding: bytes, as: UTF8.self), in: folder(of: file.path)) }
    }
    let files = all.filter { !ignored.ignores($0.path) }

    let declarations = files.filter { fileName(of: $0.path) == ApplicationFile.name && !isInsideChart($0.path, files) }
    let texts = try await tree.read(declarations)
    var declared: [ApplicationSpec] = [], metrics: [MetricDocument] = [], notifications: [NotificationDocument] = []
    for file in declarations {
        if let refusal = file.refusal { throw RenderError(.missing(refused(refusal)), origin: Origin(file: file.path, line: nil)) }
        guard let bytes = texts[file.path] else {
            throw SourceError("\"\(file.path)\" cannot be read at \(tree.revision)", isTransient: true)
        }
        let declarations = try ApplicationFile.read(bytes, path: file.path)
        declared += declarations.applications
        metrics += declarations.metrics
        for notification in declarations.notifications {
            if let other = notifications.first(where: { $0.name == notification.name }) { throw notification.isDeclared(alsoIn: other) }
            notifications.append(notification)
        }
    }
    for spec in declared where !isInside(spec.path, root) {
        throw RenderError(.invalid("application \"\(spec.name)\" is in \"\(spec.path)\", outside of \"\(root)\""), origin: spec.origin)
    }
    return Layout.divide(files, root: root, name: name, declared: declared, metrics: metrics, notifications: notifications)
}

/// A chart's own files are the chart's, whatever they are called; its root may declare how it is released.
private func isInsideChart(_ path: String, _ files: [SourceFile]) -> Bool {
    let here = folder(of: path)
    return files.contains { fileName(of: $0.path) == "Chart.yaml" && here != folder(of: $0.path) && isInside(here, folder(of: $0.path)) && !folder(of: $0.path).isEmpty }
}
