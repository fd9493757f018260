internal import FoundationEssentials
package import GRDB

/// A SQLite file that can be lost: what it holds can be had again, so a file that cannot be read is no reason to stop.
package struct StoreFile: Sendable {
    package let queue: DatabaseQueue
    /// The file could not be read, was moved aside as `….damaged`, and begun anew.
    package let wasDamaged: Bool

    /// - Parameters:
    ///   - path: of the file, whose folder is made where there is none; nil keeps everything in memory.
    ///   - prepare: brings a file, new or of an earlier version, into its form; damage that it finds counts as such.
    /// - Throws: GRDB's or the file system's word, where not even a new file can be made.
    package init(_ path: String?, configuration: Configuration, prepare: (DatabaseQueue) throws -> Void) throws {
        var configuration = configuration
        func opened(_ path: String?) throws -> DatabaseQueue {
            let queue = try path.map { try DatabaseQueue(path: $0, configuration: configuration) } ?? DatabaseQueue(configuration: configuration)
            try prepare(queue)
            return queue
        }
        guard let path else {
            (queue, wasDamaged) = (try opened(nil), false)
            return
        }
        configuration.journalMode = .wal
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !folder.isEmpty {
            // On a new machine nobody made the folder for caches yet.
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        do {
            (queue, wasDamaged) = (try opened(path), false)
        } catch let error as DatabaseError where Self.isDamage(error) {
            try Self.moveAside(path)
            (queue, wasDamaged) = (try opened(path), true)
        }
    }

    /// Also a schema from a version that is newer than this one, or from something else.
    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_FORMAT].contains(error.resultCode)
    }

    /// Puts a damaged file out of the way, as `….damaged`, with what belongs to it gone.
    package static func moveAside(_ path: String) throws {
        let files = FileManager.default
        for suffix in ["-wal", "-shm", "-journal", ".damaged"] where files.fileExists(atPath: path + suffix) {
            try files.removeItem(atPath: path + suffix)
        }
        try files.moveItem(atPath: path, toPath: path + ".damaged")
    }
}
