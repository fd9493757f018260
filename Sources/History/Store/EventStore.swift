internal import GRDB

/// Deploy events and what was observed, by time.
package struct EventStore: Sendable {
    let database: HistoryDatabase

    package init(_ database: HistoryDatabase) { self.database = database }

    static func register(in migrator: inout DatabaseMigrator) {}
}
