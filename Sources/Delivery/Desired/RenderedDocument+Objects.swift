package import Chart
internal import Document
package import Kubernetes

extension RenderedDocument {
    /// Whether the object may be in it, as far as can be told without reading it.
    package func mayHold(_ key: ObjectKey) -> Bool { (kind == key.kind || kind.hasSuffix("List")) && text.contains(key.name) }

    /// The objects in it, items of lists each; none where it cannot be read.
    package var objects: [Object] {
        let read = (try? YAML.documents(Array(text.utf8), file: source, options: .cluster)) ?? []
        return read.flatMap { ($0.value.listItems ?? [$0.value]).compactMap { Object($0) } }
    }
}

extension ApplicationSpec {
    /// Where a file stands in the repository, which its chart speaks of with the chart's own name in front.
    package func repositoryPath(ofChartFile source: String) -> String { joined(path, pathInChart(source)) ?? source }
}
