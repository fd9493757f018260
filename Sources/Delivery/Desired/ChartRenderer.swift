package import Basics
package import Chart
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

/// The chart of a part, its values merged, its hooks told apart.
func renderChart(
    _ part: Layout.Part, bytes: [String: [UInt8]], context: RenderContext
) throws(RenderError) -> RenderedChart {
    let spec = part.spec
    let generated = Locked(context.release.generated)
    if generated.withLock({ $0["now"] }) == nil { generated.withLock { $0["now"] = String(context.now.milliseconds) } }
    let now = generated.withLock { $0["now"] }.flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) } ?? context.now
    let chartFile = Origin(file: spec.path.isEmpty ? "Chart.yaml" : "\(spec.path)/Chart.yaml", line: nil)
    if let file = part.files.first(where: { $0.refusal != nil }), let refusal = file.refusal {
        throw RenderError(.missing(refused(refusal)), origin: Origin(file: file.path, line: nil))
    }
    let rendered: RenderResult
    do {
        let chart = try chart(of: part, bytes: bytes)
        let values = try values(spec, bytes: bytes)
        var options = ReleaseOptions(
            name: spec.helm.releaseName ?? spec.name, namespace: spec.namespace ?? "default",
            revision: max(1, context.release.revision), isUpgrade: context.isUpgrade,
            skipsSchemaValidation: spec.helm.skipsSchemaValidation)
        if let version = context.kubeVersion { options.kubeVersion = version }
        if let versions = context.apiVersions { options.apiVersions = versions }
        rendered = try render(
            chart, values: values, set: spec.helm.set.map { .typed($0) }, release: options,
            environment: RenderEnvironment(
                now: now, random: RandomSource(seed: context.seed),
                remember: { key, make in
                    if let kept = generated.withLock({ $0[key] }) { return kept }
                    let made = try make()
                    generated.withLock { $0[key] = made }
                    return made
                }, templates: context.templates))
    } catch let error as ChartError {
        var origin = chartFile
        if let file = error.file {
            // Charts speak of their files with their own name in front.
            let inside = file.split(separator: "/", maxSplits: 1).last.map(String.init) ?? file
            origin = Origin(file: joined(spec.path, inside) ?? file, line: error.line)
        }
        throw RenderError(.chart(error.message), origin: origin)
    } catch let error as RenderError {
        throw error
    } catch {
        throw RenderError(.chart("\(error)"), origin: chartFile)
    }

    var collector = ObjectCollector()
    for document in (spec.helm.skipsCRDs ? [] : rendered.crds) + rendered.manifests { collector.add(document, in: spec) }
    var hooks: [DesiredHook] = []
    for hook in rendered.hooks {
        let moments = Set(hook.events.compactMap { DesiredHook.Moment(rawValue: $0.rawValue) })
        // Tests and rollbacks have no moment in a sync.
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
        generated: generated.withLock { $0 }, reads: rendered.reads)
}

/// The chart's files, or the archive they are packed in.
private func chart(of part: Layout.Part, bytes: [String: [UInt8]]) throws(ChartError) -> Chart {
    let path = part.spec.path
    if part.spec.isPackedChart, let archive = bytes[path] { return try Chart.load(archive: archive) }
    return try Chart.load(files: part.files.compactMap { file in
        guard isInside(file.path, path), let content = bytes[file.path] else { return nil }
        return ChartFile(path: relative(file.path, to: path), bytes: content)
    })
}

/// What a chart says, taken apart.
struct RenderedChart {
    var collector: ObjectCollector
    var hooks: [DesiredHook]
    var notes: String
    var generated: [String: String]
    var reads: ReadSet
}

/// The values files in order, then the inline values.
private func values(_ spec: ApplicationSpec, bytes: [String: [UInt8]]) throws(RenderError) -> [Value] {
    var all: [Value] = []
    for name in spec.helm.valuesFiles {
        guard let path = joined(spec.valuesFolder, name), let content = bytes[path] else {
            throw RenderError(.missing("the values file \"\(name)\" is not in \"\(spec.valuesFolder)\""), origin: spec.origin)
        }
        do {
            all.append(try ValuesFiles.parse(content, file: path))
        } catch {
            throw RenderError(.chart(error.message), origin: Origin(file: path, line: error.line))
        }
    }
    all.append(spec.helm.values)
    return all
}

extension ObjectCollector {
    /// A document a chart made: its text still has to be read.
    fileprivate mutating func add(_ document: RenderedDocument, in spec: ApplicationSpec) {
        let inside = document.source.split(separator: "/", maxSplits: 1).last.map(String.init) ?? document.source
        let origin = Origin(file: joined(spec.path, inside) ?? document.source, line: nil)
        do {
            for part in try YAML.documents(Array(document.text.utf8), file: origin.file, options: .cluster) {
                add(part.value, origin: origin)
            }
        } catch {
            fail(RenderError(.invalid("the template made no YAML: \(error)"), origin: origin), isBlocking: true)
        }
    }
}
