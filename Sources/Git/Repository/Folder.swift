internal import Glibc

/// What a mirror needs of the file system.
enum Folder {
    /// Creates a folder and those above it.
    static func create(_ path: String) throws(GitError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR {
                let text = strerror(errno).map { String(cString: $0) } ?? ""
                throw GitError(
                    errno == ENOSPC ? .diskFull : .other, "cannot create this folder: \(text)", place: made,
                    advice: "check the volume and its permissions")
            }
        }
    }

    /// Removes what a killed process left behind: half packs, and locks that would block the next fetch for ever.
    /// Safe because the mirror's own lock is held.
    static func sweep(_ path: String) {
        for name in names(path) where name.hasSuffix(".lock") { unlink("\(path)/\(name)") }
        for name in names("\(path)/objects/pack") where isTemporary(name) { unlink("\(path)/objects/pack/\(name)") }
        for name in names("\(path)/objects") where isTemporary(name) { unlink("\(path)/objects/\(name)") }
        var folders = ["\(path)/refs"]
        var visited = 0
        while let folder = folders.popLast(), visited < 100_000 {
            visited += 1
            for name in names(folder) {
                let child = "\(folder)/\(name)"
                if isFolder(child) { folders.append(child) } else if name.hasSuffix(".lock") { unlink(child) }
            }
        }
    }

    /// Git's names, and libgit2's.
    private static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix("tmp_") || name.hasPrefix("pack_git2_") || name.hasSuffix(".lock")
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Of a file; nil when there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    static func names(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// One process and one object at a time per mirror: the sweep would take away what another is writing.
final class FolderLock {
    private let descriptor: CInt

    init(_ path: String) throws(GitError) {
        descriptor = open("\(path)/in-use", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let text = strerror(errno).map { String(cString: $0) } ?? ""
            throw GitError(
                errno == ENOSPC ? .diskFull : .other, "cannot write to this folder: \(text)", place: path,
                advice: "check the volume and its permissions")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw GitError(.other, "this mirror is in use by another process", place: path, advice: "give each process a folder of its own")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
