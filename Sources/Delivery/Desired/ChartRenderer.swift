package import Basics
package import Chart
internal import Cluster
internal import Document
internal import Kubernetes

/// What a render depends on besides the files: the release, and the cluster it is for.
package struct RenderContext: Sendable {
    package var release = Inventory.Release()
    package var kubeVersion: String?
    package var apiVersions: [String]?
    /// Feeds `randAlphaNum` and its like: the same for the same release, so that rendering again is no change.
    package var seed: UInt64 = 0
    package var now: Timestamp
    /// Templates and schemas parsed before, by any render of the daemon.
    package var templates: TemplateCache?

    package init(now: Timestamp) { self.now = now }

    var isUpgrade: Bool { release.revision > 1 }
}

/// What the next release of a part is rendered with: the same for the loop and for a diff, or they would speak of different objects.
///
/// - Parameters:
///   - release: the last one.
///   - isNew: its input is another one than that of the last release.
func renderContext(
    _ part: Layout.Part, release: Inventory.Release, isNew: Bool, client: ClusterClient, resources: [APIResource], now: Timestamp
) async throws(ClusterError) -> RenderContext {
    var context = RenderContext(now: now)
    context.release = release
    if isNew {
        context.release.revision += 1
        context.release.generated = [:]
    }
    // Not of what was read, which is known only after the first render.
    context.seed = renderSeed(part.spec.name, inputDigest(part, reads: ReadSet()))
    if part.form == .chart {
        context.kubeVersion = try await client.serverVersion().gitVersion
        context.apiVersions = apiVersions(resources)
    }
    return context
}

/// The chart of a part, its values merged, its hooks told apart.
func renderChart(
    _ part: Layout.Part, bytes: [String: [UInt8]], context: RenderContext
) throws(RenderError) -> RenderedChart {
    let spec = part.spec
    let release = try ChartRelease(part, bytes: bytes, context: context)
    let rendered = try release.rendered()
    var collector = ObjectCollector()
    for document in (spec.helm.skipsCRDs ? [] : rendered.crds) + rendered.manifests { collector.add(document, in: spec) }
    var hooks: [DesiredHook] = []
    for hook in rendered.hooks {
        let moments = Set(hook.events.compactMap { DesiredHook.Moment(rawValue: $0.rawValue) })
        // Tests, rollbacks and deletions have no moment in a sync.
        guard !moments.isEmpty else { continue }
        var inner = ObjectCollector()
        inner.add(hook.document, in: spec)
        for problem in inner.problems { collector.fail(problem.error, isBlocking: problem.isBlocking) }
        for object in inner.finished() {
            let policies = Set(hook.deletePolicies.compactMap { DesiredHook.DeletePolicy(rawValue: $0.rawValue) })
            hooks.append(
                DesiredHook(
                    object: object.object, origin: object.origin, moments: moments, weight: hook.weight,
                    deletePolicies: policies.isEmpty ? [.beforeHookCreation] : policies))
        }
    }
    return RenderedChart(
        collector: collector, hooks: hooks, notes: rendered.notes,
        generated: release.generated, reads: rendered.reads)
}

/// What a chart says, taken apart.
struct RenderedChart {
    var collector: ObjectCollector
    var hooks: [DesiredHook]
    var notes: String
    var generated: [String: String]
    var reads: ReadSet
}

extension ObjectCollector {
    /// A document a chart made: its text still has to be read.
    fileprivate mutating func add(_ document: RenderedDocument, in spec: ApplicationSpec) {
        let origin = Origin(file: spec.repositoryPath(ofChartFile: document.source), line: nil)
        do {
            for part in try YAML.documents(Array(document.text.utf8), file: origin.file, options: .cluster) {
                add(part.value, origin: origin)
            }
        } catch {
            let shown = mayHoldSecret(document.text.utf8) ? error.withoutValues : error
            fail(RenderError(.invalid("the template made no YAML: \(shown)"), origin: origin), isBlocking: true)
        }
    }
}
