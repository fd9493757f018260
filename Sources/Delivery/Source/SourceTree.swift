/// The files of one revision, whatever keeps them: a git mirror, or a folder on
/// this machine for `render` and `diff`.
package protocol SourceTree: Sendable {
    /// What a person calls this state: `main@1a2b3c4`, or the folder's name.
    var revision: SourceRevision { get }

    /// Every file, with the digest of its bytes; paths from the root of the repository.
    func files() async throws(SourceError) -> [SourceFile]

    /// The bytes of some of those files, by path.
    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]]
}

package struct SourceFile: Sendable, Hashable {
    package var path: String
    /// Equal digests mean equal bytes: a git blob id, or a hash.
    package var digest: String
    /// Why it cannot be used, such as a symbolic link out of the tree. It still is listed: what it
    /// held before is not gone from git, so nothing may be deleted for it.
    package var refusal: String?
    /// Where it stands once symbolic links are followed: who writes there changes all files that lead to it.
    package var realPath: String
    /// In bytes, where it is known before the file is read.
    package var size: Int?

    package init(path: String, digest: String, realPath: String? = nil, size: Int? = nil) {
        self.path = path
        self.digest = digest
        self.realPath = realPath ?? path
        self.size = size
    }

    package init(path: String, refusal: String) {
        (self.path, realPath) = (path, path)
        digest = "refused: \(refusal)"
        self.refusal = refusal
    }
}

package struct SourceRevision: Sendable, Hashable {
    /// The branch, tag or folder.
    package var reference: String
    /// The commit's full id; "" for a folder that is no commit.
    package var commit: String

    package init(reference: String, commit: String) {
        self.reference = reference
        self.commit = commit
    }
}

extension SourceRevision: CustomStringConvertible {
    package var description: String { commit.isEmpty ? reference : "\(reference)@\(commit.prefix(7))" }
}

/// The source cannot be had; a running cluster is left as it is.
package struct SourceError: Error, Sendable, CustomStringConvertible {
    /// A sentence for people: what, where, what to do.
    package var description: String
    /// Whether waiting may help (a network), or only a person (a wrong key).
    package var isTransient: Bool

    package init(_ description: String, isTransient: Bool) {
        self.description = description
        self.isTransient = isTransient
    }
}
