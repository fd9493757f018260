/// Writing back: commits without a work tree, and plain pushes of one commit.
extension Mirror {
    /// Makes a commit on exactly one parent, here only: no reference moves.
    ///
    /// - Parameter changes: path to content; nil removes the file. All other files, and the modes of these, are kept.
    /// - Returns: The new commit; nil where the tree would be the same as the parent's.
    package func commit(
        _ changes: [String: [UInt8]?], on parent: ObjectID, message: String, author: Commit.Signature, committer: Commit.Signature,
        signing: SigningKey? = nil
    ) async throws(GitError) -> ObjectID? {
        try repository.commit(changes, on: parent, message: message, author: author, committer: committer, signing: signing)
    }

    /// Pushes one commit to a branch whose tip must still be the commit's only parent; never forced.
    ///
    /// The branch as this mirror knows it stays as it is until the next fetch.
    /// - Throws: `GitError.Kind.unknownOutcome` where the server may have taken the push although no answer came.
    package func push(_ commit: ObjectID, to branch: String, expecting parent: ObjectID) async throws(GitError) -> PushOutcome {
        let session = session()
        return try await cancelling(session) { repository throws(GitError) in
            try repository.push(commit, to: branch, expecting: parent, session)
        }
    }
}
