internal import CGit2

extension Repository {
    /// Every file below a folder, in one walk.
    func tree(at commit: ObjectID, under path: String, steps: Int) throws(GitError) -> TreeListing {
        guard let root = try CommitHandle(commit, in: self).tree else {
            throw GitError(.corrupt, "commit \"\(commit.short)\" has no tree", place: self.path, advice: "delete this folder to fetch the repository anew")
        }
        let names = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !names.contains("..") else {
            throw GitError(.unknownPath(path), "the path \"\(path)\" leads out of the repository", place: self.path, advice: "write it without \"..\"")
        }
        let walk = TreeWalk(self, root: root, maxSteps: steps)
        let clean = names.joined(separator: "/")
        guard let start = try walk.resolve(names, in: []) else {
            let folder = names.dropLast().joined(separator: "/")
            throw GitError(
                .unknownPath(clean), "commit \"\(commit.short)\" has no \"\(clean)\"", place: self.path,
                advice: folder.isEmpty ? "check the path" : "check the path; look into \"\(folder)\"")
        }
        return try walk.list(start, as: clean, commit: commit)
    }

    /// The type and size of an object without reading it; nil when it is not here.
    func header(of id: ObjectID) throws(GitError) -> (type: git_object_t, size: Int)? {
        var odb: OpaquePointer?
        try check(git_repository_odb(&odb, raw))
        defer { git_odb_free(odb) }
        var (size, type, id) = (0, GIT_OBJECT_INVALID, id.raw)
        guard git_odb_read_header(&size, &type, odb, &id) == 0 else { return nil }
        return (type, size)
    }

    func blob(_ id: ObjectID, limit: Int) throws(GitError) -> [UInt8] {
        guard let header = try header(of: id), header.type == GIT_OBJECT_BLOB else {
            throw GitError(.corrupt, "no file with object id \"\(id)\" here", place: path, advice: "fetch the commit that has it")
        }
        guard header.size <= limit else {
            throw GitError(.tooLarge, "the file with object id \"\(id)\" has \(header.size) bytes, more than \(limit)", place: path, advice: "remove it from the source's folder")
        }
        var blob: OpaquePointer?
        var oid = id.raw
        try check(git_blob_lookup(&blob, raw, &oid))
        defer { git_blob_free(blob) }
        guard let start = git_blob_rawcontent(blob), let count = Int(exactly: git_blob_rawsize(blob)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// One walk through the tree of a commit; keeps the trees it has read.
final class TreeWalk {
    /// An entry of a tree as it stands there.
    struct Item {
        enum Kind { case file, executable, symlink, tree, submodule }
        var name: String?
        var id: ObjectID
        var kind: Kind
    }

    /// Where a path leads once all links are followed.
    struct Place {
        var path: [String]
        var item: Item
    }

    private let repository: Repository
    private let root: ObjectID
    private var trees: [ObjectID: [Item]] = [:]
    private var targets: [ObjectID: String] = [:]
    /// The same trees, for those of which single names are looked up.
    private var names: [ObjectID: [String: Item]] = [:]
    /// What was done so far: names read of folders, and steps along paths and links.
    private var steps = 0
    private let maxSteps: Int

    private static let maxEntries = 200_000
    private static let maxDepth = 256
    /// As Linux's ELOOP.
    private static let maxLinks = 40

    init(_ repository: Repository, root: ObjectID, maxSteps: Int) {
        (self.repository, self.root, self.maxSteps) = (repository, root, maxSteps)
    }

    // MARK: the walk

    func list(_ start: Place, as path: String, commit: ObjectID) throws(GitError) -> TreeListing {
        var listing = TreeListing(commit: commit, path: path, entries: [], refused: [], submodules: [])
        /// What is to be read: the name to give it, where it really is, and the real folders it is in.
        var rest: [(name: String, place: Place, above: [[String]])] = [(path, start, [])]
        while let (name, place, above) = rest.popLast() {
            try step()
            switch place.item.kind {
            case .file, .executable:
                let real = place.path.joined(separator: "/")
                // The path asked for may itself be a link.
                let isLink = above.isEmpty && name != real
                let kind: TreeEntry.Kind = isLink ? .symlink(target: real) : place.item.kind == .executable ? .executable : .file
                try add(name, place, kind, to: &listing)
            case .submodule: listing.submodules.append(name)
            case .symlink: break
            case .tree:
                guard above.count < Self.maxDepth else {
                    throw GitError(.tooLarge, "folders over \(Self.maxDepth) deep at \"\(name)\"", place: repository.path, advice: "use a flatter folder")
                }
                let inside = above + [place.path]
                for item in try items(of: place.item.id) {
                    try step()
                    guard let itemName = item.name else {
                        listing.refused.append(RefusedEntry(path: "\(name)/?", reason: .name))
                        continue
                    }
                    let childName = name.isEmpty ? itemName : "\(name)/\(itemName)"
                    if item.kind == .symlink {
                        try follow(item, childName, in: place.path, above: inside, &listing, &rest)
                    } else {
                        rest.append((childName, Place(path: place.path + [itemName], item: item), inside))
                    }
                }
            }
            guard rest.count + listing.entries.count + listing.refused.count + listing.submodules.count <= Self.maxEntries else {
                throw GitError(.tooLarge, "over \(Self.maxEntries) files under \"\(path)\"", place: repository.path, advice: "name a smaller folder")
            }
        }
        listing.entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        listing.refused.sort { $0.path < $1.path }
        listing.submodules.sort()
        return listing
    }

    /// Counts, and lets whoever asked go away: everybody else who needs the mirror waits.
    private func step() throws(GitError) {
        steps += 1
        guard steps <= maxSteps else {
            throw GitError(
                .tooLarge, "its folders and the symbolic links among them have no end within \(maxSteps) steps", place: repository.path,
                advice: "remove links to folders, or name a smaller folder")
        }
        if steps.isMultiple(of: 1024), Task.isCancelled { throw GitError(.cancelled, "cancelled", place: repository.path, advice: "try again") }
    }

    private func follow(
        _ link: Item, _ name: String, in folder: [String], above: [[String]], _ listing: inout TreeListing,
        _ rest: inout [(name: String, place: Place, above: [[String]])]
    ) throws(GitError) {
        let target = try target(of: link.id)
        let refused = RefusedEntry(path: name, reason: .refusedSymlink(target: target))
        guard let place = try resolve(target, in: folder) else {
            listing.refused.append(refused)
            return
        }
        switch place.item.kind {
        case .file, .executable: try add(name, place, .symlink(target: place.path.joined(separator: "/")), to: &listing)
        case .tree:
            // A link to a folder it stands in has no end.
            if above.contains(where: { $0.starts(with: place.path) }) { listing.refused.append(refused) } else { rest.append((name, place, above)) }
        case .symlink, .submodule: listing.refused.append(refused)
        }
    }

    private func add(_ name: String, _ place: Place, _ kind: TreeEntry.Kind, to listing: inout TreeListing) throws(GitError) {
        let size = try repository.header(of: place.item.id)?.size
        listing.entries.append(TreeEntry(path: name, blob: place.item.id, size: size, kind: kind, realPath: place.path.joined(separator: "/")))
    }

    // MARK: paths

    private func resolve(_ target: String, in folder: [String]) throws(GitError) -> Place? {
        guard !target.isEmpty, !target.hasPrefix("/"), target.utf8.count <= 4096 else { return nil }
        return try resolve(target.split(separator: "/").map(String.init), in: folder)
    }

    /// Follows a path from a real folder, through links; nil where it leads to nothing, out of the tree or in a circle.
    func resolve(_ names: [String], in folder: [String]) throws(GitError) -> Place? {
        var links = 0
        var todo = Array(names.reversed())
        // The root is always a tree; each further place stands in the one before.
        var stack = [Item(name: nil, id: root, kind: .tree)]
        var path: [String] = []
        for name in folder {
            try step()
            guard let item = try item(name, in: stack.last) else { return nil }
            stack.append(item)
            path.append(name)
        }
        while let name = todo.popLast() {
            try step()
            if name == "." { continue }
            if name == ".." {
                guard !path.isEmpty else { return nil }
                path.removeLast()
                stack.removeLast()
                continue
            }
            guard let item = try item(name, in: stack.last) else { return nil }
            guard item.kind == .symlink else {
                stack.append(item)
                path.append(name)
                continue
            }
            links += 1
            let target = try target(of: item.id)
            guard links <= Self.maxLinks, !target.isEmpty, !target.hasPrefix("/"), todo.count < 4096 else { return nil }
            todo += target.split(separator: "/").map(String.init).reversed()
        }
        return stack.last.map { Place(path: path, item: $0) }
    }

    private func item(_ name: String, in parent: Item?) throws(GitError) -> Item? {
        guard let parent, parent.kind == .tree else { return nil }
        if let known = names[parent.id] { return known[name] }
        let found = Dictionary(try items(of: parent.id).compactMap { item in item.name.map { ($0, item) } }) { first, _ in first }
        names[parent.id] = found
        return found[name]
    }

    // MARK: objects

    private func target(of id: ObjectID) throws(GitError) -> String {
        if let known = targets[id] { return known }
        // Longer than any path of Linux.
        guard let size = try repository.header(of: id)?.size, size <= 4096 else { return "" }
        let target = String(decoding: try repository.blob(id, limit: 4096), as: UTF8.self)
        targets[id] = target
        return target
    }

    private func items(of id: ObjectID) throws(GitError) -> [Item] {
        if let known = trees[id] { return known }
        var tree: OpaquePointer?
        var oid = id.raw
        try repository.check(git_tree_lookup(&tree, repository.raw, &oid))
        defer { git_tree_free(tree) }
        let items: [Item] = (0..<git_tree_entrycount(tree)).compactMap { index in
            guard let entry = git_tree_entry_byindex(tree, index), let id = git_tree_entry_id(entry) else { return nil }
            let name = git_tree_entry_name(entry).flatMap { String(validatingCString: $0) }
            let kind: Item.Kind =
                switch git_tree_entry_filemode(entry) {
                case GIT_FILEMODE_TREE: .tree
                case GIT_FILEMODE_BLOB_EXECUTABLE: .executable
                case GIT_FILEMODE_LINK: .symlink
                case GIT_FILEMODE_COMMIT: .submodule
                default: .file
                }
            return Item(name: name, id: ObjectID(id.pointee), kind: kind)
        }
        trees[id] = items
        return items
    }
}
