/// One commit on the way back through history, and what it did to each of its parents' files.
package struct HistoryStep: Sendable {
    package struct Parent: Sendable {
        package var id: ObjectID
        /// The files that differ, sorted by path; nil where there are too many to name.
        package var changes: [PathChange]?
    }

    /// One file in which a commit and a parent differ.
    package struct PathChange: Sendable, Hashable {
        package var path: String
        /// In the parent; nil where it is not there.
        package var old: ObjectID?
        /// In the commit; nil where it is not there any more.
        package var new: ObjectID?
    }

    package var commit: Commit
    package var parents: [Parent]
    /// The commit has symbolic links or submodules: a path may stand for another one.
    package var hasLinks: Bool
}

extension Mirror {
    /// The commits that `tip` descends from, each before its parents, with what differs from each parent.
    package func steps(from tip: ObjectID, limit: Int) async throws(GitError) -> [HistoryStep] {
        try repository.steps(from: tip, limit: limit)
    }

    /// The commit that a person means by a branch, a tag, a commit's first digits, or one of those with `~2` or `^`.
    package func resolve(_ text: String) async throws(GitError) -> ObjectID { try repository.resolve(text) }

    /// Follows first parents back to the first commit that `isWanted`; nil where there is none.
    ///
    /// - Parameter limit: the most commits to look at.
    package func firstParent(
        of tip: ObjectID, limit: Int, where isWanted: @Sendable (Commit) -> Bool
    ) async throws(GitError) -> Commit? {
        try repository.firstParent(of: tip, limit: limit, where: isWanted)
    }

    /// Of the first parents of `tip`, the newest first: those in which any of the paths is other than in the commit after it.
    ///
    /// - Parameter limit: the most to return; a hundred times as many commits are looked at.
    package func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) async throws(GitError) -> [ObjectID] {
        try repository.formerStates(of: paths, before: tip, limit: limit)
    }
}
