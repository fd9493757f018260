package import Delivery
package import Git

/// A branch through a mirror on this machine.
package struct MirrorBranch: Branch {
    package let name: String
    private let mirror: @Sendable () async throws(GitError) -> Mirror
    /// Only what is below is read.
    private let root: String
    private let signing: SigningKey?

    /// - Parameter mirror: opened when it is first needed; the one that fetches, because a folder has one user.
    package init(
        name: String, root: String, signing: SigningKey?, mirror: @escaping @Sendable () async throws(GitError) -> Mirror
    ) {
        (self.name, self.root, self.signing, self.mirror) = (name, root, signing, mirror)
    }

    package func tip() async throws(GitError) -> ObjectID { try await mirror().fetch(.branch(name)).tip }

    package func tree(at commit: ObjectID) async throws(SourceError) -> any SourceTree {
        let opened: Mirror
        do {
            opened = try await mirror()
        } catch {
            throw SourceError(error)
        }
        return try await GitTree(mirror: opened, commit: commit, reference: name, path: root)
    }

    package func commit(
        _ changes: [String: [UInt8]], on parent: ObjectID, _ description: CommitDescription
    ) async throws(GitError) -> ObjectID? {
        try await mirror().commit(
            changes, on: parent, message: description.message, author: description.author, committer: description.committer,
            signing: signing)
    }

    package func push(_ commit: ObjectID, expecting parent: ObjectID) async throws(GitError) -> PushOutcome {
        try await mirror().push(commit, to: name, expecting: parent)
    }

    package func contains(_ commit: ObjectID, in tip: ObjectID) async throws(GitError) -> Bool {
        try await mirror().isAncestor(commit, of: tip)
    }

    package func addNote(_ text: String, to commit: ObjectID, by author: Commit.Signature) async throws(GitError) {
        try await mirror().addNote(text, to: commit, reference: "refs/notes/martlet", author: author)
    }

    package func resolve(_ revision: String) async throws(GitError) -> ObjectID { try await mirror().resolve(revision) }

    package func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) async throws(GitError) -> [ObjectID] {
        try await mirror().formerStates(of: paths, before: tip, limit: limit)
    }
}
