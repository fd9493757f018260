internal import CGit2

extension Repository {
    static var maxWalked: Int { 100_000 }

    /// The commits that changed any of these paths, newest first, as `git log -- paths` finds them: a commit is
    /// one of them if it differs from each of its parents there. No paths means all commits.
    ///
    /// - Parameter maxWalked: so many commits are looked at, and none beyond.
    func log(
        from tip: ObjectID, notReachableFrom base: ObjectID?, touching paths: Set<String>, limit: Int, walking maxWalked: Int = Repository.maxWalked
    ) throws(GitError) -> [Commit] {
        var walk: OpaquePointer?
        try check(git_revwalk_new(&walk, raw))
        defer { git_revwalk_free(walk) }
        try check(git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue))
        var start = tip.raw
        try check(git_revwalk_push(walk, &start))
        if var hidden = base?.raw { try check(git_revwalk_hide(walk, &hidden)) }
        let wanted = paths.map { $0.split(separator: "/").filter { $0 != "." }.joined(separator: "/") }.sorted()
        let probe = PathProbe(self, wanted)
        var found: [Commit] = []
        var walked = 0
        var next = git_oid()
        while found.count < limit, walked < maxWalked {
            let code = git_revwalk_next(&next, walk)
            if code == GIT_ITEROVER.rawValue { break }
            try check(code)
            walked += 1
            let commit = try CommitHandle(ObjectID(next), in: self)
            var isWanted = wanted.isEmpty
            if !isWanted { isWanted = try probe.isTouched(by: commit) }
            if isWanted { found.append(commit.value) }
        }
        return found
    }

    func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) throws(GitError) -> [ObjectID] {
        let probe = PathProbe(self, paths.sorted())
        var found: [ObjectID] = []
        var commit = try CommitHandle(tip, in: self)
        var walked = 0
        while found.count < limit, walked < Self.maxWalked, walked / 100 < limit, let id = commit.parents.first {
            walked += 1
            let parent = try CommitHandle(id, in: self)
            if try probe.differs(commit, parent) { found.append(id) }
            commit = parent
        }
        return found
    }
}

/// What stands at some paths in a commit; remembers trees, as neighbors share most.
private final class PathProbe {
    private let repository: Repository
    private let paths: [String]
    private var seen: [ObjectID: [ObjectID?]] = [:]

    init(_ repository: Repository, _ paths: [String]) { (self.repository, self.paths) = (repository, paths) }

    func isTouched(by commit: CommitHandle) throws(GitError) -> Bool {
        guard let tree = commit.tree else { return false }
        let here = try entries(of: tree)
        let parents = commit.parents
        if parents.isEmpty { return here.contains { $0 != nil } }
        for id in parents {
            guard let tree = try CommitHandle(id, in: repository).tree else { continue }
            if try entries(of: tree) == here { return false }
        }
        return true
    }

    func differs(_ commit: CommitHandle, _ other: CommitHandle) throws(GitError) -> Bool {
        guard let tree = commit.tree, let base = other.tree, tree != base else { return false }
        return try entries(of: tree) != entries(of: base)
    }

    private func entries(of id: ObjectID) throws(GitError) -> [ObjectID?] {
        if let known = seen[id] { return known }
        var tree: OpaquePointer?
        var oid = id.raw
        try repository.check(git_tree_lookup(&tree, repository.raw, &oid))
        defer { git_tree_free(tree) }
        var entries: [ObjectID?] = []
        for path in paths {
            if path.isEmpty {
                entries.append(id)
                continue
            }
            var entry: OpaquePointer?
            let code = git_tree_entry_bypath(&entry, tree, path)
            if code == GIT_ENOTFOUND.rawValue {
                entries.append(nil)
                continue
            }
            try repository.check(code)
            entries.append(git_tree_entry_id(entry).map { ObjectID($0.pointee) })
            git_tree_entry_free(entry)
        }
        if seen.count > 10_000 { seen.removeAll() }
        seen[id] = entries
        return entries
    }
}
