/// Which files of a chart a render depends on: as long as these are the same, and the
/// values and the release are, so is what it makes. A changed README is no new release.
package struct ReadSet: Sendable, Hashable {
    /// Plain files that templates asked for by name, whether they are there or not.
    package var files: Set<String> = []
    /// Patterns of `.Files.Glob`; `**` for all files at once. A new file that fits one changes the render.
    package var patterns: Set<String> = []

    package init() {}

    /// Whether the render depends on the file of that path, relative to the chart's root.
    ///
    /// Every template, default value, CRD and subchart is taken to be read: each is parsed, used or not.
    package func contains(_ path: String) -> Bool {
        if Self.always.contains(path) || Self.folders.contains(where: path.hasPrefix) || files.contains(path) { return true }
        return patterns.contains { (GlobPattern($0) ?? .everything).matches(path) }
    }

    private static let always: Set<String> = [
        ".helmignore", "Chart.lock", "Chart.yaml", "requirements.lock", "requirements.yaml", "values.schema.json", "values.yaml",
    ]
    private static let folders = ["charts/", "crds/", "templates/"]
}

/// Collects what the templates of one render read.
final class ReadRecorder {
    private(set) var reads = ReadSet()

    func read(_ path: String) { reads.files.insert(path) }
    func list(_ pattern: String) { reads.patterns.insert(pattern) }
    func listEverything() { list("**") }
}
