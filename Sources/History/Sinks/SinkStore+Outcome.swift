internal import Basics
internal import GRDB
internal import Kubernetes

extension SinkStore {
    /// The first try to make a message begins: from now on it may be there although no answer said so.
    func markTried(_ sink: String, _ item: SinkItem, seconds: Int64) async throws(HistoryError) {
        try await write { database in
            try database.execute(
                sql: "UPDATE sinkItem SET triedAt = ? WHERE sink = ? AND id = ? AND target = ?", arguments: [seconds, sink, item.id, item.target])
        }
    }

    func setRemote(_ sink: String, _ item: SinkItem, _ remote: String) async throws(HistoryError) {
        try await write { database in
            try database.execute(
                sql: "UPDATE sinkItem SET remote = ? WHERE sink = ? AND id = ? AND target = ?", arguments: [remote, sink, item.id, item.target])
        }
    }

    /// It is told at another place from now on, which was told nothing of it.
    func move(_ sink: String, _ id: String, to target: String) async throws(HistoryError) {
        try await write { database in
            try database.execute(
                sql: "UPDATE sinkItem SET target = ?, remote = NULL, told = NULL, triedAt = NULL WHERE sink = ? AND id = ?", arguments: [target, sink, id])
        }
    }

    /// The sink has this version, or there is nothing to tell of it; a newer one still waits.
    ///
    /// - Parameter told: what it shows now; nil where it was not asked.
    func settle(_ sink: String, _ item: SinkItem, remote: String?, told: String?, at now: Timestamp) async throws(HistoryError) {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE sinkItem SET remote = coalesce(?, remote), told = coalesce(?, told), attempts = 0, nextTry = NULL, reason = NULL, touchedAt = ?,
                    phase = CASE WHEN version = ? THEN 0 ELSE phase END WHERE sink = ? AND id = ? AND target = ?
                    """,
                arguments: [remote, told, now.milliseconds, item.version, sink, item.id, item.target])
            if told != nil {
                try database.execute(
                    sql: "UPDATE sinkLane SET failures = 0, nextTry = NULL, lastError = NULL WHERE sink = ? AND (failures > 0 OR lastError IS NOT NULL)",
                    arguments: [sink])
            }
        }
    }

    /// Given up: the sink will never take it, or was away too long.
    func bury(_ sink: String, _ item: SinkItem, reason: String, at now: Timestamp) async throws(HistoryError) {
        let limit = deadLimit
        try await write { database in
            try database.execute(
                sql: "UPDATE sinkItem SET phase = CASE WHEN version = ? THEN 2 ELSE 1 END, attempts = attempts + 1, reason = ?, nextTry = NULL, touchedAt = ? WHERE sink = ? AND id = ?",
                arguments: [item.version, reason, now.milliseconds, sink, item.id])
            try database.execute(sql: "UPDATE sinkLane SET lastError = ? WHERE sink = ?", arguments: [reason, sink])
            try Self.forgetDead(sink, limit, now, database)
        }
    }

    /// Not before that time; nothing failed.
    func putOff(_ sink: String, _ item: SinkItem, until next: Timestamp) async throws(HistoryError) {
        try await write { database in
            try database.execute(sql: "UPDATE sinkItem SET nextTry = ? WHERE sink = ? AND id = ?", arguments: [next.milliseconds, sink, item.id])
        }
    }

    /// Failures in a row of a sink so far.
    func failures(_ sink: String) async throws(HistoryError) -> Int {
        try await read { database in
            try Int.fetchOne(database, sql: "SELECT failures FROM sinkLane WHERE sink = ?", arguments: [sink]) ?? 0
        }
    }

    /// Perhaps later.
    ///
    /// - Parameters:
    ///   - wait: before the sink's next try.
    ///   - setsAside: the message itself seems to be the trouble: others go first in the meantime.
    ///   - buriesAll: everything that waits since before `deadline` is given up with it, as the sink itself is away.
    func putOff(
        _ sink: String, _ item: SinkItem, reason: String, wait: Duration, setsAside: Bool, deadline: Timestamp, buriesAll: Bool, at now: Timestamp
    ) async throws(HistoryError) {
        let (next, limit) = (now.adding(wait).milliseconds, deadLimit)
        try await write { database in
            try database.execute(
                sql: "UPDATE sinkItem SET attempts = attempts + 1, nextTry = ? WHERE sink = ? AND id = ?", arguments: [setsAside ? next : nil, sink, item.id])
            try database.execute(
                sql: "UPDATE sinkLane SET failures = failures + 1, nextTry = ?, lastError = ? WHERE sink = ?", arguments: [next, reason, sink])
            try database.execute(
                sql: "UPDATE sinkItem SET phase = 2, reason = ?, nextTry = NULL, touchedAt = ? WHERE sink = ? AND phase = 1 AND waitsSince <= ? AND (? OR id = ?)",
                arguments: [reason, now.milliseconds, sink, deadline.milliseconds, buriesAll, item.id])
            try Self.forgetDead(sink, limit, now, database)
        }
    }

    private static func forgetDead(_ sink: String, _ limit: Int, _ now: Timestamp, _ database: Database) throws {
        let old = try String.fetchAll(
            database, sql: "SELECT id FROM sinkItem WHERE sink = ? AND phase = 2 ORDER BY touchedAt DESC, position DESC LIMIT -1 OFFSET ?", arguments: [sink, limit])
        try forget(sink, old, now, database)
    }

    /// How long a sink is to be left alone, as it was said before the last end of the program.
    func nextTry(_ sink: String) async throws(HistoryError) -> Timestamp? {
        try await read { database in
            try Int64.fetchOne(database, sql: "SELECT nextTry FROM sinkLane WHERE sink = ?", arguments: [sink]).map { Timestamp(milliseconds: $0) }
        }
    }

    /// Dead letters wait again, and nobody waits for the next try.
    func retry(_ sink: String, id: String?, at now: Timestamp) async throws(HistoryError) -> Int {
        try await write { database in
            try database.execute(sql: "UPDATE sinkLane SET nextTry = NULL, failures = 0 WHERE sink = ?", arguments: [sink])
            try database.execute(sql: "UPDATE sinkItem SET nextTry = NULL WHERE sink = ? AND phase = 1", arguments: [sink])
            try database.execute(
                sql: "UPDATE sinkItem SET phase = 1, attempts = 0, waitsSince = ?, reason = NULL WHERE sink = ? AND phase = 2 AND (? IS NULL OR id = ?)",
                arguments: [now.milliseconds, sink, id, id])
            return database.changesCount
        }
    }

    /// Forgets what was told long ago, dead letters of a month ago, and what waits for sinks that are gone.
    func expire(keeping sinks: [String], at now: Timestamp) async throws(HistoryError) {
        func ago(_ days: Int64) -> Int64 { now.milliseconds &- days &* 86_400_000 }
        let (week, month, quarter) = (ago(7), ago(30), ago(90))
        try await write { database in
            // What a digest that is not told yet gathers stays with it.
            try database.execute(
                sql: """
                    DELETE FROM sinkItem WHERE ((phase IN (0, 3) AND hasEnded = 1 AND touchedAt < ?) OR (phase = 2 AND touchedAt < ?)
                    OR (phase IN (0, 3) AND touchedAt < ?)) AND (digest IS NULL OR NOT EXISTS (
                    SELECT 1 FROM sinkItem AS d WHERE d.sink = sinkItem.sink AND d.id = sinkItem.digest AND d.phase IN (1, 2) AND d.touchedAt >= ?))
                    """, arguments: [week, month, quarter, month])
            let known = try String.fetchAll(database, sql: "SELECT DISTINCT sink FROM sinkItem UNION SELECT sink FROM sinkLane")
            for sink in known where !sinks.contains(sink) {
                try database.execute(sql: "DELETE FROM sinkItem WHERE sink = ? AND touchedAt < ?", arguments: [sink, week])
                try database.execute(
                    sql: "DELETE FROM sinkLane WHERE sink = ? AND since < ? AND NOT EXISTS (SELECT 1 FROM sinkItem WHERE sink = sinkLane.sink)",
                    arguments: [sink, week])
            }
        }
    }

    /// How a sink is, without its kind and place.
    func state(_ sink: String, at now: Timestamp) async throws(HistoryError) -> SinkState {
        try await read { database in
            var state = SinkState(name: sink, kind: "", origin: "", waiting: 0, dropped: 0, deadLetters: [], deadLetterCount: 0)
            if let lane = try Row.fetchOne(database, sql: "SELECT * FROM sinkLane WHERE sink = ?", arguments: [sink]) {
                state.lastError = lane["lastError"]
                state.nextTry = (lane["nextTry"] as Int64?).map { Timestamp(milliseconds: $0) }.flatMap { $0 > now ? $0 : nil }
                state.dropped = lane["dropped"]
            }
            state.waiting = try Int.fetchOne(database, sql: "SELECT count(*) FROM sinkItem WHERE sink = ? AND phase = 1", arguments: [sink]) ?? 0
            state.deadLetterCount = try Int.fetchOne(database, sql: "SELECT count(*) FROM sinkItem WHERE sink = ? AND phase = 2", arguments: [sink]) ?? 0
            let dead = try Row.fetchAll(
                database, sql: "SELECT * FROM sinkItem WHERE sink = ? AND phase = 2 ORDER BY touchedAt DESC, position DESC LIMIT ?",
                arguments: [sink, SinkState.deadLetterLimit])
            state.deadLetters = dead.map { row in
                let item = SinkItem(row)
                return SinkState.DeadLetter(
                    id: item.id, application: item.event?.application ?? "", workload: item.event?.workload?.description ?? "",
                    outcome: item.event?.outcome.rawValue ?? "", reason: row["reason"] ?? "", at: Timestamp(milliseconds: row["touchedAt"]), attempts: item.attempts)
            }
            return state
        }
    }
}
