internal import Document
internal import Template

/// A chart while it is rendered: dependencies get disabled and renamed and values
/// imported, so this one may change where `Chart` does not. Lives for one render.
///
/// What copies share with their originals is Helm's: an alias copies a chart and, one level
/// down, its dependencies, but those keep their originals' descriptions and own dependencies.
final class ChartNode {
    /// Chart.yaml as it changes while dependencies are processed; copies may have it in common.
    private final class Description {
        var metadata: ChartMetadata
        init(_ metadata: ChartMetadata) { self.metadata = metadata }
    }

    private let description: Description
    var values: DatumMap
    let templates: [ChartFile]
    let files: [ChartFile]
    let schema: [UInt8]?
    private(set) var dependencies: [ChartNode]
    private(set) weak var parent: ChartNode?
    /// Its children may still name it as their parent.
    private let original: ChartNode?

    init(_ chart: Chart) {
        description = Description(chart.metadata)
        values = DatumMap(storage(of: chart.values))
        templates = chart.templates
        files = chart.files
        schema = chart.schema
        original = nil
        dependencies = chart.dependencies.map(ChartNode.init)
        adopt()
    }

    /// The same chart once more, under another name unless that is empty.
    convenience init(copying node: ChartNode, alias: String) {
        var metadata = node.metadata
        if !alias.isEmpty { metadata.name = alias }
        self.init(node, Description(metadata))
        setDependencies(node.dependencies.map { ChartNode($0, $0.description) })
    }

    private init(_ node: ChartNode, _ description: Description) {
        self.description = description
        values = node.values
        templates = node.templates
        files = node.files
        schema = node.schema
        original = node
        dependencies = node.dependencies
    }

    var metadata: ChartMetadata {
        get { description.metadata }
        set { description.metadata = newValue }
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
func storage(of mapping: Mapping) -> DatumTable {
    DatumTable(uniqueEntries: mapping.entries.map { ($0.key, Datum($0.value)) })
}
