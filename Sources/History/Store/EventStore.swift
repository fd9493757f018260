internal import Automation
internal import Basics
internal import Document
internal import GRDB
internal import Kubernetes

/// Deploy events and what was observed, by time, in the one file of history.
///
/// Events are whole JSON beside the columns that are asked for; an observation is a row for each application and each
/// workload whose state differs from the row before. What is large is compressed.
package struct EventStore: Sendable {
    let database: HistoryDatabase

    package init(_ database: HistoryDatabase) { self.database = database }

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("events 1") { database in
            // An application, and each of its workloads: the application's own row has no kind.
            try database.create(table: "place") { table in
                table.primaryKey("id", .integer)
                table.column("application", .text).notNull()
                table.column("group", .text).notNull()
                table.column("kind", .text).notNull()
                table.column("namespace", .text).notNull()
                table.column("name", .text).notNull()
                table.uniqueKey(["application", "kind", "namespace", "name", "group"])
            }
            try database.create(index: "placeByName", on: "place", columns: ["name", "namespace"])
            try database.create(table: "event") { table in
                table.primaryKey("number", .integer)
                table.column("id", .text).notNull().unique()
                table.column("place", .integer).notNull()
                table.column("application", .integer).notNull()
                table.column("started", .integer).notNull()
                table.column("ended", .integer)
                table.column("outcome", .integer).notNull()
                table.column("cause", .integer).notNull()
                table.column("body", .blob).notNull()
                table.column("changes", .blob)
            }
            // All of a filter's columns, so that what does not match is passed over without reading it.
            try database.create(index: "eventByPlace", on: "event", columns: ["place", "started", "outcome", "cause"])
            try database.create(index: "eventByApplication", on: "event", columns: ["application", "started", "outcome", "cause"])
            try database.create(index: "eventByStart", on: "event", columns: ["started", "outcome", "cause"])
            try database.create(index: "openEvent", on: "event", columns: ["started"], condition: Column("ended") == nil)
            try database.create(table: "observation", options: .withoutRowID) { table in
                table.column("place", .integer).notNull()
                table.column("at", .integer).notNull()
                table.column("since", .integer).notNull()
                // What `since` is about, and all of it.
                table.column("state", .integer).notNull()
                table.column("digest", .integer).notNull()
                // Empty: it was gone.
                table.column("body", .blob).notNull()
                table.primaryKey(["place", "at"])
            }
            try database.create(index: "observationByTime", on: "observation", columns: ["at"])
            try database.create(table: "fact", options: .withoutRowID) { table in
                table.primaryKey("name", .text)
                table.column("value", .integer).notNull()
            }
        }
        migrator.registerMigration("events 2") { database in
            // What was kept before is not lost, and known since the first look.
            try database.execute(
                sql: """
                    INSERT INTO fact (name, value) SELECT 'rebuilt', 1
                    WHERE EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM observation)
                    """)
            try database.execute(sql: "UPDATE fact SET value = max(value, (SELECT coalesce(min(at), 0) FROM observation)) WHERE name = 'knownSince'")
            try database.execute(sql: "DELETE FROM fact WHERE name = 'knownSince' AND NOT EXISTS (SELECT 1 FROM observation)")
        }
    }

    func read<Result: Sendable>(_ work: @escaping @Sendable (Database) throws -> Result) async throws(HistoryError) -> Result {
        do { return try await database.queue.read(work) } catch { throw Self.failure(error) }
    }

    func write<Result: Sendable>(_ work: @escaping @Sendable (Database) throws -> Result) async throws(HistoryError) -> Result {
        do { return try await database.queue.write(work) } catch { throw Self.failure(error) }
    }

    /// What was written is in the file itself, which is as short as it can be.
    func checkpoint() async throws(HistoryError) {
        do { _ = try await database.queue.writeWithoutTransaction { try $0.checkpoint(.truncate) } } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: any Error) -> HistoryError {
        if let error = error as? HistoryError { return error }
        return HistoryError(
            .store, "the file of the history cannot be used: \(printable("\(error)"))", advice: "see whether its disk is full or cannot be written")
    }
}

extension EventStore {
    /// A row's id of an application, or of one of its workloads; made where it is new.
    static func place(_ application: String, _ workload: ObjectKey?, _ database: Database) throws -> Int64 {
        if let known = try knownPlace(application, workload, database) { return known }
        try database.cachedStatement(
            sql: #"INSERT INTO place (application, kind, namespace, name, "group") VALUES (?, ?, ?, ?, ?)"#
        ).execute(arguments: arguments(application, workload))
        return database.lastInsertedRowID
    }

    static func knownPlace(_ application: String, _ workload: ObjectKey?, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: #"SELECT id FROM place WHERE application = ? AND kind = ? AND namespace = ? AND name = ? AND "group" = ?"#),
            arguments: arguments(application, workload))
    }

    private static func arguments(_ application: String, _ workload: ObjectKey?) -> StatementArguments {
        [application, workload?.kind ?? "", workload?.namespace ?? "", workload?.name ?? "", workload?.group ?? ""]
    }

    /// The key that a row of `place` says; nil for an application's own.
    static func key(_ row: Row) -> ObjectKey? {
        let kind: String = row["kind"]
        guard !kind.isEmpty else { return nil }
        return ObjectKey(group: row["group"], kind: kind, namespace: row["namespace"], name: row["name"])
    }

    /// Since when something is known at all.
    static func knownSince(_ database: Database) throws -> Timestamp? {
        try Int64.fetchOne(database, sql: "SELECT value FROM fact WHERE name = 'knownSince'").map(Timestamp.init(milliseconds:))
    }

    /// The first look that is kept begins what is known. What is had again of a lost history does not: of its time not
    /// all is known.
    static func know(_ at: Timestamp, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO fact (name, value) VALUES ('knownSince', ?) ON CONFLICT (name) DO NOTHING")
            .execute(arguments: [at.milliseconds])
    }
}
