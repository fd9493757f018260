internal import Template

extension ChartMetadata {
    /// What Helm changes in a Chart.yaml, and what it refuses.
    mutating func sanitizeAndValidate() throws(ChartError) {
        for field in [\ChartMetadata.name, \.description, \.home, \.icon, \.condition, \.tags, \.appVersion, \.kubeVersion] {
            self[keyPath: field] = sanitized(self[keyPath: field])
        }
        sources = sources.map(sanitized)
        keywords = keywords.map(sanitized)
        try validateChart()
        if hasNullMaintainer { throw refusal("maintainers must not contain empty or null nodes") }
        for index in maintainers.indices {
            let person = maintainers[index]
            maintainers[index] = Maintainer(name: sanitized(person.name), email: sanitized(person.email), url: sanitized(person.url))
        }
        if hasNullDependency { throw refusal("dependencies must not contain empty or null nodes") }
        for index in dependencies.indices { dependencies[index].sanitize() }
        try validateDependencies()
    }

    private func refusal(_ message: String) -> ChartError {
        ChartError(.invalid, chart: name, file: "Chart.yaml", message: "validation: " + message)
    }

    private func validateChart() throws(ChartError) {
        if apiVersion.isEmpty { throw refusal("chart.metadata.apiVersion is required") }
        if name.isEmpty { throw refusal("chart.metadata.name is required") }
        if name == "." || name == ".." { throw refusal("chart.metadata.name \(goQuoted(name)) is not allowed") }
        if baseName(name) != name { throw refusal("chart.metadata.name \(goQuoted(name)) is invalid") }
        if version.isEmpty { throw refusal("chart.metadata.version is required") }
        if SemanticVersion(version) == nil { throw refusal("chart.metadata.version \(goQuoted(version)) is invalid") }
        if !["", "application", "library"].contains(type) { throw refusal("chart.metadata.type must be application or library") }
    }

    private func validateDependencies() throws(ChartError) {
        var seen: Set<String> = []
        for dependency in dependencies {
            let allowed = dependency.alias.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
            guard allowed else { throw refusal("dependency \(goQuoted(dependency.name)) has disallowed characters in the alias") }
            let key = dependency.alias.isEmpty ? dependency.name : dependency.alias
            guard seen.insert(key).inserted else { throw refusal("more than one dependency with name or alias \(goQuoted(key))") }
        }
    }
}

extension ChartDependency {
    fileprivate mutating func sanitize() {
        for field in [\ChartDependency.name, \.version, \.repository, \.condition] { self[keyPath: field] = sanitized(self[keyPath: field]) }
        tags = tags.map(sanitized)
    }
}

/// Space of any kind becomes a blank, what cannot be printed goes.
private func sanitized(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isGoSpace(scalar) { result.append(" ") } else if isPrintable(scalar) { result.append(scalar) }
    }
    return String(result)
}
