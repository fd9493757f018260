import FoundationEssentials
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
}
