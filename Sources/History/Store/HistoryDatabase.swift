package import GRDB
internal import Store

/// The one file that history is kept in: events, what was observed, and what sinks have still to be told.
///
/// It can be lost: then it is made anew, and filled from git notes and the cluster as far as those reach.
package final class HistoryDatabase: Sendable {
    package let queue: DatabaseQueue
    /// The file could not be read, was moved aside as `….damaged`, and begun anew.
    package let wasDamaged: Bool

    /// - Parameter path: of the file, whose folder is made where there is none; nil keeps everything in memory.
    package init(path: String?) throws(HistoryError) {
        var configuration = Configuration()
        configuration.label = "history"
        // For a new file only: what expires is given back to the disk, some pages at a time.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        do {
            let file = try StoreFile(path, configuration: configuration) { queue in
                var migrator = DatabaseMigrator()
                EventStore.register(in: &migrator)
                SinkStore.register(in: &migrator)
                try migrator.migrate(queue)
            }
            (queue, wasDamaged) = (file.queue, file.wasDamaged)
        } catch {
            throw HistoryError(
                .store, "the history cannot be kept in \"\(path ?? "memory")\": \(error)", advice: "give a path in a folder that can be written")
        }
    }
    /// A daemon's file, or a copy of one, to be looked at: whatever it is, it stays as it is.
    package init(reading path: String) throws(HistoryError) {
        var configuration = Configuration()
        configuration.label = "history"
        // Whoever writes holds others up for moments only.
        configuration.busyMode = .timeout(5)
        do {
            queue = try StoreFile.reader(path, configuration: configuration)
            wasDamaged = false
            try queue.read { try Self.check($0, path) }
        } catch let error as HistoryError {
            throw error
        } catch StoreReadError.notDatabase {
            throw Self.stranger(path)
        } catch StoreReadError.noIndex {
            throw HistoryError(
                .store, "the history in \"\(path)\" is not whole: beside its log \"\(path)-wal\" there is no \"\(path)-shm\"",
                advice: "copy that file, too, or make it with \"touch\": it is an index that can be empty")
        } catch {
            throw HistoryError(
                .store, "the history in \"\(path)\" cannot be read: \(error)", advice: "see whether you may read it and the files beside it")
        }
    }

    /// Only what this version knows how to read: to change it is the daemon's.
    private static func check(_ database: Database, _ path: String) throws {
        var migrator = DatabaseMigrator()
        EventStore.register(in: &migrator)
        let known = Set(migrator.migrations)
        let applied = try migrator.appliedIdentifiers(database)
        guard !applied.isDisjoint(with: known) else { throw stranger(path) }
        guard applied.isSuperset(of: known) else {
            throw HistoryError(
                .store, "the history in \"\(path)\" is of an earlier version of Martlet",
                advice: "look at it with that version, or let a daemon of this one have a copy of it")
        }
        guard applied.subtracting(known).allSatisfy({ !$0.hasPrefix("events ") }) else {
            throw HistoryError(
                .store, "the history in \"\(path)\" is of a later version of Martlet", advice: "look at it with that version")
        }
    }

    private static func stranger(_ path: String) -> HistoryError {
        HistoryError(.store, "\"\(path)\" is no history of Martlet", advice: "name the file that a daemon keeps, as its own --history-file says")
    }
}
