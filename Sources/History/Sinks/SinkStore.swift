internal import Automation
internal import Basics
internal import GRDB

/// What each sink has still to be told, and what it was told: on disk, so that a sink may be away for days.
///
/// One row for each sink and event: the event's newest state, whether it waits, was told or was given up, and the
/// sink's own name for its message. A digest is a row as well; its events name it and wait no more themselves.
package struct SinkStore: Sendable {
    let database: HistoryDatabase
    /// Before and after each access; a test ends the world there.
    let checkpoint: @Sendable () throws -> Void

    package init(_ database: HistoryDatabase) { self.init(database, checkpoint: {}) }

    init(_ database: HistoryDatabase, checkpoint: @escaping @Sendable () throws -> Void) {
        (self.database, self.checkpoint) = (database, checkpoint)
    }

    /// Of one sink; then the oldest event that has ended is dropped.
    var queueLimit = 10_000
    /// Of one sink; then the oldest is forgotten.
    var deadLimit = 1_000

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("sinks 1") { database in
            try database.create(table: "sinkItem", options: .withoutRowID) { table in
                table.column("sink", .text).notNull()
                table.column("id", .text).notNull()
                table.column("position", .integer).notNull()
                table.column("phase", .integer).notNull()
                table.column("version", .integer).notNull()
                table.column("toldVersion", .integer).notNull()
                // The event without what was written; empty for a digest.
                table.column("state", .blob).notNull()
                table.column("isDigest", .boolean).notNull()
                // What a digest has in common, such as a commit.
                table.column("scope", .text).notNull()
                table.column("digest", .text)
                table.column("target", .text).notNull()
                table.column("remote", .text)
                table.column("told", .text)
                table.column("triedAt", .integer)
                table.column("attempts", .integer).notNull()
                table.column("waitsSince", .integer).notNull()
                table.column("nextTry", .integer)
                table.column("hasEnded", .boolean).notNull()
                table.column("touchedAt", .integer).notNull()
                table.column("reason", .text)
                table.primaryKey(["sink", "id"])
            }
            try database.create(index: "sinkItemInOrder", on: "sinkItem", columns: ["sink", "phase", "position"])
            try database.create(index: "sinkItemByPosition", on: "sinkItem", columns: ["sink", "position"])
            try database.create(index: "sinkItemOfDigest", on: "sinkItem", columns: ["sink", "digest"], condition: Column("digest") != nil)
            try database.create(index: "sinkDigest", on: "sinkItem", columns: ["sink", "scope"], condition: Column("isDigest") == true)
            try database.create(table: "sinkLane", options: .withoutRowID) { table in
                table.primaryKey("sink", .text)
                table.column("since", .integer).notNull()
                table.column("failures", .integer).notNull()
                table.column("nextTry", .integer)
                table.column("lastError", .text)
                table.column("dropped", .integer).notNull()
            }
        }
        migrator.registerMigration("sinks 2") { database in
            try database.alter(table: "sinkItem") { $0.drop(column: "toldVersion") }
        }
    }

    func read<Result: Sendable>(_ work: @escaping @Sendable (Database) throws -> Result) async throws(HistoryError) -> Result {
        try await access { try await $0.read(work) }
    }

    func write<Result: Sendable>(_ work: @escaping @Sendable (Database) throws -> Result) async throws(HistoryError) -> Result {
        try await access { try await $0.write(work) }
    }

    private func access<Result>(_ body: (DatabaseQueue) async throws -> Result) async throws(HistoryError) -> Result {
        do {
            try checkpoint()
            let result = try await body(database.queue)
            try checkpoint()
            return result
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> HistoryError {
        HistoryError(.store, "the queue of the sinks cannot be used: \(printable("\(error)"))", advice: "see whether its disk is full or cannot be written")
    }
}
