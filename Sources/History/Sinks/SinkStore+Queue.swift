internal import Basics
internal import Delivery
internal import FoundationEssentials
internal import GRDB

extension SinkStore {
    /// A state of an event as one sink sees it.
    struct Entry: Sendable {
        var sink: String
        var target: String
        var id: String
        var state: [UInt8]
        var endedAt: Timestamp?
        /// The sink's filter takes it as it is now.
        var isTaken: Bool
        /// A sink that was told of the start is told of the rest.
        var isEdited: Bool
    }

    /// Notes that these sinks exist: they are told of what has not ended when they were first seen.
    func begin(_ sinks: [String], at now: Timestamp) async throws(HistoryError) {
        try await write { database in
            for sink in sinks { try Self.begin(sink, now, database) }
        }
    }

    private static func begin(_ sink: String, _ now: Timestamp, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO sinkLane (sink, since, failures, dropped) VALUES (?, ?, 0, 0) ON CONFLICT (sink) DO NOTHING",
            arguments: [sink, now.milliseconds])
    }

    /// Puts states into the queues; the newest of an event takes the place of one that waits.
    ///
    /// - Returns: the sinks that have something new to be told.
    func note(_ entries: [Entry], at now: Timestamp) async throws(HistoryError) -> Set<String> {
        let limit = queueLimit
        return try await write { database in
            var changed = Set<String>()
            for entry in entries where try Self.note(entry, now, limit, database) { changed.insert(entry.sink) }
            return changed
        }
    }

    private static func note(_ entry: Entry, _ now: Timestamp, _ limit: Int, _ database: Database) throws -> Bool {
        var found = try Row.fetchOne(database, sql: "SELECT * FROM sinkItem WHERE sink = ? AND id = ?", arguments: [entry.sink, entry.id])
        if let row = found, row["phase"] as Int == SinkItem.Phase.forgotten.rawValue {
            // Only the end of what was forgotten while it went on is news.
            guard entry.endedAt != nil, !(row["hasEnded"] as Bool), entry.isTaken else { return false }
            try database.execute(sql: "DELETE FROM sinkItem WHERE sink = ? AND id = ?", arguments: [entry.sink, entry.id])
            found = nil
        }
        guard let row = found else {
            guard entry.isTaken else { return false }
            // One that could not be noted when it was declared begins now: else it would be told of days, and never be left alone.
            try begin(entry.sink, now, database)
            let since = try Int64.fetchOne(database, sql: "SELECT since FROM sinkLane WHERE sink = ?", arguments: [entry.sink])
            // What was over before the sink was there is none of its business; a minute's grace, as both come with one commit.
            if let end = entry.endedAt, let since, end.milliseconds < since &- 60_000 { return false }
            try makeRoom(entry.sink, limit, now, database)
            try database.execute(
                sql: """
                    INSERT INTO sinkItem (sink, id, position, phase, version, state, isDigest, scope, target, attempts, waitsSince, hasEnded, touchedAt)
                    VALUES (?, ?, \(nextPosition), 1, 1, ?, 0, '', ?, 0, ?, ?, ?)
                    """,
                arguments: [
                    entry.sink, entry.id, entry.sink, Data(entry.state), entry.target, now.milliseconds, entry.endedAt != nil, now.milliseconds,
                ])
            return true
        }
        let known: [UInt8] = Array(row["state"] as Data)
        let isMoved = (row["target"] as String) != entry.target
        // What is over does not begin again: this is an older state, told late.
        if entry.endedAt == nil, row["hasEnded"] { return false }
        if known == entry.state, !isMoved { return false }
        if known == entry.state, row["phase"] as Int != SinkItem.Phase.waiting.rawValue { return false }
        let digest: String? = row["digest"]
        // A state that its filter leaves out must not take the place of one that it takes; where one message is edited,
        // whoever heard of the start hears of the end.
        guard entry.isTaken || entry.isEdited else { return false }
        if isMoved {
            try database.execute(
                sql: "UPDATE sinkItem SET target = ?, remote = NULL, told = NULL, triedAt = NULL WHERE sink = ? AND id = ?",
                arguments: [entry.target, entry.sink, entry.id])
        }
        try database.execute(
            sql: "UPDATE sinkItem SET state = ?, hasEnded = ?, version = version + 1, touchedAt = ? WHERE sink = ? AND id = ?",
            arguments: [Data(entry.state), entry.endedAt != nil, now.milliseconds, entry.sink, entry.id])
        try wake(entry.sink, digest ?? entry.id, now, database)
        return true
    }

    /// An item waits again, behind all others unless it waits already.
    private static func wake(_ sink: String, _ id: String, _ now: Timestamp, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE sinkItem SET position = \(nextPosition), phase = 1, attempts = 0, waitsSince = ?, nextTry = NULL, reason = NULL
                WHERE sink = ? AND id = ? AND phase <> 1
                """, arguments: [sink, now.milliseconds, sink, id])
        try database.execute(
            sql: "UPDATE sinkItem SET version = version + 1, touchedAt = ? WHERE sink = ? AND id = ? AND isDigest = 1",
            arguments: [now.milliseconds, sink, id])
    }

    private static let nextPosition = "(SELECT coalesce(max(position), 0) + 1 FROM sinkItem WHERE sink = ?)"

    private static func makeRoom(_ sink: String, _ limit: Int, _ now: Timestamp, _ database: Database) throws {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM sinkItem WHERE sink = ? AND phase = 1", arguments: [sink]) ?? 0
        guard count >= limit else { return }
        let oldest = try String.fetchOne(
            database, sql: "SELECT id FROM sinkItem WHERE sink = ? AND phase = 1 ORDER BY hasEnded DESC, position LIMIT 1", arguments: [sink])
        if let oldest { try forget(sink, [oldest], now, database) }
        try database.execute(sql: "UPDATE sinkLane SET dropped = dropped + 1 WHERE sink = ?", arguments: [sink])
    }

    /// Lets go of all but the ids; of digests, which nobody tells again, of all.
    static func forget(_ sink: String, _ ids: [String], _ now: Timestamp, _ database: Database) throws {
        for id in ids {
            try database.execute(sql: "DELETE FROM sinkItem WHERE sink = ? AND id = ? AND isDigest = 1", arguments: [sink, id])
            try database.execute(
                sql: """
                    UPDATE sinkItem SET phase = 3, state = x'', remote = NULL, told = NULL, triedAt = NULL, nextTry = NULL, reason = NULL, touchedAt = ?
                    WHERE sink = ? AND id = ?
                    """, arguments: [now.milliseconds, sink, id])
        }
    }

    /// What a sink is to do now.
    ///
    /// - Parameter gathersAll: a digest takes all that waits, however far apart it came.
    func next(_ sink: String, gathersAll: Bool, at now: Timestamp) async throws(HistoryError) -> SinkWork {
        try await read { database in
            var work = SinkWork()
            // Nothing is put off for so long: the clock was put back.
            let beyond = now.adding(.seconds(86_400)).milliseconds
            let due = """
                SELECT *, (\(SinkItem.isFresh)) AS isFresh FROM sinkItem
                WHERE sink = ? AND phase = 1 AND (nextTry IS NULL OR nextTry <= ? OR nextTry > ?) ORDER BY position LIMIT 1
                """
            if let row = try Row.fetchOne(database, sql: due, arguments: [sink, now.milliseconds, beyond]) {
                work.head = SinkItem(row)
                work.headIsFresh = row["isFresh"]
            }
            work.nextTry = try Int64.fetchOne(
                database, sql: "SELECT min(nextTry) FROM sinkItem WHERE sink = ? AND phase = 1 AND nextTry > ?", arguments: [sink, now.milliseconds]
            ).map { Timestamp(milliseconds: $0) }
            guard work.headIsFresh, let head = work.head else { return work }
            let last = gathersAll ? Int64.max : head.waitsSince.adding(DeployDigest.window).milliseconds
            let fresh = try Row.fetchOne(
                database, sql: "SELECT count(*) AS count, max(waitsSince) AS newest FROM sinkItem WHERE sink = ? AND \(SinkItem.isFresh) AND waitsSince <= ?",
                arguments: [sink, last])
            work.firstFresh = head.waitsSince
            work.freshCount = fresh?["count"] ?? 0
            work.newestFresh = (fresh?["newest"] as Int64?).map { Timestamp(milliseconds: $0) }
            return work
        }
    }

    /// The events of a digest.
    func members(_ sink: String, of digest: String) async throws(HistoryError) -> [DeployEvent] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT state FROM sinkItem WHERE sink = ? AND digest = ?", arguments: [sink, digest])
                .compactMap { StoredText.read(Array($0["state"] as Data)).flatMap { DeployEvent($0) } }
        }
    }

    /// Makes digests of what is fresh: one, or one for each commit.
    func gather(_ sink: String, gathersAll: Bool, byCommit: Bool, target: String, at now: Timestamp, id: @escaping @Sendable () -> String) async throws(HistoryError) {
        try await write { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT id, position, waitsSince, state FROM sinkItem WHERE sink = ? AND \(SinkItem.isFresh) ORDER BY position", arguments: [sink])
            guard let first = rows.first else { return }
            let last = gathersAll ? Int64.max : Timestamp(milliseconds: first["waitsSince"]).adding(DeployDigest.window).milliseconds
            var scopes: [String: [Row]] = [:]
            for row in rows where (row["waitsSince"] as Int64) <= last {
                let commit = byCommit ? StoredText.read(Array(row["state"] as Data)).flatMap { DeployEvent($0) }?.revision.commit ?? "" : ""
                scopes[commit, default: []].append(row)
            }
            for (scope, rows) in scopes {
                let digest = id()
                try database.execute(
                    sql: """
                        INSERT INTO sinkItem (sink, id, position, phase, version, state, isDigest, scope, target, attempts, waitsSince, hasEnded, touchedAt)
                        VALUES (?, ?, ?, 1, 1, x'', 1, ?, ?, 0, ?, 0, ?)
                        """, arguments: [sink, digest, rows.first?["position"] as Int64?, scope, target, now.milliseconds, now.milliseconds])
                for row in rows { try Self.join(sink, row["id"], digest, database) }
            }
        }
    }

    /// Adds fresh events to a digest that another one joined within its window.
    ///
    /// - Returns: whether there were any.
    func join(_ sink: String, byCommit: Bool, at now: Timestamp) async throws(HistoryError) -> Bool {
        try await write { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT id, waitsSince, state FROM sinkItem WHERE sink = ? AND \(SinkItem.isFresh) ORDER BY position LIMIT 200", arguments: [sink])
            var hasJoined = false
            for row in rows {
                let scope = byCommit ? StoredText.read(Array(row["state"] as Data)).flatMap { DeployEvent($0) }?.revision.commit ?? "" : ""
                let since = Timestamp(milliseconds: row["waitsSince"])
                let digest = try String.fetchOne(
                    database,
                    sql: """
                        SELECT id FROM sinkItem AS digest WHERE sink = ? AND isDigest = 1 AND scope = ? AND
                        (SELECT max(waitsSince) FROM sinkItem WHERE sink = digest.sink AND digest = digest.id) BETWEEN ? AND ?
                        ORDER BY id DESC LIMIT 1
                        """,
                    arguments: [sink, scope, since.adding(.zero - DeployDigest.window).milliseconds, since.adding(DeployDigest.window).milliseconds])
                guard let digest else { continue }
                try Self.join(sink, row["id"], digest, database)
                try Self.wake(sink, digest, now, database)
                hasJoined = true
            }
            return hasJoined
        }
    }

    private static func join(_ sink: String, _ id: String, _ digest: String, _ database: Database) throws {
        try database.execute(sql: "UPDATE sinkItem SET digest = ?, phase = 0 WHERE sink = ? AND id = ?", arguments: [digest, sink, id])
    }
}
