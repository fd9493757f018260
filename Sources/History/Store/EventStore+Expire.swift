package import Basics
internal import GRDB

extension EventStore {
    /// Rows that go at once: between two steps others write.
    private static let step = 500

    /// Lets go of what is older, and of the oldest that is too much; open events stay. What was observed last before
    /// the limit stays too: it says what was so after it.
    ///
    /// - Parameter maxBytes: of the file; what is freed is given back to the disk.
    package func expire(olderThan limit: Timestamp, maxBytes: Int64) async throws(HistoryError) {
        var hasRemoved = try await remove(before: limit)
        // Each round lets go of a tenth of the time that is known. The limit only goes forward: rows that stay, as they
        // say what is still so, are older than it, and would stand in its way for ever.
        var limit = limit.milliseconds
        for _ in 0..<200 where !Task.isCancelled {
            let (size, span) = try await read { database in
                let pages = try Int64.fetchOne(database, sql: "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count") ?? 0
                let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                let oldest = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT min(first) AS first, max(last) AS last FROM (
                        SELECT min(started) AS first, max(started) AS last FROM event WHERE ended IS NOT NULL
                        UNION ALL SELECT min(at), max(at) FROM observation)
                        """)
                let first: Int64? = oldest?["first"]
                let last: Int64? = oldest?["last"]
                return (pages &* size, first.flatMap { first in last.map { (first, $0) } })
            }
            guard size > maxBytes, let (oldest, last) = span else { break }
            let first = max(oldest, limit)
            guard last > first else { break }
            limit = first &+ max(1, (last &- first) / 10)
            if try await remove(before: Timestamp(milliseconds: limit)) { hasRemoved = true }
        }
        if hasRemoved { try await giveBack() }
    }

    /// - Returns: Whether there was anything to let go of.
    private func remove(before limit: Timestamp) async throws(HistoryError) -> Bool {
        let (hasEvents, places) = try await read { database in
            // The last one before the limit stays, unless it says that the thing was gone.
            let places = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM place WHERE EXISTS (SELECT 1 FROM observation WHERE place = place.id AND at < ?1
                    AND (digest = 0 OR at < (SELECT max(at) FROM observation WHERE place = place.id AND at <= ?1)))
                    """, arguments: [limit.milliseconds])
            let hasEvents = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM event WHERE started < ?1 AND ended IS NOT NULL)", arguments: [limit.milliseconds])
            return (hasEvents ?? false, places)
        }
        guard hasEvents || !places.isEmpty else { return false }
        var removed = Self.step
        while removed >= Self.step, !Task.isCancelled {
            removed = try await write { database in
                try database.cachedStatement(
                    sql: """
                        DELETE FROM event WHERE number IN
                        (SELECT number FROM event INDEXED BY eventByStart WHERE started < ? AND ended IS NOT NULL ORDER BY started LIMIT \(Self.step))
                        """
                ).execute(arguments: [limit.milliseconds])
                return database.changesCount
            }
        }
        for place in places where !Task.isCancelled {
            removed = Self.step
            while removed >= Self.step, !Task.isCancelled {
                removed = try await write { database in
                    try database.cachedStatement(
                        sql: """
                            DELETE FROM observation WHERE place = ?1 AND at IN (SELECT at FROM observation WHERE place = ?1 AND at < ?2
                            AND (digest = 0 OR at < (SELECT max(at) FROM observation WHERE place = ?1 AND at <= ?2)) ORDER BY at LIMIT \(Self.step))
                            """
                    ).execute(arguments: [place, limit.milliseconds])
                    return database.changesCount
                }
            }
        }
        try await write { database in
            try database.execute(sql: "UPDATE fact SET value = max(value, ?) WHERE name = 'knownSince'", arguments: [limit.milliseconds])
            try database.execute(
                sql: """
                    DELETE FROM place WHERE kind <> '' AND NOT EXISTS (SELECT 1 FROM observation WHERE place = place.id)
                    AND NOT EXISTS (SELECT 1 FROM event WHERE event.place = place.id)
                    """)
        }
        return true
    }

    /// Pages that are free go back to the disk, some at a time.
    private func giveBack() async throws(HistoryError) {
        var free = Int64.max
        while !Task.isCancelled {
            let left = try await write { database in
                try database.execute(sql: "PRAGMA incremental_vacuum(1000)")
                return try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            }
            guard left > 0, left < free else { break }
            free = left
        }
        try await checkpoint()
    }
}
