internal import FoundationEssentials
package import GRDB

/// The one file that history is kept in: events, what was observed, and what sinks have still to be told.
///
/// It can be lost: then it is made anew, and filled from git notes and the cluster as far as those reach.
package final class HistoryDatabase: Sendable {
    package let queue: DatabaseQueue
    /// The file could not be read, was moved aside as `….damaged`, and begun anew.
    package let wasDamaged: Bool

    /// - Parameter path: of the file, whose folder is made where there is none; nil keeps everything in memory.
    package init(path: String?) throws(HistoryError) {
        do {
            (queue, wasDamaged) = try Self.open(path)
        } catch {
            throw HistoryError(
                .store, "the history cannot be kept in \"\(path ?? "memory")\": \(error)", advice: "give a path in a folder that can be written")
        }
    }

    private static func open(_ path: String?) throws -> (DatabaseQueue, Bool) {
        var configuration = Configuration()
        configuration.label = "history"
        // For a new file only: what expires is given back to the disk, some pages at a time.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        guard let path else { return (try prepared(DatabaseQueue(configuration: configuration)), false) }
        configuration.journalMode = .wal
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !folder.isEmpty {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        do {
            return (try prepared(DatabaseQueue(path: path, configuration: configuration)), false)
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_FORMAT].contains(error.resultCode) {
            let files = FileManager.default
            for suffix in ["-wal", "-shm", "-journal", ".damaged"] where files.fileExists(atPath: path + suffix) {
                try files.removeItem(atPath: path + suffix)
            }
            try files.moveItem(atPath: path, toPath: path + ".damaged")
            return (try prepared(DatabaseQueue(path: path, configuration: configuration)), true)
        }
    }

    private static func prepared(_ queue: DatabaseQueue) throws -> DatabaseQueue {
        var migrator = DatabaseMigrator()
        EventStore.register(in: &migrator)
        SinkStore.register(in: &migrator)
        try migrator.migrate(queue)
        return queue
    }
}
