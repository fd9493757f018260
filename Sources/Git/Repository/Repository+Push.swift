internal import CGit2

extension Repository {
    func push(_ commit: ObjectID, to branch: String, expecting parent: ObjectID, _ session: FetchSession) throws(GitError) -> PushOutcome {
        try push(commit, toReference: "refs/heads/\(branch)", expecting: parent, session)
    }

    /// Moves a reference of the server by one commit.
    ///
    /// - Parameter parent: the commit's only parent, where the reference must be; nil for a first commit, where it must not be.
    func push(
        _ commit: ObjectID, toReference reference: String, expecting parent: ObjectID?, _ session: FetchSession
    ) throws(GitError) -> PushOutcome {
        guard git_reference_is_valid_name(reference) == 1, reference.hasPrefix("refs/") else {
            throw GitError(
                .unknownReference(name: reference, existing: []), "\"\(reference)\" is not a name for a reference", place: session.place,
                advice: "name a branch")
        }
        guard try CommitHandle(commit, in: self).parents == (parent.map { [$0] } ?? []) else {
            throw GitError(
                .other, "commit \(commit.short) does not stand on \(parent?.short ?? "nothing") alone", place: session.place,
                advice: "make the commit anew on the branch as it is")
        }
        if case .file(let path) = session.address { return try push(commit, to: reference, of: path, expecting: parent, session) }
        do throws(GitError) {
            return try converse(commit, reference, parent, session)
        } catch {
            throw session.isOutcomeOpen ? .unknownOutcome(of: commit, error) : error
        }
    }

    private func converse(_ commit: ObjectID, _ reference: String, _ parent: ObjectID?, _ session: FetchSession) throws(GitError) -> PushOutcome {
        let connection = try PushConnection(session)
        let tip = connection.advertisement.references[reference]
        // A push before this one arrived, though its answer did not.
        if tip == commit { return .accepted }
        guard tip == parent else { return .moved }
        let answer = try connection.push(reference, from: parent, to: commit, pack: try pack(commit, without: parent))
        guard let reason = answer.report.refusal(of: reference) else { return .accepted }
        // Servers word a lost race in many ways: what counts is where the reference is now. It may even be at our
        // commit, where libcurl sent the request twice because the first connection died without an answer.
        let look = try? PushConnection(session)
        if let look {
            let now = look.advertisement.references[reference]
            if now == commit { return .accepted }
            if now != parent { return .moved }
        }
        if PushReport.isRace(reason) { return .moved }
        return .refused(answer.words.isEmpty ? reason : "\(answer.words) (\(reason))")
    }

    /// The objects of one commit that its parent does not have.
    private func pack(_ commit: ObjectID, without parent: ObjectID?) throws(GitError) -> [UInt8] {
        var builder: OpaquePointer?
        try check(git_packbuilder_new(&builder, raw))
        defer { git_packbuilder_free(builder) }
        var walk: OpaquePointer?
        try check(git_revwalk_new(&walk, raw))
        defer { git_revwalk_free(walk) }
        var id = commit.raw
        try check(git_revwalk_push(walk, &id))
        if var parent = parent?.raw { try check(git_revwalk_hide(walk, &parent)) }
        try check(git_packbuilder_insert_walk(builder, walk))
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        try check(git_packbuilder_write_buf(&buffer, builder))
        return Array(UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size))
    }

    /// Into a repository on this machine; its hooks do not run.
    private func push(
        _ commit: ObjectID, to reference: String, of folder: String, expecting parent: ObjectID?, _ session: FetchSession
    ) throws(GitError) -> PushOutcome {
        var target: OpaquePointer?
        guard git_repository_open(&target, folder) == 0 else {
            throw GitError(.notFound, "no repository in \"\(folder)\": \(Library.lastMessage())", place: session.place, advice: "check the path")
        }
        defer { git_repository_free(target) }
        var current = git_oid()
        let found = git_reference_name_to_id(&current, target, reference) == 0 ? ObjectID(current) : nil
        if found == commit { return .accepted }
        guard found == parent else { return .moved }
        var odb: OpaquePointer?
        try check(git_repository_odb(&odb, target))
        defer { git_odb_free(odb) }
        var writer: UnsafeMutablePointer<git_odb_writepack>?
        try check(git_odb_write_pack(&writer, odb, nil, nil))
        guard let writer else { throw GitError.last(-1, place: folder) }
        defer { writer.pointee.free(writer) }
        let bytes = try pack(commit, without: parent)
        var progress = git_indexer_progress()
        try check(writer.pointee.append(writer, bytes, bytes.count, &progress))
        try check(writer.pointee.commit(writer, &progress))
        var made: OpaquePointer?
        defer { git_reference_free(made) }
        var id = commit.raw
        var code: Int32
        if var old = parent?.raw {
            code = git_reference_create_matching(&made, target, reference, &id, 1, &old, "push")
        } else {
            code = git_reference_create(&made, target, reference, &id, 0, "push")
        }
        if [GIT_EMODIFIED.rawValue, GIT_EEXISTS.rawValue, GIT_ENOTFOUND.rawValue, GIT_ELOCKED.rawValue].contains(code) { return .moved }
        try check(code)
        return .accepted
    }
}

extension GitError {
    /// A push that may have arrived.
    fileprivate static func unknownOutcome(of commit: ObjectID, _ cause: GitError) -> GitError {
        GitError(
            .unknownOutcome, "commit \(commit.short) was on its way when the conversation ended (\(cause.message)); the server may have taken it",
            place: cause.place, advice: "look at the branch on the server before pushing again")
    }
}
