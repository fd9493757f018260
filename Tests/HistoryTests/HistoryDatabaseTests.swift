import Basics
import FoundationEssentials
import GRDB
import Testing

@testable import History

@Suite struct HistoryDatabaseTests {
    @Test func damagedFileIsMovedAside() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try !HistoryDatabase(path: "\(folder)/history.sqlite").wasDamaged)
        try Data("this is no database, whatever its name says, and long enough to be read as one".utf8).write(to: URL(filePath: "\(folder)/other.sqlite"))
        #expect(try HistoryDatabase(path: "\(folder)/other.sqlite").wasDamaged)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/other.sqlite.damaged"))
    }

    /// A file of an earlier version goes on as it is: it is not lost, and says of what time it knows.
    @Test func anEarlierFileGoesOn() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/history.sqlite"
        do {
            let queue = try DatabaseQueue(path: path)
            var (events, sinks) = (DatabaseMigrator(), DatabaseMigrator())
            EventStore.register(in: &events)
            try events.migrate(queue, upTo: "events 1")
            SinkStore.register(in: &sinks)
            try sinks.migrate(queue, upTo: "sinks 1")
            try await queue.write { database in
                try database.execute(sql: "INSERT INTO fact VALUES ('knownSince', 5)")
                try database.execute(sql: "INSERT INTO observation VALUES (1, 70, 70, 1, 1, x'7b7d'), (1, 90, 90, 1, 2, x'7b7d')")
                try database.execute(
                    sql: """
                        INSERT INTO sinkItem (sink, id, position, phase, version, toldVersion, state, isDigest, scope, target, attempts, waitsSince, hasEnded, touchedAt)
                        VALUES ('slack', 'E1', 1, 0, 2, 2, x'7b7d', 0, '', 't', 0, 1, 1, 1)
                        """)
            }
        }
        let database = try HistoryDatabase(path: path)
        #expect(!database.wasDamaged)
        let store = EventStore(database)
        #expect(try await store.isRebuilt())
        #expect(try await store.knownSince() == Timestamp(milliseconds: 70))
        #expect(try await database.queue.read { try Int.fetchOne($0, sql: "SELECT version FROM sinkItem WHERE id = 'E1'") } == 2)
    }
}
