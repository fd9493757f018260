internal import CGit2

extension Repository {
    /// One try: `.moved` where somebody else pushed notes meanwhile.
    func addNote(
        _ text: String, to commit: ObjectID, reference: String, author: Commit.Signature, _ session: FetchSession
    ) throws(GitError) -> PushOutcome {
        let tip = try fetchNotes(reference, session)
        var whole = text.hasSuffix("\n") ? text : text + "\n"
        if let tip, let earlier = try note(of: commit, in: tip) {
            // A push before this one arrived, though its answer did not.
            if "\n\n\(earlier)\n".contains("\n\n\(whole)\n") { return .accepted }
            // As `git notes append` does.
            whole = earlier + (earlier.hasSuffix("\n") ? "\n" : "\n\n") + whole
        }
        let parent = try tip.map { id throws(GitError) in try CommitHandle(id, in: self) }
        let signature = try SignatureHandle(author, place: path)
        var (made, blob, target) = (git_oid(), git_oid(), commit.raw)
        let code = git_note_commit_create(&made, &blob, raw, parent?.raw, signature.raw, signature.raw, &target, whole, 1)
        withExtendedLifetime((parent, signature)) {}
        try check(code)
        let outcome = try push(ObjectID(made), toReference: reference, expecting: tip, session)
        if outcome == .accepted { try setReference(reference, to: made) }
        return outcome
    }

    func fetchNotes(_ reference: String, _ session: FetchSession) throws(GitError) -> ObjectID? {
        guard reference.hasPrefix("refs/notes/"), git_reference_is_valid_name(reference) == 1 else {
            throw GitError(
                .unknownReference(name: reference, existing: []), "\"\(reference)\" is not a name for notes", place: session.place,
                advice: "write it as refs/notes/NAME")
        }
        let tip = try fetch(notes: reference, session)
        if tip == nil, try self.tip(of: reference) != nil { try check(git_reference_remove(raw, reference)) }
        return tip
    }

    /// The note on an object; nil where there is none. Folders of git's fanout are gone through.
    func note(of commit: ObjectID, in notes: ObjectID) throws(GitError) -> String? {
        let handle = try CommitHandle(notes, in: self)
        var (note, id) = (OpaquePointer?.none, commit.raw)
        let code = git_note_commit_read(&note, raw, handle.raw, &id)
        withExtendedLifetime(handle) {}
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check(code)
        defer { git_note_free(note) }
        return git_note_message(note).map { String(cString: $0) }
    }
}
