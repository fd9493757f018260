internal import Basics
internal import CGit2

/// The bare repository on disk. Not Sendable: it is used on its mirror's thread.
final class Repository {
    private(set) var raw: OpaquePointer
    let path: String
    /// Held as long as this object lives.
    private let lock: FolderLock

    init(path: String) throws(GitError) {
        guard Library.isReady else {
            throw GitError(.other, "libgit2 does not start", place: path, advice: "check the installation of libgit2")
        }
        try Folder.create(path)
        lock = try FolderLock(path)
        Folder.sweep(path)
        var raw: OpaquePointer?
        // Initializing an existing repository only fills in what is missing.
        let code = git_repository_init(&raw, path, 1)
        guard code == 0, let raw else { throw GitError.last(code, place: path) }
        (self.raw, self.path) = (raw, path)
    }

    deinit { git_repository_free(raw) }

    /// Forgets the packs that were open; nothing else of libgit2 may be held across this.
    func reopen() throws(GitError) {
        var fresh: OpaquePointer?
        let code = git_repository_open_bare(&fresh, path)
        guard code == 0, let fresh else { throw GitError.last(code, place: path) }
        git_repository_free(raw)
        raw = fresh
    }

    func check(_ code: Int32) throws(GitError) {
        if code < 0 { throw GitError.last(code, place: path) }
    }

    // MARK: references

    /// The commit a reference names, tags peeled; nil when there is none.
    func tip(of name: String) throws(GitError) -> ObjectID? {
        var reference: OpaquePointer?
        let code = git_reference_lookup(&reference, raw, name)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check(code)
        defer { git_reference_free(reference) }
        var object: OpaquePointer?
        guard git_reference_peel(&object, reference, GIT_OBJECT_COMMIT) == 0, let object else { return nil }
        defer { git_object_free(object) }
        return git_object_id(object).map { ObjectID($0.pointee) }
    }

    /// Points a reference to an object that is here. A name that is in the way (`a` of `a/b`) is a branch that
    /// the server no longer has.
    func setReference(_ name: String, to id: git_oid) throws(GitError) {
        var id = id
        try removeConflicts(with: name)
        var reference: OpaquePointer?
        try check(git_reference_create(&reference, raw, name, &id, 1, "fetch"))
        git_reference_free(reference)
    }

    private func removeConflicts(with name: String) throws(GitError) {
        var names = git_strarray()
        try check(git_reference_list(&names, raw))
        defer { git_strarray_dispose(&names) }
        for pointer in UnsafeBufferPointer(start: names.strings, count: names.count) {
            guard let pointer else { continue }
            let other = String(cString: pointer)
            if other.hasPrefix(name + "/") || name.hasPrefix(other + "/") { try check(git_reference_remove(raw, other)) }
        }
    }

    func contains(commit id: ObjectID) -> Bool {
        var object: OpaquePointer?
        var id = id.raw
        guard git_object_lookup(&object, raw, &id, GIT_OBJECT_COMMIT) == 0 else { return false }
        git_object_free(object)
        return true
    }

    // MARK: history

    /// Whether `tip` has `id` in its history; a commit is its own ancestor.
    func isAncestor(_ id: ObjectID, of tip: ObjectID) throws(GitError) -> Bool {
        if id == tip { return true }
        var (ancestor, descendant) = (id.raw, tip.raw)
        let code = git_graph_descendant_of(raw, &descendant, &ancestor)
        try check(code)
        return code == 1
    }

    func commit(_ id: ObjectID) throws(GitError) -> Commit {
        let handle = try CommitHandle(id, in: self)
        return handle.value
    }
}

/// A commit of libgit2, freed when dropped.
final class CommitHandle {
    let raw: OpaquePointer
    let id: ObjectID

    init(_ id: ObjectID, in repository: Repository) throws(GitError) {
        var raw: OpaquePointer?
        var oid = id.raw
        let code = git_commit_lookup(&raw, repository.raw, &oid)
        if code == GIT_ENOTFOUND.rawValue {
            throw GitError(
                .unknownReference(name: id.description, existing: []), "no commit \"\(id.short)\" here", place: repository.path,
                advice: "fetch a branch that has it")
        }
        guard code == 0, let raw else { throw GitError.last(code, place: repository.path) }
        (self.raw, self.id) = (raw, id)
    }

    deinit { git_commit_free(raw) }

    var parents: [ObjectID] {
        (0..<git_commit_parentcount(raw)).compactMap { git_commit_parent_id(raw, $0).map { ObjectID($0.pointee) } }
    }

    var tree: ObjectID? { git_commit_tree_id(raw).map { ObjectID($0.pointee) } }

    var value: Commit {
        Commit(
            id: id, parents: parents, author: signature(git_commit_author(raw)), committer: signature(git_commit_committer(raw)),
            message: git_commit_message(raw).map { String(cString: $0) } ?? "")
    }

    private func signature(_ pointer: UnsafePointer<git_signature>?) -> Commit.Signature {
        guard let signature = pointer?.pointee else { return Commit.Signature(name: "", email: "", time: Timestamp(milliseconds: 0)) }
        return Commit.Signature(
            name: signature.name.map { String(cString: $0) } ?? "", email: signature.email.map { String(cString: $0) } ?? "",
            time: Timestamp(milliseconds: signature.when.time.multipliedReportingOverflow(by: 1000).partialValue))
    }
}
