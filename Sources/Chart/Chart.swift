package import Document

/// A Helm chart: a pure value made of its files.
package struct Chart: Sendable {
    package var metadata: ChartMetadata
    /// values.yaml; integers are kept as written, templates see them as float64.
    package var values: Mapping
    /// values.schema.json, as it stands.
    package var schema: [UInt8]?
    /// The files of templates/.
    package var templates: [ChartFile]
    /// Everything that is no template, no subchart and none of the chart's own descriptions: what `.Files` gives.
    package var files: [ChartFile]
    /// The charts in charts/, unpacked, in the order of their file names.
    package var dependencies: [Chart]
}

extension Chart {
    package var name: String { metadata.name }

    /// The manifests of crds/, in the order of their names.
    package var crds: [ChartFile] { files.filter { Self.isCRD($0.path) } }

    static func isCRD(_ path: String) -> Bool {
        guard path.hasPrefix("crds/") else { return false }
        let lower = Letters.lower(path)
        return lower.hasSuffix(".yaml") || lower.hasSuffix(".yml") || lower.hasSuffix(".json")
    }
}
