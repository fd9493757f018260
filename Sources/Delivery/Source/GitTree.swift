package import Git

/// One commit of a mirror; blobs are read by their id, there is no work tree.
package struct GitTree: SourceTree {
    private let mirror: Mirror
    private let listing: TreeListing
    package let revision: SourceRevision
    package let commit: ObjectID

    /// - Parameters:
    ///   - path: only what is below it is listed.
    ///   - reference: what a person calls it: the branch or the tag.
    package init(mirror: Mirror, commit: ObjectID, reference: String, path: String) async throws(SourceError) {
        self.mirror = mirror
        self.commit = commit
        revision = SourceRevision(reference: reference, commit: commit.description)
        do {
            listing = try await mirror.tree(at: commit, under: path)
        } catch {
            throw SourceError(error)
        }
    }

    package func files() async throws(SourceError) -> [SourceFile] {
        listing.entries.map { SourceFile(path: $0.path, digest: $0.blob.description, realPath: $0.realPath, size: $0.size) }
            + listing.refused.map { SourceFile(path: $0.path, refusal: text($0.reason)) }
    }

    private func text(_ reason: RefusedEntry.Reason) -> String {
        switch reason {
        case .refusedSymlink(let target): "the symbolic link to \"\(target)\" leads to no file of the repository"
        case .name: "the name is not UTF-8"
        }
    }

    package func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        let ids = Set(files.compactMap { ObjectID($0.digest) })
        let blobs: [ObjectID: [UInt8]]
        do {
            blobs = try await mirror.blobs(Array(ids))
        } catch {
            throw SourceError(error)
        }
        var all: [String: [UInt8]] = [:]
        for file in files {
            if let id = ObjectID(file.digest), let bytes = blobs[id] { all[file.path] = bytes }
        }
        return all
    }
}

extension SourceError {
    package init(_ error: GitError) {
        self.init(error.description, isTransient: error.isTemporary)
    }
}
