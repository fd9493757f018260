package import Delivery
package import Git

/// The branch of a repository that changes are written to: a mirror and its
/// server, or in tests a model of both.
package protocol Branch: Sendable {
    /// `main`
    var name: String { get }

    /// The newest commit on the server.
    func tip() async throws(GitError) -> ObjectID

    func tree(at commit: ObjectID) async throws(SourceError) -> any SourceTree

    /// A commit on one parent, not on the server yet; nil where nothing would differ.
    func commit(_ changes: [String: [UInt8]], on parent: ObjectID, _ description: CommitDescription) async throws(GitError) -> ObjectID?

    /// A plain push of one commit.
    func push(_ commit: ObjectID, expecting parent: ObjectID) async throws(GitError) -> PushOutcome

    /// Whether a commit is in the history of the tip.
    func contains(_ commit: ObjectID, in tip: ObjectID) async throws(GitError) -> Bool

    /// Writes a note to a commit that is on the server.
    func addNote(_ text: String, to commit: ObjectID, by author: Commit.Signature) async throws(GitError)

    /// The commit that a person means.
    func resolve(_ revision: String) async throws(GitError) -> ObjectID

    /// Of the first parents of `tip`, the newest first: those in which any of the paths is other than in the commit after it.
    func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) async throws(GitError) -> [ObjectID]
}

/// What a commit says of itself.
package struct CommitDescription: Sendable, Hashable {
    package var message: String
    package var author: Commit.Signature
    package var committer: Commit.Signature

    package init(message: String, author: Commit.Signature, committer: Commit.Signature) {
        (self.message, self.author, self.committer) = (message, author, committer)
    }
}
