internal import Document
internal import Template

/// Which subcharts take part, under which names, and what they give their parents:
/// aliases, `condition`, `tags`, `import-values`.
enum Dependencies {
    /// Helm's `ProcessDependencies`.
    static func process(_ chart: ChartNode, _ values: DatumMap) throws(ChartError) {
        do throws(ChartError) {
            try enable(chart, values, path: "")
            try importValues(chart)
        } catch {
            var error = error
            error.message = "chart dependencies processing failed: \(error.message)"
            throw error
        }
    }

    /// Refuses a chart whose Chart.yaml names charts that are not there.
    static func check(_ chart: Chart) throws(ChartError) {
        let present = Set(chart.dependencies.map(\.name))
        let missing = chart.metadata.dependencies.map(\.name).filter { !present.contains($0) }
        guard missing.isEmpty else {
            throw ChartError(
                .missingDependency, chart: chart.name, file: "Chart.yaml",
                message: "an error occurred while checking for chart dependencies. You may need to run `helm dependency build` "
                    + "to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: "
                    + missing.joined(separator: ", "))
        }
    }

    private static func enable(_ chart: ChartNode, _ values: DatumMap, path: String) throws(ChartError) {
        guard !chart.metadata.dependencies.isEmpty else { return }
        // Charts nobody declared come first and always take part.
        var nodes = chart.dependencies.filter { existing in
            !chart.metadata.dependencies.contains {
                $0.name == existing.name && isCompatible($0.version, existing.metadata.version)
            }
        }
        for index in chart.metadata.dependencies.indices {
            let wanted = chart.metadata.dependencies[index]
            let found = chart.dependencies.first {
                $0.name == wanted.name && isCompatible(wanted.version, $0.metadata.version)
            }
            if let found { nodes.append(ChartNode(copying: found, alias: wanted.alias)) }
            if !wanted.alias.isEmpty { chart.metadata.dependencies[index].name = wanted.alias }
            chart.metadata.dependencies[index].isEnabled = true
        }
        chart.setDependencies(nodes)
        let all = try Coalescing.coalesced(chart, values)
        applyTags(chart, all)
        applyConditions(chart, all, path: path)
        let disabled = Set(chart.metadata.dependencies.filter { !$0.isEnabled }.map(\.name))
        let enabled = chart.dependencies.filter { !disabled.contains($0.name) }
        for node in enabled { try enable(node, all, path: path + node.name + ".") }
        chart.metadata.dependencies.removeAll { disabled.contains($0.name) }
        chart.setDependencies(enabled)
    }

    private static func applyTags(_ chart: ChartNode, _ values: DatumMap) {
        guard let tags = values.table(["tags"]) else { return }
        for index in chart.metadata.dependencies.indices {
            var hasTrue = false, hasFalse = false
            for tag in chart.metadata.dependencies[index].tags {
                guard case .bool(let flag)? = tags[tag] else { continue }
                if flag { hasTrue = true } else { hasFalse = true }
            }
            chart.metadata.dependencies[index].isEnabled = hasTrue || !hasFalse
        }
    }

    private static func applyConditions(_ chart: ChartNode, _ values: DatumMap, path: String) {
        for index in chart.metadata.dependencies.indices {
            for condition in goSplit(trimmedSpace(chart.metadata.dependencies[index].condition), ",") where !condition.isEmpty {
                var keys = goSplit(path + condition, ".")
                let last = keys.removeLast()
                guard let table = values.table(keys), case .bool(let flag)? = table[last] else { continue }
                chart.metadata.dependencies[index].isEnabled = flag
                break
            }
        }
    }

    private static func importValues(_ chart: ChartNode) throws(ChartError) {
        for dependency in chart.dependencies { try importValues(dependency) }
        guard !chart.metadata.dependencies.isEmpty else { return }
        let all = try Coalescing.merged(chart, DatumMap())
        var imported = DatumMap()
        for index in chart.metadata.dependencies.indices {
            let dependency = chart.metadata.dependencies[index]
            for item in dependency.imports {
                guard var table = all.table([dependency.name] + goSplit(item.child, ".")) else { continue }
                // Helm's merging shares tables with what they come from, empty ones excepted.
                if table.isEmpty { table = DatumMap() }
                if item.parent != "." {
                    for key in goSplit(item.parent, ".").reversed() { table = DatumMap([key: .map(table)]) }
                }
                imported = Coalescing.mergeTables(imported, table, merging: true)
            }
            // Helm replaces what it has read by something it cannot read again.
            chart.metadata.dependencies[index].imported = dependency.imported == nil ? dependency.imports : []
        }
        // What the parent says itself is stronger than what it imports.
        chart.values = Coalescing.mergeTables(Coalescing.deepCopy(all), imported, merging: true)
    }
}

extension ChartDependency {
    /// Where imported values come from and go to, whichever of the two forms was written.
    fileprivate var imports: [Import] {
        guard imported == nil else { return [] }
        return importValues.compactMap { item in
            if let name = item.string { return Import(child: "exports.\(name)", parent: ".") }
            guard let mapping = item.mapping else { return nil }
            func path(_ key: String) -> String { printed(mapping[key].map { Datum($0) } ?? .null) }
            return Import(child: path("child"), parent: path("parent"))
        }
    }
}

extension DatumMap {
    /// The table some keys down; nil where one is missing or no table.
    func table(_ keys: [String]) -> DatumMap? {
        var table = self
        for key in keys {
            guard case .map(let inner)? = table[key] else { return nil }
            table = inner
        }
        return table
    }
}
