internal import Document
internal import Kubernetes
internal import Rollout

/// Which files of a source belong to which application.
package struct Layout: Sendable {
    /// How an application's folder is turned into objects.
    package enum Form: Sendable, Hashable {
        case manifests
        case chart
    }

    package struct Part: Sendable {
        package var spec: ApplicationSpec
        package var form: Form
        /// What rendering may read, sorted by path.
        package var files: [SourceFile]

        /// Bytes one application may be made of (safety: limits).
        package static let maxBytes = 32 << 20

        /// What has to be read for that: nothing of an application that is too large, as it is not rendered.
        package var filesToRead: [SourceFile] {
            files.reduce(0) { $0 &+ ($1.size ?? 0) } <= Self.maxBytes ? files : []
        }
    }

    package var parts: [Part]
    /// Applications that cannot be rendered at all, each with its reason.
    package var problems: [String: [RenderError]]
    /// Who is told of deploys, each with the applications it is told of.
    package var notifications: [NotificationDocument] = []
}

extension Layout {
    /// Divides the files below `root`: folders that `martlet.yaml` names, charts,
    /// and one application called `name` for all manifests that are left.
    ///
    /// - Parameters:
    ///   - files: of the whole source, ignored ones already left out.
    ///   - declared: from every `martlet.yaml` below `root`.
    ///   - metrics: from the same files, as are the notifications.
    package static func divide(
        _ files: [SourceFile], root: String, name: String, declared: [ApplicationSpec], metrics: [MetricDocument] = [],
        notifications: [NotificationDocument] = []
    ) -> Layout {
        var layout = Layout(parts: [], problems: [:])
        let files = files.filter { isInside($0.path, root) }.sorted { $0.path < $1.path }
        var specs = declared
        var names: [String: Origin] = [:]
        for spec in declared {
            if let other = names[spec.name] {
                layout.problems[spec.name, default: []].append(
                    RenderError(
                        .invalid("application \"\(spec.name)\" is declared twice, the other time in \(other): rename one"),
                        origin: spec.origin))
            }
            names[spec.name] = spec.origin
        }

        // Charts nobody declared; a chart inside another chart is its subchart.
        let charts = files.filter { fileName(of: $0.path) == "Chart.yaml" && !isHidden($0.path, below: root) }.map { folder(of: $0.path) }
        let outer = charts.filter { chart in !charts.contains { $0 != chart && isInside(chart, $0) } }
        var claimed = declared.map(\.path)
        for chart in outer where !declared.contains(where: { $0.path == chart }) {
            let chartName = chart.isEmpty ? name : labelName(for: fileName(of: chart), otherwise: "chart")
            let spec = ApplicationSpec(name: chartName, path: chart, origin: Origin(file: "\(chart.isEmpty ? "" : chart + "/")Chart.yaml", line: nil))
            // Its templates are no manifests, even when nobody knows what to call it.
            claimed.append(chart)
            if let other = names[chartName] {
                layout.problems[chartName, default: []].append(
                    RenderError(
                        .invalid(
                            "the chart would be an application called \"\(chartName)\" as \(other) is: declare it in martlet.yaml under another name"
                        ), origin: spec.origin))
                continue
            }
            names[chartName] = spec.origin
            specs.append(spec)
        }

        // Values that stand beside a chart are no manifests.
        let values = Set(specs.flatMap { spec in spec.helm.valuesFiles.compactMap { joined(spec.valuesFolder, $0) } })
        // The rest: plain manifests that stand in no other application's folder.
        for spec in specs {
            let inner = claimed.filter { $0 != spec.path && isInside($0, spec.path) }
            let own = files.filter { file in
                isInside(file.path, spec.path) && !inner.contains { isInside(file.path, $0) }
            }
            if own.isEmpty {
                layout.problems[spec.name, default: []].append(
                    RenderError(.missing("there is nothing in the folder \"\(spec.path)\""), origin: spec.origin))
                continue
            }
            layout.add(spec, own, all: files)
        }
        if !specs.contains(where: { $0.path == root }) {
            let rest = files.filter { file in
                (mayHoldManifests(file) || isKustomization(file.path)) && !values.contains(file.path) && !isHidden(file.path, below: root)
                    && !claimed.contains { isInside(file.path, $0) }
            }
            if let other = names[name], !rest.isEmpty {
                layout.problems[name, default: []].append(
                    RenderError(
                        .invalid("the manifests outside of any application would be called \"\(name)\" as \(other) is: choose another with --name"),
                        origin: other))
            } else if !rest.isEmpty || specs.isEmpty {
                layout.add(ApplicationSpec(name: name, path: root, origin: Origin(file: root, line: nil)), rest, all: files)
            }
        }
        layout.parts.sort { $0.spec.name < $1.spec.name }
        layout.refuseCircles(specs)
        layout.give(metrics)
        layout.notifications = notifications.map { $0.holding(for: specs, root: root) }
        return layout
    }

    /// Each application gets the metrics that hold for it, and must not name others.
    private mutating func give(_ metrics: [MetricDocument]) {
        for index in parts.indices {
            parts[index].spec.metrics = MetricDocument.holding(for: parts[index].spec, among: metrics)
            let spec = parts[index].spec
            let known = (MetricDefinition.builtIn + spec.metrics).map(\.name)
            for word in spec.annotations[MartletAnnotations.analysis]?.string?.split(separator: ",") ?? [] {
                let name = String(word.filter { $0 != " " })
                if known.contains(name) { continue }
                let message = "annotation \"\(MartletAnnotations.analysis)\": \(unknownMetric(name, known: known))"
                problems[spec.name, default: []].append(RenderError(.invalid(message), origin: spec.origin))
            }
        }
    }

    /// Applications that wait for themselves would do so for ever.
    private mutating func refuseCircles(_ specs: [ApplicationSpec]) {
        let needed = Dictionary(specs.map { ($0.name, $0.dependsOn) }) { first, _ in first }
        for spec in specs where !spec.dependsOn.isEmpty {
            var seen = Set<String>()
            var open = spec.dependsOn
            while let name = open.popLast() {
                if seen.insert(name).inserted { open += needed[name] ?? [] }
            }
            guard seen.contains(spec.name) else { continue }
            let circle = seen.filter { needed[$0]?.isEmpty == false }.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            problems[spec.name, default: []].append(
                RenderError(.invalid("dependsOn leads back to \"\(spec.name)\" through \(circle): leave one out"), origin: spec.origin))
        }
    }

    private mutating func add(_ spec: ApplicationSpec, _ files: [SourceFile], all: [SourceFile]) {
        let isChart = spec.isPackedChart || files.contains { $0.path == (spec.path.isEmpty ? "Chart.yaml" : "\(spec.path)/Chart.yaml") }
        if let kustomization = files.first(where: { Layout.isKustomization($0.path) }),
            !isChart
        {
            problems[spec.name, default: []].append(
                RenderError(
                    .invalid(
                        "kustomizations are not understood: commit what \"kustomize build\" prints, or leave the folder out with \(IgnoreRules.fileName)"
                    ), origin: Origin(file: kustomization.path, line: nil)))
            return
        }
        guard isChart else {
            parts.append(Part(spec: spec, form: .manifests, files: files.filter { Layout.mayHoldManifests($0) && !Layout.isHidden($0.path, below: spec.path) }))
            return
        }
        var own = files.filter { fileName(of: $0.path) != ApplicationFile.name }
        // Values may stand beside the chart: what they say is read, so it is in the read set.
        let values = spec.helm.valuesFiles.compactMap { joined(spec.valuesFolder, $0) }
        own += all.filter { values.contains($0.path) && !isInside($0.path, spec.path) }
        parts.append(Part(spec: spec, form: .chart, files: own))
    }

    /// A link that cannot be followed may have been a folder of manifests.
    private static func mayHoldManifests(_ file: SourceFile) -> Bool {
        isManifest(file.path) || (file.refusal != nil && !fileName(of: file.path).contains("."))
    }

    /// Whether a folder on the way is hidden: `.github` and its like belong to other tools, and nobody has to say so.
    private static func isHidden(_ path: String, below folder: String) -> Bool {
        relative(path, to: folder).split(separator: "/").dropLast().contains { $0.hasPrefix(".") }
    }

    private static func isKustomization(_ path: String) -> Bool {
        ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(fileName(of: path))
    }

    /// Whether a file may hold manifests, by its name.
    package static func isManifest(_ path: String) -> Bool {
        let name = fileName(of: path)
        guard name != ApplicationFile.name, !name.hasPrefix(".") else { return false }
        return name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json")
    }
}
