internal import FoundationEssentials
package import GRDB

/// Why a file cannot be read without touching it.
package enum StoreReadError: Error, Sendable, Hashable {
    /// It is there, and no SQLite file; or one that is damaged.
    case notDatabase
    /// What was written last stands in a log of its own, whose index is missing.
    case noIndex
}

extension StoreFile {
    /// Opens a file that is somebody else's to be read: nothing is written to it, and no file is made beside it.
    ///
    /// A file that is in use has its log (`-wal`) and the log's index (`-shm`) beside it, and SQLite reads all three. Where
    /// there is no log nobody has it open, and it holds everything: it is read as one that nobody changes, for SQLite would
    /// make log and index (https://www.sqlite.org/wal.html, "read-only databases").
    package static func reader(_ path: String, configuration: Configuration) throws -> DatabaseQueue {
        let files = FileManager.default
        // Log and index stand beside the file itself, not beside a link to it.
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        // Its first page alone is read.
        let head = [UInt8](try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe).prefix(20))
        guard head.starts(with: magic) else { throw StoreReadError.notDatabase }
        var configuration = configuration
        configuration.readonly = true
        var name = path
        if head.dropFirst(18).first == walVersion {
            let size = (try? files.attributesOfItem(atPath: path + "-wal"))?[.size] as? UInt64 ?? 0
            let hasIndex = files.fileExists(atPath: path + "-shm")
            if !hasIndex {
                guard size == 0 else { throw StoreReadError.noIndex }
                name = address(path) + "?immutable=1"
            } else if !files.fileExists(atPath: path + "-wal") {
                name = address(path) + "?immutable=1"
            }
        }
        do {
            let queue = try DatabaseQueue(path: name, configuration: configuration)
            // Opening reads nothing yet.
            _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            return queue
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT].contains(error.resultCode) {
            throw StoreReadError.notDatabase
        }
    }

    private static let magic = Array("SQLite format 3\0".utf8)
    /// In the header's byte 18: it was last written with a log of its own.
    private static let walVersion: UInt8 = 2

    /// As a URI has it (https://www.sqlite.org/uri.html).
    private static func address(_ path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : "file:"
        for scalar in path.unicodeScalars {
            switch scalar {
            case "%": text += "%25"
            case "?": text += "%3f"
            case "#": text += "%23"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
