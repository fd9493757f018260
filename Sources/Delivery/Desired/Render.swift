internal import Basics
package import Chart
package import Cluster
internal import Crypto
internal import Document
internal import Kubernetes

/// Turns the files of a part into objects; pure. Never throws: what cannot be
/// rendered is a problem of the result.
package func render(
    _ part: Layout.Part, bytes: [String: [UInt8]], revision: SourceRevision, context: RenderContext
) -> Desired {
    var desired = renderObjects(part, bytes: bytes, revision: revision, context: context)
    for file in part.files where part.isRead(file.path, desired.reads) { desired.readSet[file.path] = file.digest }
    desired.inputDigest = inputDigest(part, reads: desired.reads)
    return desired
}

private func renderObjects(
    _ part: Layout.Part, bytes: [String: [UInt8]], revision: SourceRevision, context: RenderContext
) -> Desired {
    var desired = Desired(spec: part.spec, revision: revision)
    let size = part.files.reduce(0) { $0 &+ (bytes[$1.path]?.count ?? $1.size ?? 0) }
    guard size <= Layout.Part.maxBytes else {
        let error = RenderError(.limit("the application's files are \(size >> 20) MiB, over 32 MiB: divide it"), origin: part.spec.origin)
        desired.problems = [RenderProblem(error, isBlocking: true)]
        return desired
    }
    switch part.form {
    case .manifests:
        desired.take(renderManifests(part.files, bytes: bytes))
    case .chart:
        do {
            let rendered = try renderChart(part, bytes: bytes, context: context)
            desired.take(rendered.collector)
            (desired.hooks, desired.notes, desired.generated) = (rendered.hooks, rendered.notes, rendered.generated)
            desired.reads = rendered.reads
        } catch {
            desired.problems = [RenderProblem(error, isBlocking: true)]
        }
    }
    return desired
}

extension Desired {
    fileprivate mutating func take(_ collector: ObjectCollector) {
        objects = collector.finished()
        problems = collector.problems
        ignored = collector.ignored
    }
}

extension Layout.Part {
    /// Whether what it renders to depends on the file; every file counts while nobody knows.
    fileprivate func isRead(_ path: String, _ reads: ReadSet?) -> Bool {
        // What a packed chart holds is not told apart: its archive counts as a whole.
        guard form == .chart, !spec.isPackedChart, let reads, isInside(path, spec.path) else { return true }
        return spec.helm.valuesFiles.contains { joined(spec.path, $0) == path } || reads.contains(relative(path, to: spec.path))
    }
}

/// A digest of the files that were read and the specification: another one is another release.
package func inputDigest(_ part: Layout.Part, reads: ReadSet?) -> String {
    var hash = SHA256()
    let spec = part.spec
    let settings = [spec.name, spec.namespace ?? "", spec.helm.releaseName ?? ""] + spec.helm.valuesFiles
        + (spec.helm.set + (spec.helm.skipsCRDs ? ["skipCRDs"] : []) + (spec.helm.skipsSchemaValidation ? ["skipSchemaValidation"] : [])).map { "set \($0)" }
    for text in settings { hash.update(data: Array((text + "\n").utf8)) }
    hash.update(data: JSON.write(spec.helm.values, sortedKeys: true))
    for file in part.files.sorted(by: { $0.path < $1.path }) where part.isRead(file.path, reads) {
        hash.update(data: Array("\n\(file.path) \(file.digest)".utf8))
    }
    return hexText(hash.finalize().prefix(16))
}

/// What feeds a chart's random functions: the same for the same application and input.
package func renderSeed(_ name: String, _ digest: String) -> UInt64 {
    stableHash(digest.utf8, after: stableHash(name.utf8))
}

/// A digest of named contents, whatever their order.
package func contentDigest(_ contents: [(name: String, bytes: [UInt8])]) -> String {
    var hash = SHA256()
    for (name, bytes) in contents.sorted(by: { $0.name < $1.name }) {
        hash.update(data: Array("\(name.utf8.count) \(bytes.count) \(name)".utf8))
        hash.update(data: bytes)
    }
    return hexText(hash.finalize().prefix(16))
}

/// What a cluster offers, as charts ask for it: `apps/v1` and `apps/v1/Deployment`.
package func apiVersions(_ resources: [APIResource]) -> [String] {
    Set(resources.map(\.gvk.apiVersion)).union(resources.map { "\($0.gvk.apiVersion)/\($0.gvk.kind)" }).sorted()
}
