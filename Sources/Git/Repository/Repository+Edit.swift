internal import Basics
internal import CGit2

extension Repository {
    /// A commit object on one parent that no reference names; nil when the tree would be the same.
    func commit(
        _ changes: [String: [UInt8]?], on parent: ObjectID, message: String, author: Commit.Signature, committer: Commit.Signature,
        signing: SigningKey?
    ) throws(GitError) -> ObjectID? {
        let base = try CommitHandle(parent, in: self)
        defer { withExtendedLifetime(base) {} }
        var baseline: OpaquePointer?
        try check(git_commit_tree(&baseline, base.raw))
        defer { git_tree_free(baseline) }
        let tree = try updatedTree(baseline, changes)
        if tree == base.tree { return nil }
        return try write(tree: tree, parent: base, message: message, author: author, committer: committer, signing: signing)
    }

    private func write(
        tree: ObjectID, parent: CommitHandle, message: String, author: Commit.Signature, committer: Commit.Signature, signing: SigningKey?
    ) throws(GitError) -> ObjectID {
        let (writer, maker) = (try SignatureHandle(author, place: path), try SignatureHandle(committer, place: path))
        var treeObject: OpaquePointer?
        var treeID = tree.raw
        try check(git_tree_lookup(&treeObject, raw, &treeID))
        defer { git_tree_free(treeObject) }
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        var parents: [OpaquePointer?] = [parent.raw]
        let text = String(decoding: message.utf8.filter { $0 != 0 }, as: UTF8.self)
        let code = parents.withUnsafeMutableBufferPointer { parents in
            git_commit_create_buffer(&buffer, raw, writer.raw, maker.raw, nil, text, treeObject, parents.count, parents.baseAddress)
        }
        try check(code)
        let armored = try signing?.sign(Array(UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size)))
        var made = git_oid()
        try check(git_commit_create_with_signature(&made, raw, buffer.ptr, armored, nil))
        withExtendedLifetime((parent, writer, maker)) {}
        return ObjectID(made)
    }

    /// The tree with some files written or removed.
    ///
    /// - Parameter baseline: a tree of libgit2; nil for nothing.
    func updatedTree(_ baseline: OpaquePointer?, _ changes: [String: [UInt8]?]) throws(GitError) -> ObjectID {
        var base = baseline
        var empty: OpaquePointer?
        defer { git_tree_free(empty) }
        if base == nil {
            var builder: OpaquePointer?
            try check(git_treebuilder_new(&builder, raw, nil))
            defer { git_treebuilder_free(builder) }
            var id = git_oid()
            try check(git_treebuilder_write(&id, builder))
            try check(git_tree_lookup(&empty, raw, &id))
            base = empty
        }
        var updates: [git_tree_update] = []
        var names: [UnsafeMutablePointer<CChar>] = []
        defer { for name in names { name.deallocate() } }
        // Sorted by bytes: libgit2 wants what shares a folder side by side.
        for (path, content) in changes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            var update = git_tree_update()
            let mode = try mode(of: path, in: base, changes)
            if let content {
                try check(git_blob_create_from_buffer(&update.id, raw, content, content.count))
                update.action = GIT_TREE_UPDATE_UPSERT
                update.filemode = mode ?? GIT_FILEMODE_BLOB
            } else {
                guard mode != nil else { continue }
                update.action = GIT_TREE_UPDATE_REMOVE
            }
            let name = UnsafeMutablePointer<CChar>.allocate(capacity: path.utf8.count + 1)
            for (index, byte) in path.utf8.enumerated() { name[index] = CChar(bitPattern: byte) }
            name[path.utf8.count] = 0
            names.append(name)
            update.path = UnsafePointer(name)
            updates.append(update)
        }
        var id = git_oid()
        try check(git_tree_create_updated(&id, raw, base, updates.count, updates))
        return ObjectID(id)
    }

    /// The mode of the file there now; nil where there is none. Throws where something else stands in the way.
    private func mode(of path: String, in tree: OpaquePointer?, _ changes: [String: [UInt8]?]) throws(GitError) -> git_filemode_t? {
        func blocked(_ what: String, _ advice: String) -> GitError {
            GitError(.blocked(path: path), "\"\(path)\" cannot be written: \(what)", place: self.path, advice: advice)
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.lowercased() != ".git" }), !path.utf8.contains(0) else {
            throw blocked("it is not the path of a file in a repository", "name the file from the top of the repository, without \".\" and \"..\"")
        }
        var prefix = ""
        for (index, part) in parts.enumerated() {
            prefix += prefix.isEmpty ? String(part) : "/" + part
            var entry: OpaquePointer?
            guard git_tree_entry_bypath(&entry, tree, prefix) == 0, let entry else { return nil }
            defer { git_tree_entry_free(entry) }
            let mode = git_tree_entry_filemode(entry)
            let isLast = index == parts.count - 1
            switch mode {
            case GIT_FILEMODE_LINK:
                throw blocked("\"\(prefix)\" is a symbolic link", "name the file that it stands for")
            case GIT_FILEMODE_COMMIT:
                throw blocked("\"\(prefix)\" is a submodule", "make the change in the submodule's own repository")
            case GIT_FILEMODE_TREE:
                if isLast { throw blocked("it is a folder", "name a file") }
            default:
                if isLast { return mode }
                throw blocked("\"\(prefix)\" is a file, not a folder", "name another place")
            }
        }
        return nil
    }
}

/// A `git_signature`, freed when dropped.
final class SignatureHandle {
    let raw: UnsafeMutablePointer<git_signature>

    /// What git cannot hold in a signature (brackets, control characters) is left out.
    init(_ signature: Commit.Signature, place: String) throws(GitError) {
        func clean(_ text: String) -> String {
            let kept = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f && $0 != "<" && $0 != ">" }
            return String(String.UnicodeScalarView(kept))
        }
        var raw: UnsafeMutablePointer<git_signature>?
        let (name, email) = (clean(signature.name), clean(signature.email))
        let seconds = signature.time.milliseconds / 1000
        var code = git_signature_new(&raw, name, email, seconds, 0)
        // Nothing but what git drops (dots, spaces): a name it does take.
        if code != 0 { code = git_signature_new(&raw, "unknown", email, seconds, 0) }
        guard code == 0, let raw else { throw GitError.last(code, place: place) }
        self.raw = raw
    }

    deinit { git_signature_free(raw) }
}
