internal import Document
internal import Kubernetes

/// Plain manifests: every document of every file. A file that cannot be read
/// costs that file, not the others.
func renderManifests(_ files: [SourceFile], bytes: [String: [UInt8]]) -> ObjectCollector {
    var collector = ObjectCollector()
    for file in files {
        if let refusal = file.refusal {
            collector.fail(RenderError(.missing(refused(refusal)), origin: Origin(file: file.path, line: nil)), isBlocking: false)
            continue
        }
        guard let content = bytes[file.path] else {
            collector.fail(RenderError(.missing("the file cannot be read"), origin: Origin(file: file.path, line: nil)), isBlocking: true)
            continue
        }
        do {
            if file.path.hasSuffix(".json") {
                collector.add(try JSON.parse(content), origin: Origin(file: file.path, line: 1))
                continue
            }
            for document in try YAML.documents(content, file: file.path, options: .manifest) {
                let line = document.range.start.line
                collector.add(document.value, origin: Origin(file: file.path, line: line)) { path in
                    guard let node = try? YAML.locate(path, document: document.index, in: content) else { return nil }
                    return (node.key ?? node.value).start.line
                }
            }
        } catch {
            var error = mayHoldSecret(content) ? error.withoutValues : error
            error.file = file.path
            collector.fail(RenderError(.document(error), origin: Origin(file: file.path, line: error.position?.line)), isBlocking: false)
        }
    }
    return collector
}

/// What to do about a file that cannot be used.
func refused(_ refusal: String) -> String { "\(refusal): put a copy in its place, or leave it out with \(IgnoreRules.fileName)" }
