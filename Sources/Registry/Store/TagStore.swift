internal import Basics
internal import GRDB
internal import Store

/// What registries told, on disk: the last good list of each repository, details of
/// images by digest, and tag pages with what asks whether they are still so.
///
/// A cache: reading gives nil and writing does nothing where the file cannot be used
/// (`problem` says why), and a damaged file is moved aside (`….damaged`) and made anew.
package final class TagStore: Sendable {
    private struct State {
        var queue: DatabaseQueue
        var problem: String?
    }

    private let path: String?
    private let state: Locked<State>

    /// Of one repository; more are not kept.
    package static let tagLimit = 20_000

    /// - Parameter path: of the file, whose folder is made where there is none; nil keeps everything in memory.
    package init(path: String?) throws(RegistryError) {
        self.path = path
        do {
            state = Locked(State(queue: try Self.open(path)))
        } catch {
            throw RegistryError(
                .configuration, "the store of tags cannot be opened: \(printable("\(error)"))", place: path ?? "memory",
                advice: "give a path in a folder that can be written")
        }
    }

    /// Why the last access failed; nil where it did not.
    package var problem: String? { state.withLock { $0.problem } }

    private static func open(_ path: String?) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "tags"
        return try StoreFile(path, configuration: configuration) { queue in
            try migrator.migrate(queue)
            let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
        }.queue
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.create(table: "list") { table in
                table.primaryKey("repository", .text)
                table.column("fetchedAt", .integer).notNull()
                table.column("tags", .blob).notNull()
            }
            try database.create(table: "details", options: .withoutRowID) { table in
                table.column("repository", .text).notNull()
                table.column("digest", .text).notNull()
                table.column("builtAt", .integer)
                table.column("platforms", .text).notNull()
                table.primaryKey(["repository", "digest"])
            }
            try database.create(table: "page") { table in
                table.primaryKey("url", .text)
                table.column("repository", .text).notNull().indexed()
                table.column("etag", .text)
                table.column("lastModified", .text)
                table.column("names", .blob).notNull()
                table.column("next", .text)
            }
        }
        return migrator
    }

    /// One access, off the caller's thread. Damage met on the way means a new file, once.
    func access<Result: Sendable>(_ work: @escaping @Sendable (Database) throws -> Result) async -> Result? {
        let queue = state.withLock { $0.queue }
        do {
            let result = try await queue.write(work)
            state.withLock { $0.problem = nil }
            return result
        } catch {
            state.withLock { state in
                state.problem = printable("\(error)")
                guard let error = error as? DatabaseError, let path, [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode),
                    state.queue === queue
                else { return }
                // The old connection stays open on the file that is moved away.
                if let new = try? { try StoreFile.moveAside(path); return try Self.open(path) }() { state.queue = new }
            }
            return nil
        }
    }
}
