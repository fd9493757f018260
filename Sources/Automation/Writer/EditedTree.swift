internal import Delivery

/// A revision with some files different, before there is a commit that says so.
struct EditedTree: SourceTree {
    private let base: any SourceTree
    private let edited: [String: [UInt8]]

    init(_ base: any SourceTree, files edited: [String: [UInt8]]) { (self.base, self.edited) = (base, edited) }

    var revision: SourceRevision { base.revision }

    func files() async throws(SourceError) -> [SourceFile] {
        // No digest stands for bytes that nobody has stored; the count alone keeps it from being the old one.
        try await base.files().filter { edited[$0.path] == nil }
            + edited.map { SourceFile(path: $0.key, digest: "edited: \($0.value.count) bytes") }
    }

    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var bytes = try await base.read(files.filter { edited[$0.path] == nil })
        for file in files { if let text = edited[file.path] { bytes[file.path] = text } }
        return bytes
    }
}
