internal import GRDB

/// What each sink has still to be told, and what it was told: on disk, so that a sink may be away for days.
package struct SinkStore: Sendable {
    let database: HistoryDatabase

    package init(_ database: HistoryDatabase) { self.database = database }

    static func register(in migrator: inout DatabaseMigrator) {}
}
