internal import Basics
package import Document
internal import Template

/// Renders a chart as `helm template` would; pure.
///
/// `values` are values files in their order, a later one wins; integers in them are
/// float64 to templates, as in Helm, while those of `set` are int64. `set` goes over the files.
package func render(
    _ chart: Chart, values: [Value], set: [SetValue] = [], release: ReleaseOptions, environment: RenderEnvironment
) throws(ChartError) -> RenderResult {
    let files = try renderFiles(chart, values: values, set: set, release: release, environment: environment)
    let (manifests, hooks) = try Manifests.sort(files.outputs)
    return RenderResult(manifests: manifests, hooks: hooks, notes: files.notes, crds: files.crds, reads: files.reads)
}

/// The output of each template by its name, "chart/templates/service.yaml", before it is split into documents.
package func renderTemplates(
    _ chart: Chart, values: [Value], set: [SetValue] = [], release: ReleaseOptions, environment: RenderEnvironment
) throws(ChartError) -> [String: String] {
    try renderFiles(chart, values: values, set: set, release: release, environment: environment).outputs
}

/// What comes before documents: outputs, notes and CRDs.
struct RenderedFiles {
    var outputs: [String: String]
    var notes: String
    var crds: [RenderedDocument]
    var reads: ReadSet
}

private func renderFiles(
    _ chart: Chart, values: [Value], set: [SetValue], release: ReleaseOptions, environment: RenderEnvironment
) throws(ChartError) -> RenderedFiles {
    // Templates include templates, a thousand deep if they like.
    try withLargeStack { () throws(ChartError) -> RenderedFiles in
        try rendered(chart, values: values, set: set, release: release, environment: environment)
    }
}

private func rendered(
    _ chart: Chart, values: [Value], set: [SetValue] = [], release: ReleaseOptions, environment: RenderEnvironment
) throws(ChartError) -> RenderedFiles {
    if !["", "application"].contains(chart.metadata.type) {
        throw ChartError(.notInstallable, chart: chart.name, file: "Chart.yaml", message: "\(chart.metadata.type) charts are not installable")
    }
    try Dependencies.check(chart)
    let root = ChartNode(chart)
    let given = ValuesFiles.merged(values)
    for value in SetValue.inOrder(set) { try value.apply(to: given) }
    try Dependencies.process(root, given)
    let all = try Coalescing.coalesced(root, given)
    if !release.skipsSchemaValidation { try SchemaValidation.check(root, all, cache: environment.templates) }
    let wanted = chart.metadata.kubeVersion
    if !wanted.isEmpty, !isCompatible(wanted, KubeVersionObject(release.kubeVersion).normalized) {
        throw ChartError(
            .notInstallable, chart: chart.name, file: "Chart.yaml",
            message: "chart requires kubeVersion: \(wanted) which is incompatible with Kubernetes "
                + KubeVersionObject(release.kubeVersion).normalized)
    }
    let engine = Engine(root, values: all, release: release, environment: environment)
    var outputs: [String: String]
    do throws(ChartError) { outputs = try engine.render() } catch {
        // "c/charts/sub/templates/a.yaml": the names between are those of the subcharts.
        let names = goSplit(error.failure?.places.first?.file ?? "", "/charts/").dropFirst()
        throw error.tracing(chart, values: values, set: set, charts: names.map { goSplit($0, "/").first ?? "" })
    }
    var notes = ""
    for name in outputs.keys.sorted(by: goLess) where name.hasSuffix("NOTES.txt") {
        if name == "\(root.name)/templates/NOTES.txt" { notes = outputs[name] ?? "" }
        outputs[name] = nil
    }
    return RenderedFiles(outputs: outputs, notes: notes, crds: crds(of: root), reads: engine.reads)
}

private func crds(of node: ChartNode) -> [RenderedDocument] {
    let own = node.files.filter { Chart.isCRD($0.path) }.map {
        RenderedDocument(source: "\(node.fullPath)/\($0.path)", text: $0.text, kind: "CustomResourceDefinition")
    }
    return own + node.dependencies.flatMap(crds)
}
