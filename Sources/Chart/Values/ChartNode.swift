internal import Document
internal import Template

/// A chart while it is rendered: dependencies get disabled and renamed and values
/// imported, so this one may change where `Chart` does not. Lives for one render.
final class ChartNode {
    var metadata: ChartMetadata
    var values: DatumMap
    let templates: [ChartFile]
    let files: [ChartFile]
    let schema: [UInt8]?
    private(set) var dependencies: [ChartNode]
    private(set) weak var parent: ChartNode?

    init(_ chart: Chart) {
        metadata = chart.metadata
        values = DatumMap(storage(of: chart.values))
        templates = chart.templates
        files = chart.files
        schema = chart.schema
        dependencies = chart.dependencies.map(ChartNode.init)
        adopt()
    }

    /// The same chart once more, under another name.
    init(copying node: ChartNode, alias: String) {
        metadata = node.metadata
        if !alias.isEmpty { metadata.name = alias }
        values = node.values
        templates = node.templates
        files = node.files
        schema = node.schema
        dependencies = node.dependencies.map { ChartNode(copying: $0, alias: "") }
        adopt()
    }

    var name: String { metadata.name }
    var isRoot: Bool { parent == nil }

    /// "chart/charts/sub": what the names of its templates begin with.
    var fullPath: String { parent.map { "\($0.fullPath)/charts/\(name)" } ?? name }

    func setDependencies(_ nodes: [ChartNode]) {
        dependencies = nodes
        adopt()
    }

    private func adopt() {
        for dependency in dependencies { dependency.parent = self }
    }
}

/// A mapping as templates see it, numbers of files as float64.
func storage(of mapping: Mapping) -> [String: Datum] {
    var storage: [String: Datum] = [:]
    storage.reserveCapacity(mapping.count)
    for entry in mapping { storage[entry.key] = Datum(entry.value) }
    return storage
}
