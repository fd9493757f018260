internal import Basics
internal import FoundationEssentials
internal import GRDB

/// One row of the queue: an event, or a digest of several, for one sink.
struct SinkItem: Sendable, Hashable {
    enum Phase: Int, Sendable {
        case told = 0
        case waiting = 1
        case dead = 2
        /// Too many were there: only its id is kept, so that it is not taken for new when the history tells it again.
        case forgotten = 3
    }

    var id: String
    var version: Int
    var isDigest: Bool
    /// Nil for a digest, and for what cannot be read any more.
    var event: DeployEvent?
    var target: String
    var remote: String?
    var told: String?
    var triedAt: Int64?
    var attempts: Int
    var waitsSince: Timestamp

    init(_ row: Row) {
        (id, version, isDigest) = (row["id"], row["version"], row["isDigest"])
        event = isDigest ? nil : StoredText.read(Array(row["state"] as Data)).flatMap { DeployEvent($0) }
        (target, remote, told, triedAt) = (row["target"], row["remote"], row["told"], row["triedAt"])
        (attempts, waitsSince) = (row["attempts"], Timestamp(milliseconds: row["waitsSince"]))
    }

    /// Nothing was ever tried or told: it may still become a part of a digest.
    static let isFresh = "phase = 1 AND isDigest = 0 AND told IS NULL AND remote IS NULL AND triedAt IS NULL AND attempts = 0"
}

/// What a sink has to do next.
struct SinkWork: Sendable, Hashable {
    /// The first that is due.
    var head: SinkItem?
    var headIsFresh = false
    /// When the first and the newest fresh one came.
    var firstFresh: Timestamp?
    var newestFresh: Timestamp?
    /// Fresh ones that came within a digest's window of the first, or all.
    var freshCount = 0
    /// When the next one that is put off is due.
    var nextTry: Timestamp?
}
