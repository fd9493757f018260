/// What its user took from the mirror, kept beside it: the fetched reference alone
/// does not tell, for it moves with the server's.
extension Mirror {
    /// The commit that `remember` was told last; nil where there is none, or it is gone.
    package func remembered(_ reference: GitReference) async throws(GitError) -> ObjectID? {
        guard let tip = try repository.tip(of: Self.memory(reference)), try repository.contains(commit: tip) else { return nil }
        return tip
    }

    package func remember(_ commit: ObjectID, for reference: GitReference) async throws(GitError) {
        try repository.setReference(Self.memory(reference), to: commit.raw)
    }

    private static func memory(_ reference: GitReference) -> String {
        switch reference {
        case .branch(let name): "refs/martlet/heads/\(name)"
        case .tag(let name): "refs/martlet/tags/\(name)"
        case .commit(let id): "refs/martlet/commits/\(id)"
        }
    }
}
