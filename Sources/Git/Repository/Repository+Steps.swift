internal import CGit2

extension Repository {
    func steps(from tip: ObjectID, limit: Int) throws(GitError) -> [HistoryStep] {
        var walk: OpaquePointer?
        try check(git_revwalk_new(&walk, raw))
        defer { git_revwalk_free(walk) }
        try check(git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue))
        var start = tip.raw
        try check(git_revwalk_push(walk, &start))
        let trees = TreeComparison(self)
        var steps: [HistoryStep] = []
        var roots: [ObjectID: ObjectID] = [:]
        func root(_ id: ObjectID) throws(GitError) -> ObjectID? {
            if let known = roots[id] { return known }
            let tree = try CommitHandle(id, in: self).tree
            roots[id] = tree
            return tree
        }
        var next = git_oid()
        while steps.count < limit {
            if Task.isCancelled { throw GitError(.cancelled, "cancelled", place: path, advice: "try again") }
            let code = git_revwalk_next(&next, walk)
            if code == GIT_ITEROVER.rawValue { break }
            try check(code)
            let handle = try CommitHandle(ObjectID(next), in: self)
            let commit = handle.value
            let tree = handle.tree
            var parents: [HistoryStep.Parent] = []
            for id in commit.parents {
                var changes: [HistoryStep.PathChange]?
                if let tree, let other = try root(id) { changes = try trees.changes(from: other, to: tree) }
                parents.append(HistoryStep.Parent(id: id, changes: changes))
            }
            roots[commit.id] = nil
            var hasLinks = false
            if let tree { hasLinks = try trees.hasLinks(tree) }
            steps.append(HistoryStep(commit: commit, parents: parents, hasLinks: hasLinks))
        }
        return steps
    }

    /// Only what names a commit by itself: no searching through messages, and no reflog.
    func resolve(_ text: String) throws(GitError) -> ObjectID {
        let unknown = GitError(
            .unknownReference(name: text, existing: []), "no branch, tag or commit \"\(text.prefix(100))\" here", place: path,
            advice: "name one of the branch that is followed, or a commit by its first digits")
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "._/-+~^#".utf8.contains(byte)
            }
        }
        guard allowed, (1...200).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { throw unknown }
        var object: OpaquePointer?
        let code = git_revparse_single(&object, raw, text)
        if code == GIT_EAMBIGUOUS.rawValue {
            throw GitError(
                .unknownReference(name: text, existing: []), "\"\(text)\" begins more than one commit", place: path, advice: "give more digits")
        }
        guard code == 0, let object else { throw unknown }
        defer { git_object_free(object) }
        var commit: OpaquePointer?
        guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0, let commit else { throw unknown }
        defer { git_object_free(commit) }
        guard let id = git_object_id(commit) else { throw unknown }
        return ObjectID(id.pointee)
    }

    func firstParent(of tip: ObjectID, limit: Int, where isWanted: (Commit) -> Bool) throws(GitError) -> Commit? {
        var next: ObjectID? = tip
        var looked = 0
        while let id = next, looked < limit {
            looked += 1
            let commit = try CommitHandle(id, in: self).value
            if isWanted(commit) { return commit }
            next = commit.parents.first
        }
        return nil
    }
}

/// Compares trees and remembers those it has read, as neighbors in history share most.
private final class TreeComparison {
    private struct Entry {
        var name: String
        var id: ObjectID
        var isTree: Bool
    }

    private struct Tree {
        var entries: [Entry]
        /// Of itself, not of those below.
        var hasLinks: Bool
    }

    private let repository: Repository
    private var trees: [ObjectID: Tree] = [:]
    private var links: [ObjectID: Bool] = [:]

    private static let maxChanges = 5_000
    private static let maxDepth = 256
    private static let maxKept = 50_000

    init(_ repository: Repository) { self.repository = repository }

    func changes(from old: ObjectID, to new: ObjectID) throws(GitError) -> [HistoryStep.PathChange]? {
        var found: [HistoryStep.PathChange] = []
        var open: [(path: String, old: ObjectID?, new: ObjectID?, depth: Int)] = [("", old, new, 0)]
        while let (path, old, new, depth) = open.popLast() {
            if old == new { continue }
            let before = try tree(old).entries, after = try tree(new).entries
            var (left, right) = (0, 0)
            func note(_ a: Entry?, _ b: Entry?) {
                guard let name = (a ?? b)?.name else { return }
                let inner = path.isEmpty ? name : "\(path)/\(name)"
                if a?.isTree == true || b?.isTree == true {
                    open.append((inner, a?.isTree == true ? a?.id : nil, b?.isTree == true ? b?.id : nil, depth + 1))
                }
                let (file, other) = (a?.isTree == false ? a?.id : nil, b?.isTree == false ? b?.id : nil)
                if file != other { found.append(HistoryStep.PathChange(path: inner, old: file, new: other)) }
            }
            while left < before.count || right < after.count {
                let a = before.indices.contains(left) ? before[left] : nil
                let b = after.indices.contains(right) ? after[right] : nil
                if let a, let b, a.name == b.name {
                    if a.id != b.id || a.isTree != b.isTree { note(a, b) }
                    (left, right) = (left + 1, right + 1)
                } else if let a, b.map({ a.name.utf8.lexicographicallyPrecedes($0.name.utf8) }) ?? true {
                    note(a, nil)
                    left += 1
                } else {
                    note(nil, b)
                    right += 1
                }
            }
            guard found.count + open.count <= Self.maxChanges, depth < Self.maxDepth else { return nil }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Whether anything below is a symbolic link, a submodule, or of a name that is no text.
    func hasLinks(_ root: ObjectID) throws(GitError) -> Bool { try hasLinks(root, depth: 0) }

    private func hasLinks(_ id: ObjectID, depth: Int) throws(GitError) -> Bool {
        if let known = links[id] { return known }
        guard depth < Self.maxDepth else { return true }
        let tree = try tree(id)
        var found = tree.hasLinks
        for entry in tree.entries where entry.isTree && !found { found = try hasLinks(entry.id, depth: depth + 1) }
        links[id] = found
        return found
    }

    private func tree(_ id: ObjectID?) throws(GitError) -> Tree {
        guard let id else { return Tree(entries: [], hasLinks: false) }
        if let known = trees[id] { return known }
        var raw: OpaquePointer?
        var oid = id.raw
        try repository.check(git_tree_lookup(&raw, repository.raw, &oid))
        defer { git_tree_free(raw) }
        var tree = Tree(entries: [], hasLinks: false)
        for index in 0..<git_tree_entrycount(raw) {
            guard let entry = git_tree_entry_byindex(raw, index), let id = git_tree_entry_id(entry) else { continue }
            let mode = git_tree_entry_filemode(entry)
            guard let name = git_tree_entry_name(entry).flatMap({ String(validatingCString: $0) }) else {
                tree.hasLinks = true
                continue
            }
            if mode == GIT_FILEMODE_LINK || mode == GIT_FILEMODE_COMMIT { tree.hasLinks = true }
            tree.entries.append(Entry(name: name, id: ObjectID(id.pointee), isTree: mode == GIT_FILEMODE_TREE))
        }
        // Git sorts folders as if their names ended with a slash.
        tree.entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        if trees.count > Self.maxKept { trees.removeAll() }
        trees[id] = tree
        return tree
    }
}
