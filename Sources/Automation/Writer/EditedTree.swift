internal import Delivery

/// A revision with some files different, before there is a commit that says so.
struct EditedTree: SourceTree {
    private let base: any SourceTree
    private let edited: [String: [UInt8]]

    init(_ base: any SourceTree, files edited: [String: [UInt8]]) { (self.base, self.edited) = (base, edited) }

    var revision: SourceRevision { base.revision }

    func files() async throws(SourceError) -> [SourceFile] {
        // No digest stands for bytes that nobody has stored; the count alone keeps it from being the old one.
        func digest(_ bytes: [UInt8]) -> String { "edited: \(bytes.count) bytes" }
        var files: [SourceFile] = []
        for file in try await base.files() where edited[file.path] == nil {
            guard let bytes = bytes(of: file) else {
                files.append(file)
                continue
            }
            files.append(SourceFile(path: file.path, digest: digest(bytes), realPath: file.realPath))
        }
        return files + edited.map { SourceFile(path: $0.key, digest: digest($0.value)) }
    }

    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var bytes = try await base.read(files.filter { self.bytes(of: $0) == nil })
        for file in files { if let text = self.bytes(of: file) { bytes[file.path] = text } }
        return bytes
    }

    /// Through symbolic links, too.
    private func bytes(of file: SourceFile) -> [UInt8]? { edited[file.path] ?? edited[file.realPath] }
}
