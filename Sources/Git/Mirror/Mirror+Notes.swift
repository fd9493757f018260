internal import HTTP

/// Notes on commits, as `git notes` shows them.
extension Mirror {
    /// Adds a note to a commit and pushes it. What others wrote there is kept: the notes are fetched first, a
    /// push that lost a race is made anew on theirs, and a commit's own earlier note stays above this one.
    ///
    /// - Parameter reference: "refs/notes/…".
    package func addNote(_ text: String, to commit: ObjectID, reference: String, author: Commit.Signature) async throws(GitError) {
        let session = session()
        var last: GitError?
        // As many pushes as may go wrong in a row; each begins with a look at the server. A busy other writer wins
        // often: it need not fetch what is its own.
        for _ in 0..<16 {
            session.restart()
            do throws(GitError) {
                let outcome = try await cancelling(session) { repository throws(GitError) in
                    try repository.addNote(text, to: commit, reference: reference, author: author, session)
                }
                switch outcome {
                case .accepted: return
                case .moved: last = nil
                case .refused(let reason):
                    throw GitError(
                        .other, "the server refuses notes on \"\(reference)\": \(reason)", place: session.place,
                        advice: "allow these credentials to push there, or turn notes off")
                }
            } catch {
                // The next round sees whether it arrived.
                guard error.kind == .unknownOutcome, !Task.isCancelled else { throw error }
                last = error
            }
        }
        throw last
            ?? GitError(.unreachable, "others pushed notes to \"\(reference)\" each time", place: session.place, advice: "it will be tried again")
    }

    /// Brings the notes that the server has; nil where it has none. Notes that only this mirror has are let go.
    @discardableResult
    package func fetchNotes(reference: String) async throws(GitError) -> ObjectID? {
        let session = session()
        return try await cancelling(session) { repository throws(GitError) in try repository.fetchNotes(reference, session) }
    }

    /// The note on a commit as this mirror knows it: see `fetchNotes`.
    package func note(of commit: ObjectID, reference: String) async throws(GitError) -> String? {
        guard let notes = try repository.tip(of: reference) else { return nil }
        return try repository.note(of: commit, in: notes)
    }
}
