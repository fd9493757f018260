import Basics
import Delivery
import FoundationEssentials
import GRDB
import TestKit
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

    private static let event = DeployEvent(
        id: "01JD0000000000000000000000", application: "shop", workload: nil, startedAt: Timestamp(milliseconds: 1_700_000_000_000),
        revision: SourceRevision(reference: "main", commit: ""), previousCommit: "", cause: .init(.commit, by: ""))

    private static func files(_ folder: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            found[name] = [UInt8](FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data())
        }
        return found
    }

    /// Who only looks leaves everything as it was, and sees what was written last.
    @Test(arguments: [false, true]) func readsWithoutATrace(_ isRunning: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("it's 100% a? #history.sqlite")
        var daemon: EventStore? = EventStore(try HistoryDatabase(path: path))
        try await daemon?.save([Self.event])
        if !isRunning { daemon = nil }
        let before = try Self.files(folder.path)
        #expect(before.count == (isRunning ? 3 : 1), "\(before.keys)")
        var reader: EventStore? = EventStore(try HistoryDatabase(reading: path))
        #expect(try await reader?.events(EventQuery()).map(\.id) == [Self.event.id])
        if isRunning {
            var second = Self.event
            second.id = "01JD0000000000000000000001"
            try await daemon?.save([second])
            #expect(try await reader?.events(EventQuery()).count == 2, "the log is read, too")
            let links = try TemporaryFolder()
            try FileManager.default.createSymbolicLink(atPath: links.file("link"), withDestinationPath: path)
            #expect(try await EventStore(try HistoryDatabase(reading: links.file("link"))).events(EventQuery()).count == 2)
        }
        await #expect(throws: HistoryError.self) { try await reader?.save([Self.event]) }
        reader = nil
        let after = try Self.files(folder.path)
        #expect(Set(after.keys) == Set(before.keys))
        if !isRunning { #expect(after == before) }
        withExtendedLifetime(daemon) {}
    }

    /// A folder that may only be read, as a backup's or another user's.
    @Test func readsWhereNothingMayBeWritten() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.sqlite")
        do { try await EventStore(try HistoryDatabase(path: path)).save([Self.event]) }
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        try files.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        defer { try? files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
        #expect(try await EventStore(try HistoryDatabase(reading: path)).events(EventQuery()).count == 1)
    }

    /// What is no history stays what it is, and is said to be none.
    @Test func strangersAreLeftAlone() throws {
        let folder = try TemporaryFolder()
        func refusal(_ name: String, _ part: String) throws {
            let before = try Self.files(folder.path)
            do {
                _ = try HistoryDatabase(reading: folder.file(name))
                Issue.record("\(name) was read")
            } catch {
                #expect(error.description.contains(part), "\(error)")
            }
            #expect(try Self.files(folder.path) == before, "\(name)")
        }
        try folder.write("words", Array("this is no database, whatever its name says".utf8))
        try refusal("words", "is no history of Martlet")
        try folder.write("empty", [])
        try refusal("empty", "is no history of Martlet")
        do {
            let other = try DatabaseQueue(path: folder.file("other"))
            try other.write { try $0.execute(sql: "CREATE TABLE place (id INTEGER)") }
        }
        try refusal("other", "is no history of Martlet")
        do {
            let queue = try DatabaseQueue(path: folder.file("early"))
            var events = DatabaseMigrator()
            EventStore.register(in: &events)
            try events.migrate(queue, upTo: "events 1")
        }
        try refusal("early", "of an earlier version")
        do {
            let late = try HistoryDatabase(path: folder.file("late"))
            try late.queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('events 9')") }
        }
        try refusal("late", "of a later version")
        do {
            let copied = try HistoryDatabase(path: folder.file("running"))
            for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: folder.file("running\(suffix)"), toPath: folder.file("copy\(suffix)")) }
            withExtendedLifetime(copied) {}
        }
        try refusal("copy", "there is no")
        try folder.write("copy-shm", [])
        #expect(throws: Never.self) { _ = try HistoryDatabase(reading: folder.file("copy")) }
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
