internal import CGit2
internal import Glibc

extension Repository {
    /// More packs than this slow down every look-up and hold a file open each.
    private static var maxPacks: Int { 32 }
    /// Packs over this stay as they are: the cost of a compaction follows what came lately, not the repository's size.
    private static var maxPackBytes: Int { 16 << 20 }

    /// Commits made here leave their objects one file each; more than this become a pack.
    private static var maxLoose: Int { 4096 }

    /// Makes one pack of the many small ones that polls leave, or of the many files that commits leave; libgit2 has
    /// no `git gc`.
    ///
    /// Every object is kept, whether a reference leads to it or not: a commit that waits for its push is safe. The
    /// new pack is complete on disk before the old ones go, so a kill in between costs space only.
    func compactIfNeeded() throws(GitError) {
        if try compact() { try reopen() }
        if try packLoose() { try reopen() }
    }

    /// False where there was nothing to do.
    private func packLoose() throws(GitError) -> Bool {
        let folder = "\(path)/objects"
        // Names are spread evenly: one folder of 256 tells, as in `git gc --auto`.
        guard Folder.names("\(folder)/17").count > Self.maxLoose / 256 else { return false }
        var files: [(file: String, id: ObjectID)] = []
        for part in Folder.names(folder) where part.utf8.count == 2 {
            for rest in Folder.names("\(folder)/\(part)") {
                if let id = ObjectID(part + rest) { files.append(("\(folder)/\(part)/\(rest)", id)) }
            }
        }
        var builder: OpaquePointer?
        try check(git_packbuilder_new(&builder, raw))
        defer { git_packbuilder_free(builder) }
        for file in files {
            var id = file.id.raw
            try check(git_packbuilder_insert(builder, &id, nil))
        }
        guard try write(builder) != nil else { return false }
        for file in files { unlink(file.file) }
        return true
    }

    /// The name of the pack, once it is on disk as a whole.
    private func write(_ builder: OpaquePointer?) throws(GitError) -> String? {
        try check(git_packbuilder_write(builder, nil, 0, nil, nil))
        let folder = "\(path)/objects/pack"
        let written = git_packbuilder_name(builder).map { "pack-" + String(cString: $0) }
        guard let written, Folder.size("\(folder)/\(written).pack") != nil, Folder.size("\(folder)/\(written).idx") != nil else { return nil }
        return written
    }

    /// False where there was nothing to do.
    private func compact() throws(GitError) -> Bool {
        let folder = "\(path)/objects/pack"
        let packs = Folder.names(folder).filter { $0.hasSuffix(".idx") }.map { String($0.dropLast(4)) }
        guard packs.count > Self.maxPacks else { return false }
        let small = packs.filter { Folder.size("\(folder)/\($0).pack") ?? .max <= Self.maxPackBytes }
        guard small.count > 1 else { return false }
        var builder: OpaquePointer?
        try check(git_packbuilder_new(&builder, raw))
        defer { git_packbuilder_free(builder) }
        for pack in small { try insert(pack: "\(folder)/\(pack).idx", into: builder) }
        guard let written = try write(builder) else { return false }
        for pack in small where pack != written {
            // The index first: a pack without one is not looked at.
            unlink("\(folder)/\(pack).idx")
            unlink("\(folder)/\(pack).pack")
        }
        return true
    }

    private func insert(pack index: String, into builder: OpaquePointer?) throws(GitError) {
        var odb: OpaquePointer?
        try check(git_odb_new(&odb))
        defer { git_odb_free(odb) }
        var backend: OpaquePointer?
        try check(git_odb_backend_one_pack(&backend, index))
        try check(git_odb_add_backend(odb, backend, 1))
        let code = git_odb_foreach(
            odb,
            { id, builder in
                guard let id, let builder else { return -1 }
                return git_packbuilder_insert(OpaquePointer(builder), id, nil)
            }, builder.map { UnsafeMutableRawPointer($0) })
        try check(code)
    }
}
