internal import CGit2
internal import CSSH2

/// libgit2 itself, set up once for the process.
enum Library {
    /// Starts libgit2: no configuration file of the machine or the user is read, and our own mirrors are not asked who owns them.
    static let isReady: Bool = {
        guard git_libgit2_init() > 0, libssh2_init(0) == 0 else { return false }
        let levels = [GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL]
        for level in levels where cgit2_set_search_path(level.rawValue, "") != 0 { return false }
        // Shared by all mirrors of the process.
        return cgit2_set_owner_validation(0) == 0 && cgit2_set_cache_size(64 << 20) == 0
    }()

    /// What libgit2 says about a failed call. It keeps that per thread: to be read in the same synchronous
    /// stretch, never after an `await`.
    static func lastMessage() -> String {
        guard let error = git_error_last(), let message = error.pointee.message else { return "unknown error of libgit2" }
        return String(cString: message)
    }
}

extension GitError {
    /// A failure that libgit2 reported while it read or wrote the mirror at `place`.
    static func last(_ code: Int32, place: String) -> GitError {
        let message = Library.lastMessage()
        if message.contains("No space left") || message.contains("Disk quota exceeded") {
            return GitError(.diskFull, message, place: place, advice: "free space on the volume of the mirrors")
        }
        if code == GIT_ENOTFOUND.rawValue || message.contains("odb") || message.contains("corrupt") || message.contains("mismatch") {
            return GitError(.corrupt, message, place: place, advice: "delete this folder to fetch the repository anew")
        }
        return GitError(.other, message, place: place, advice: "see the message of libgit2")
    }
}

extension ObjectID {
    init(_ raw: git_oid) {
        self.init(bytes: withUnsafeBytes(of: raw.id) { Array($0) })
    }

    /// As libgit2 takes it.
    var raw: git_oid {
        var raw = git_oid()
        withUnsafeMutableBytes(of: &raw.id) { $0.copyBytes(from: bytes.prefix($0.count)) }
        return raw
    }
}
