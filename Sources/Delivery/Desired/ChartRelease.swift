internal import Basics
package import Chart
package import Document
internal import Kubernetes

/// A chart of a part and everything it is rendered with: it can be rendered again with other values over its own.
package struct ChartRelease: Sendable {
    package var chart: Chart
    /// The values files in order, then the inline values; a later one wins.
    package var values: [Value]
    package var set: [SetValue]
    package var options: ReleaseOptions
    private let spec: ApplicationSpec
    private let now: Timestamp
    private let seed: UInt64
    private let templates: TemplateCache?
    private let made: Locked<[String: String]>

    package init(
        _ part: Layout.Part, bytes: [String: [UInt8]], context: RenderContext
    ) throws(RenderError) {
        spec = part.spec
        if let file = part.files.first(where: { $0.refusal != nil }), let refusal = file.refusal {
            throw RenderError(.missing(refused(refusal)), origin: Origin(file: file.path, line: nil))
        }
        var generated = context.release.generated
        now = generated["now"].flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) } ?? context.now
        if generated["now"] == nil { generated["now"] = String(context.now.milliseconds) }
        made = Locked(generated)
        (seed, templates) = (context.seed, context.templates)
        do {
            chart = try Self.chart(of: part, bytes: bytes)
        } catch {
            throw Self.explained(error, spec, nil)
        }
        values = try Self.values(spec, bytes: bytes)
        set = spec.helm.set.map { .typed($0) }
        options = ReleaseOptions(
            name: spec.helm.releaseName ?? spec.name, namespace: spec.namespace ?? "default",
            revision: max(1, context.release.revision), isUpgrade: context.isUpgrade,
            skipsSchemaValidation: spec.helm.skipsSchemaValidation)
        if let version = context.kubeVersion { options.kubeVersion = version }
        if let versions = context.apiVersions { options.apiVersions = versions }
    }

    /// What the templates made up so far, in whichever render.
    package var generated: [String: String] { made.withLock { $0 } }

    package func rendered() throws(RenderError) -> RenderResult {
        do {
            return try render(
                chart, values: values, set: set, release: options,
                environment: RenderEnvironment(
                    now: now, random: RandomSource(seed: seed),
                    remember: { key, make in
                        if let kept = made.withLock({ $0[key] }) { return kept }
                        let text = try make()
                        made.withLock { $0[key] = text }
                        return text
                    }, templates: templates))
        } catch {
            throw Self.explained(error, spec, chart)
        }
    }

    private static func explained(_ error: ChartError, _ spec: ApplicationSpec, _ chart: Chart?) -> RenderError {
        var origin = Origin(file: spec.path.isEmpty ? "Chart.yaml" : "\(spec.path)/Chart.yaml", line: nil)
        if let file = error.file { origin = Origin(file: spec.repositoryPath(ofChartFile: file), line: error.line) }
        return RenderError(.chart(error.messageWithoutValues(in: chart)), origin: origin)
    }

    /// The chart's files, or the archive they are packed in.
    private static func chart(of part: Layout.Part, bytes: [String: [UInt8]]) throws(ChartError) -> Chart {
        let path = part.spec.path
        if part.spec.isPackedChart, let archive = bytes[path] { return try Chart.load(archive: archive) }
        return try Chart.load(files: part.files.compactMap { file in
            guard isInside(file.path, path), let content = bytes[file.path] else { return nil }
            return ChartFile(path: relative(file.path, to: path), bytes: content)
        })
    }

    private static func values(_ spec: ApplicationSpec, bytes: [String: [UInt8]]) throws(RenderError) -> [Value] {
        var all: [Value] = []
        for name in spec.helm.valuesFiles {
            guard let path = joined(spec.valuesFolder, name), let content = bytes[path] else {
                throw RenderError(.missing("the values file \"\(name)\" is not in \"\(spec.valuesFolder)\""), origin: spec.origin)
            }
            do {
                all.append(try ValuesFiles.parse(content, file: path))
            } catch {
                throw RenderError(.chart(withoutQuotations(error.message, keeping: [path])), origin: Origin(file: path, line: error.line))
            }
        }
        all.append(spec.helm.values)
        return all
    }
}
