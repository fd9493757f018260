internal import CGit2

extension Repository {
    /// Brings one reference up to date and says where it stands.
    ///
    /// The list of references is asked for first: a steady state costs one request and no negotiation. References
    /// here change only after their objects arrived, so a failed fetch leaves the mirror as it was.
    func fetch(_ reference: GitReference, _ session: FetchSession) throws(GitError) -> FetchResult {
        if case .commit(let id) = reference, contains(commit: id) { return FetchResult(tip: id, previous: id, isRewritten: false) }
        let result = try connected(session) { connection throws(GitError) in
            let heads = try connection.heads()
            guard heads.contains(where: { $0.name.hasPrefix("refs/") }) else {
                throw GitError(.emptyRepository, "the repository has no commits", place: session.place, advice: "push the first commit")
            }
            switch reference {
            case .branch(let name): return try fetch(reference, "refs/heads/\(name)", heads, connection, session)
            case .tag(let name): return try fetch(reference, "refs/tags/\(name)", heads, connection, session)
            case .commit(let id):
                try fetchAll(prefixes: ["refs/heads/"], heads, connection)
                if !contains(commit: id) { try fetchAll(prefixes: ["refs/tags/"], heads, connection) }
                guard contains(commit: id) else {
                    throw GitError(
                        .unknownReference(name: id.description, existing: []), "no branch or tag has commit \"\(id.short)\"",
                        place: session.place, advice: "push the commit, or name another one")
                }
                return FetchResult(tip: id, previous: nil, isRewritten: false)
            }
        }
        // The fetch stands; a compaction that fails is tried again after the next one.
        try? compactIfNeeded()
        return result
    }

    private func fetch(
        _ reference: GitReference, _ name: String, _ heads: [RemoteHead], _ connection: RemoteConnection, _ session: FetchSession
    ) throws(GitError) -> FetchResult {
        guard let head = heads.first(where: { $0.name == name }) else {
            let prefix = if case .tag = reference { "refs/tags/" } else { "refs/heads/" }
            let existing = heads.map(\.name).filter { $0.hasPrefix(prefix) && !$0.hasSuffix("^{}") }.map { String($0.dropFirst(prefix.count)) }
            throw GitError.unknown(reference, existing: existing, place: session.place)
        }
        let previous = try tip(of: name)
        if !(try holds(name, head.id)) {
            try connection.download([name])
            try setReference(name, to: head.id.raw)
        }
        guard let tip = try tip(of: name) else {
            throw GitError(
                .unknownReference(name: reference.name, existing: []), "the \(reference) names no commit", place: session.place,
                advice: "name one that does")
        }
        var isRewritten = false
        if let previous, previous != tip { isRewritten = !(try isAncestor(previous, of: tip)) }
        return FetchResult(tip: tip, previous: previous, isRewritten: isRewritten)
    }

    /// Where the server's notes are, fetched; nil where it has none.
    func fetch(notes reference: String, _ session: FetchSession) throws(GitError) -> ObjectID? {
        try connected(session) { connection throws(GitError) in
            guard let head = try connection.heads().first(where: { $0.name == reference }) else { return nil }
            if !(try holds(reference, head.id)) {
                try connection.download([reference])
                try setReference(reference, to: head.id.raw)
            }
            return head.id
        }
    }

    private func fetchAll(prefixes: [String], _ heads: [RemoteHead], _ connection: RemoteConnection) throws(GitError) {
        let wanted = heads.filter { head in prefixes.contains { head.name.hasPrefix($0) } && !head.name.hasSuffix("^{}") }
        guard !wanted.isEmpty else { return }
        try connection.download(prefixes.map { "\($0)*" })
        for head in wanted { try setReference(head.name, to: head.id.raw) }
    }

    /// Whether the reference here names this object already, and the object is here.
    private func holds(_ name: String, _ id: ObjectID) throws(GitError) -> Bool {
        var (current, object) = (git_oid(), OpaquePointer?.none)
        guard git_reference_name_to_id(&current, raw, name) == 0, ObjectID(current) == id,
            git_object_lookup(&object, raw, &current, GIT_OBJECT_ANY) == 0
        else { return false }
        git_object_free(object)
        return true
    }

    func remoteReferences(_ session: FetchSession) throws(GitError) -> RemoteReferences {
        let heads = try connected(session) { connection throws(GitError) in try connection.heads() }
        var references = RemoteReferences(defaultBranch: nil, branches: [:], tags: [:])
        for head in heads {
            if head.name == "HEAD", let target = head.target, target.hasPrefix("refs/heads/") {
                references.defaultBranch = String(target.dropFirst("refs/heads/".count))
            } else if head.name.hasPrefix("refs/heads/") {
                references.branches[String(head.name.dropFirst("refs/heads/".count))] = head.id
            } else if head.name.hasPrefix("refs/tags/") {
                let name = head.name.dropFirst("refs/tags/".count)
                // The peeled form follows the tag.
                references.tags[String(name.hasSuffix("^{}") ? name.dropLast(3) : name)] = head.id
            }
        }
        return references
    }

    private func connected<Result>(
        _ session: FetchSession, _ body: (RemoteConnection) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        guard session.mayGoOn() else { throw session.failure ?? GitError(.cancelled, "cancelled", place: session.place, advice: "try again") }
        let connection = try RemoteConnection(self, session)
        return try body(connection)
    }
}

/// One line of a server's list.
struct RemoteHead: Sendable, Hashable {
    var name: String
    var id: ObjectID
    /// What a symbolic reference stands for.
    var target: String?
}
