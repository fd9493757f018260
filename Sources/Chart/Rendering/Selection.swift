extension RenderResult {
    /// Only what comes from some templates, named as in the chart ("templates/service.yaml",
    /// "charts/db/templates/*.yaml"), as `helm template --show-only` has it.
    ///
    /// - Throws: For a name that nothing comes from.
    package func only(_ names: [String]) throws(ChartError) -> RenderResult {
        let documents = crds + manifests + hooks.map(\.document)
        var chosen: Set<String> = []
        for name in names {
            guard let pattern = ShellPattern(cleanPath(name)) else {
                throw ChartError(.values, message: "\"\(name)\" is no pattern: a bracket is not closed")
            }
            let found = documents.map { pathInChart($0.source) }.filter { pattern.matches(Array($0.unicodeScalars)[...]) }
            if found.isEmpty { throw ChartError(.values, message: "could not find template \(name) in chart") }
            chosen.formUnion(found)
        }
        var result = self
        result.crds = crds.filter { chosen.contains(pathInChart($0.source)) }
        result.manifests = manifests.filter { chosen.contains(pathInChart($0.source)) }
        result.hooks = hooks.filter { chosen.contains(pathInChart($0.document.source)) }
        return result
    }
}
