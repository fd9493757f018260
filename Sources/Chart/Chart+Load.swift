internal import Document

extension Chart {
    /// Builds a chart from the files of its folder or archive; pure.
    ///
    /// `.helmignore` is obeyed, charts in charts/ are built with it, an archive there (`.tgz`) is unpacked.
    package static func load(files: [ChartFile]) throws(ChartError) -> Chart {
        let ignored = try IgnoreRules(files.first { $0.path == ".helmignore" }?.withoutByteOrderMark.text ?? "")
        let kept = files.filter { !ignored.ignores($0.path) }.map(\.withoutByteOrderMark)
        return try build(inWalkOrder(kept), depth: 0)
    }

    /// How deep charts may lie in charts/ of charts.
    private static let depthLimit = 32

    /// The order in which Go walks a folder: entry by entry, by name. A folder's files
    /// come where its name is, so "/" counts as the smallest byte.
    private static func inWalkOrder(_ files: [ChartFile]) -> [ChartFile] {
        let keyed = files.map { file in (key: file.path.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }, file: file) }
        return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.file)
    }

    static func build(_ files: [ChartFile], depth: Int) throws(ChartError) -> Chart {
        guard depth < depthLimit else {
            throw ChartError(.invalid, message: "charts lie more than \(depthLimit) deep in charts/ folders")
        }
        var chart = Chart(
            metadata: ChartMetadata(), values: Mapping(), schema: nil, templates: [], files: [], dependencies: [])
        // A chart of Helm 2 without an API version.
        if let description = files.first(where: { $0.path == "Chart.yaml" }) {
            chart.metadata = try ChartMetadata(try parse(description), file: description.path)
            if chart.metadata.apiVersion.isEmpty { chart.metadata.apiVersion = "v1" }
        } else if !files.contains(where: { $0.path == "requirements.yaml" || $0.path == "requirements.lock" }) {
            throw ChartError(.invalid, file: "Chart.yaml", message: "Chart.yaml file is missing")
        }
        var subcharts: [String: [ChartFile]] = [:]
        for file in files {
            switch file.path {
            case "Chart.yaml": continue
            case "Chart.lock": try checkLock(file)
            case "values.yaml": chart.values = try values(of: file)
            case "values.schema.json": chart.schema = file.bytes
            case "requirements.yaml":
                try chart.metadata.merge(try parse(file), file: file.path)
                if chart.metadata.apiVersion == "v1" { chart.files.append(file) }
            case "requirements.lock":
                try checkLock(file)
                if chart.metadata.apiVersion == "v1" { chart.files.append(file) }
            case let path where path.hasPrefix("templates/"): chart.templates.append(file)
            case let path where path.hasPrefix("charts/"):
                if path.hasSuffix(".prov") {
                    chart.files.append(file)
                    continue
                }
                let inner = String(path.dropFirst("charts/".count))
                let name = inner.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
                subcharts[name, default: []].append(ChartFile(path: inner, bytes: file.bytes))
            default: chart.files.append(file)
            }
        }
        try chart.metadata.sanitizeAndValidate()
        for name in subcharts.keys.sorted(by: goLess) {
            guard let members = subcharts[name], let subchart = try chart.subchart(name, members, depth: depth) else { continue }
            chart.dependencies.append(subchart)
        }
        return chart
    }

    private func subchart(_ entry: String, _ members: [ChartFile], depth: Int) throws(ChartError) -> Chart? {
        if entry.hasPrefix("_") || entry.hasPrefix(".") { return nil }
        let isArchive = entry.hasSuffix(".tgz")
        if isArchive, let first = members.first, first.path != entry {
            throw ChartError(
                .invalid, chart: entry, message: "error unpacking subchart tar in \(name): expected \(entry), got \(first.path)")
        }
        do throws(ChartError) {
            if isArchive { return try Chart.build(try ChartArchive.unpack(members.first?.bytes ?? []), depth: depth + 1) }
            let inside = members.compactMap { file -> ChartFile? in
                guard let slash = file.path.firstIndex(of: "/") else { return nil }
                return ChartFile(path: String(file.path[slash...].dropFirst()), bytes: file.bytes)
            }
            return try Chart.build(inside, depth: depth + 1)
        } catch {
            throw ChartError(
                error.kind, chart: entry, file: error.file,
                message: "error unpacking subchart \(entry) in \(name): \(error.message)")
        }
    }

    private static func parse(_ file: ChartFile) throws(ChartError) -> Value {
        do throws(DocumentError) {
            return try YAML.parse(file.bytes, file: file.path, options: .values)
        } catch {
            throw ChartError(.invalid, file: file.path, line: error.position?.line, message: "cannot load \(file.path): \(goYAMLError(error))")
        }
    }

    private static func values(of file: ChartFile) throws(ChartError) -> Mapping {
        do throws(ChartError) {
            return try ValuesFiles.parse(file.bytes, file: file.path).mapping ?? Mapping()
        } catch {
            throw ChartError(.invalid, file: file.path, line: error.line, message: "cannot load \(file.path): \(error.message)")
        }
    }

    private static func checkLock(_ file: ChartFile) throws(ChartError) { try ChartMetadata.checkLock(try parse(file), file: file.path) }
}
