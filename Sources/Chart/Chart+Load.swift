internal import Document

extension Chart {
    /// Builds a chart from the files of its folder or archive; pure.
    ///
    /// `.helmignore` is obeyed, charts in charts/ are built with it, an archive there (`.tgz`) is unpacked.
    package static func load(files: [ChartFile]) throws(ChartError) -> Chart {
        let ignored = IgnoreRules(files.first { $0.path == ".helmignore" }?.text ?? "")
        let kept = files.filter { !ignored.ignores($0.path) }.map(withoutByteOrderMark)
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

    private static func withoutByteOrderMark(_ file: ChartFile) -> ChartFile {
        guard file.bytes.starts(with: [0xef, 0xbb, 0xbf]) else { return file }
        return ChartFile(path: file.path, bytes: Array(file.bytes.dropFirst(3)))
    }

    static func build(_ files: [ChartFile], depth: Int) throws(ChartError) -> Chart {
        guard depth < depthLimit else {
            throw ChartError(.invalid, message: "charts lie more than \(depthLimit) deep in charts/ folders")
        }
        guard let description = files.first(where: { $0.path == "Chart.yaml" }) else {
            throw ChartError(.invalid, file: "Chart.yaml", message: "Chart.yaml file is missing")
        }
        var chart = Chart(
            metadata: try ChartMetadata(try parse(description), file: "Chart.yaml"),
            values: Mapping(), schema: nil, templates: [], files: [], dependencies: [])
        if chart.metadata.apiVersion.isEmpty { chart.metadata.apiVersion = "v1" }
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
        try chart.metadata.validate()
        for name in subcharts.keys.sorted(by: goLess) {
            guard let members = subcharts[name], let subchart = try chart.subchart(name, members, depth: depth) else { continue }
            chart.dependencies.append(subchart)
        }
        return chart
    }

    private func subchart(_ entry: String, _ members: [ChartFile], depth: Int) throws(ChartError) -> Chart? {
        if entry.hasPrefix("_") || entry.hasPrefix(".") { return nil }
        do throws(ChartError) {
            if entry.hasSuffix(".tgz") {
                guard let archive = members.first, archive.path == entry else {
                    throw ChartError(
                        .invalid, message: "error unpacking subchart tar in \(name): expected \(entry), got \(members.first?.path ?? "")")
                }
                return try Chart.build(try ChartArchive.unpack(archive.bytes), depth: depth + 1)
            }
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
        switch try parse(file) {
        case .null: return Mapping()
        case .mapping(let mapping): return mapping
        case let other:
            throw ChartError(
                .invalid, file: file.path,
                message: "cannot load values.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(other.jsonName) into Go value of type map[string]interface {}")
        }
    }

    private static func checkLock(_ file: ChartFile) throws(ChartError) { _ = try parse(file) }
}

extension ChartMetadata {
    /// What Helm refuses in a Chart.yaml.
    func validate() throws(ChartError) {
        func refuse(_ message: String) -> ChartError {
            ChartError(.invalid, chart: name, file: "Chart.yaml", message: "validation: " + message)
        }
        if name.isEmpty { throw refuse("chart.metadata.name is required") }
        if baseName(name) != name { throw refuse("chart.metadata.name \"\(name)\" is invalid") }
        if version.isEmpty { throw refuse("chart.metadata.version is required") }
        if SemanticVersion(version) == nil { throw refuse("chart.metadata.version \"\(version)\" is invalid") }
        if !["", "application", "library"].contains(type) {
            throw refuse("chart.metadata.type must be application or library")
        }
        var seen: Set<String> = []
        for dependency in dependencies {
            let allowed = dependency.alias.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
            guard allowed else { throw refuse("dependency \"\(dependency.name)\" has disallowed characters in the alias") }
            let key = dependency.alias.isEmpty ? dependency.name : dependency.alias
            guard seen.insert(key).inserted else { throw refuse("more than one dependency with name or alias \"\(key)\"") }
        }
    }
}
