package import Delivery
package import Kubernetes

/// A branch's tip as edits see it: which files are whose, and their bytes.
package struct RepositorySnapshot: Sendable {
    package var revision: SourceRevision
    /// As `scan` divided the tree.
    package var parts: [Layout.Part]
    /// Every file of the parts and every `martlet.yaml`, by path.
    package var bytes: [String: [UInt8]]
    /// What an application's chart is rendered with; with `templates` set, the many
    /// renders of one edit parse them once.
    package var context: @Sendable (ApplicationSpec) -> RenderContext
    /// Files that are one through symbolic links: by path, all paths that the applications read it at.
    private var links: [String: [String]] = [:]

    package init(
        revision: SourceRevision, parts: [Layout.Part], bytes: [String: [UInt8]],
        context: @escaping @Sendable (ApplicationSpec) -> RenderContext
    ) {
        (self.revision, self.parts, self.bytes, self.context) = (revision, parts, bytes, context)
        let files = parts.flatMap(\.files)
        let targets = Set(files.lazy.filter { $0.realPath != $0.path }.map(\.realPath))
        for (_, same) in Dictionary(grouping: files.filter { targets.contains($0.realPath) }, by: \.realPath) {
            let paths = Set(same.map(\.path)).sorted()
            for path in paths where paths.count > 1 { links[path] = paths }
        }
    }
}

extension RepositorySnapshot {
    /// A path, and the others that lead to the same file.
    func paths(of path: String) -> [String] { links[path] ?? [path] }

    /// Some paths, and the others that lead to the same files.
    func paths(of paths: Set<String>) -> Set<String> { Set(paths.flatMap { self.paths(of: $0) }) }

    /// New bytes of a file, at whatever path it is read.
    mutating func write(_ new: [UInt8], at path: String) {
        for path in paths(of: path) { bytes[path] = new }
    }

    /// All bytes as they would be with a file written.
    func bytes(with new: [UInt8], at path: String) -> [String: [UInt8]] {
        var written = self
        written.write(new, at: path)
        return written.bytes
    }
}

/// One container of one workload.
package struct ContainerName: Sendable, Hashable {
    package var workload: ObjectKey
    package var container: String

    package init(workload: ObjectKey, container: String) { (self.workload, self.container) = (workload, container) }
}

extension ContainerName: CustomStringConvertible {
    package var description: String { "container \"\(container)\" of \(workload)" }
}
