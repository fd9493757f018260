/// Notes on commits, as `git notes` shows them.
extension Mirror {
    package func addNote(_ text: String, to commit: ObjectID, reference: String, author: Commit.Signature) async throws(GitError) {
        throw GitError(.other, "notes are not here yet", place: reference, advice: "wait")
    }

    package func note(of commit: ObjectID, reference: String) async throws(GitError) -> String? { nil }
}
