internal import CGit2
internal import Glibc

extension Repository {
    /// More packs than this slow down every look-up and hold a file open each.
    private static var maxPacks: Int { 32 }
    /// Packs over this stay as they are: the cost of a compaction follows what came lately, not the repository's size.
    private static var maxPackBytes: Int { 16 << 20 }

    /// Makes one pack of the many small ones that polls leave; libgit2 has no `git gc`.
    ///
    /// The new pack is complete on disk before the old ones go, so a kill in between costs space only.
    func compactIfNeeded() throws(GitError) {
        if try compact() { try reopen() }
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
        try check(git_packbuilder_write(builder, nil, 0, nil, nil))
        let written = git_packbuilder_name(builder).map { "pack-" + String(cString: $0) }
        guard let written, Folder.size("\(folder)/\(written).pack") != nil, Folder.size("\(folder)/\(written).idx") != nil else { return false }
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
