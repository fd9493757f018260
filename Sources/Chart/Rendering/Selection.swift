extension RenderResult {
    /// Only what comes from some templates, named as in the chart ("templates/service.yaml",
    /// "charts/db/templates/*.yaml"), as `helm template --show-only` has it.
    ///
    /// - Throws: For a name that nothing comes from.
    package func only(_ names: [String]) throws(ChartError) -> RenderResult {
        func place(_ document: RenderedDocument) -> String { String(document.source.drop { $0 != "/" }.dropFirst()) }
        let documents = crds + manifests + hooks.map(\.document)
        var chosen: Set<String> = []
        for name in names {
            guard let pattern = ShellPattern(cleanPath(name)) else {
                throw ChartError(.values, message: "\"\(name)\" is no pattern: a bracket is not closed")
            }
            let found = documents.map(place).filter { pattern.matches(Array($0.unicodeScalars)[...]) }
            if found.isEmpty { throw ChartError(.values, message: "could not find template \(name) in chart") }
            chosen.formUnion(found)
        }
        var result = self
        result.crds = crds.filter { chosen.contains(place($0)) }
        result.manifests = manifests.filter { chosen.contains(place($0)) }
        result.hooks = hooks.filter { chosen.contains(place($0.document)) }
        return result
    }
}
