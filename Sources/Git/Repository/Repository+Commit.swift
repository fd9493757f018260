package import Basics
internal import CGit2

extension Repository {
    /// Makes a commit on a branch from its tip and some changed files, all other
    /// files kept as they are; the branch moves only if its tip is still that parent.
    ///
    /// - Parameter changes: path to content; nil removes the file.
    /// - Returns: The new commit; nil when the tree would be the same.
    func commit(
        _ changes: [String: [UInt8]?], to branch: String, message: String, author: Commit.Signature
    ) throws(GitError) -> ObjectID? {
        let name = "refs/heads/\(branch)"
        let parent = try tip(of: name).map { id throws(GitError) in try CommitHandle(id, in: self) }
        var baseline: OpaquePointer?
        if let parent { try check(git_commit_tree(&baseline, parent.raw)) }
        defer { git_tree_free(baseline) }
        let tree = try updatedTree(baseline, changes)
        if tree == parent?.tree { return nil }

        let signature = try SignatureHandle(author, place: path)
        var treeObject: OpaquePointer?
        var treeID = tree.raw
        try check(git_tree_lookup(&treeObject, raw, &treeID))
        defer { git_tree_free(treeObject) }
        var made = git_oid()
        var parents: [OpaquePointer?] = parent.map { [$0.raw] } ?? []
        // Compare-and-swap: libgit2 refuses when the branch is no longer at the first parent.
        let code = parents.withUnsafeMutableBufferPointer { buffer in
            git_commit_create(&made, raw, name, signature.raw, signature.raw, "UTF-8", message, treeObject, buffer.count, buffer.baseAddress)
        }
        withExtendedLifetime((parent, signature)) {}
        try check(code)
        return ObjectID(made)
    }
}

/// A bare repository on this machine that commits are made in directly, without a
/// work tree: what the demonstration pushes to.
package actor LocalRepository {
    private let thread: GitThread
    private var opened: Repository?
    private let path: String

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the repository in a folder, or creates it.
    package init(path: String) async throws(GitError) {
        thread = try GitThread()
        self.path = path
        opened = try Repository(path: path)
    }

    /// Makes a commit on a branch, which is created when it is missing.
    ///
    /// - Parameter changes: path to content; nil removes the file.
    /// - Returns: The new commit; nil when nothing would change.
    @discardableResult
    package func commit(
        _ changes: [String: [UInt8]?], to branch: String, message: String, author: String, email: String, at time: Timestamp
    ) async throws(GitError) -> ObjectID? {
        guard let opened else { throw GitError(.other, "the repository is not open", place: path, advice: "open it anew") }
        return try opened.commit(
            changes, to: branch, message: message, author: Commit.Signature(name: author, email: email, time: time))
    }
}
