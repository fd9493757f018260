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
}
