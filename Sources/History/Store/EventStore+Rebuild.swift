internal import Basics
internal import Delivery
internal import GRDB
internal import Kubernetes

/// A history that was lost, and what can be had again of it.
extension EventStore {
    /// Whether this file has what can be had again of what was before it. A file of its own beginning has not.
    func isRebuilt() async throws(HistoryError) -> Bool {
        try await read { database in try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM fact WHERE name = 'rebuilt')") ?? false }
    }

    func setRebuilt() async throws(HistoryError) {
        try await write { try $0.execute(sql: "INSERT INTO fact (name, value) VALUES ('rebuilt', 1) ON CONFLICT (name) DO NOTHING") }
    }

    /// Keeps events that were had again; what is known already stays as it is.
    func restore(_ events: [DeployEvent]) async throws(HistoryError) {
        try await write { database in
            for event in events {
                guard try Int64.fetchOne(database, sql: "SELECT number FROM event WHERE id = ?", arguments: [event.id]) == nil else { continue }
                if event.reason == Rebuild.unknownEnd, try isKnown(event, database) { continue }
                try Self.save(event, database)
            }
        }
    }

    /// Whether the deploy that a commit is known to have meant was seen itself.
    private func isKnown(_ event: DeployEvent, _ database: Database) throws -> Bool {
        guard let place = try Self.knownPlace(event.application, event.workload, database) else { return false }
        let later = try Int64.fetchAll(
            database, sql: "SELECT number FROM event WHERE place = ? AND started >= ? ORDER BY started, number LIMIT 50",
            arguments: [place, event.startedAt.milliseconds])
        return try later.contains { try Self.event($0, withChanges: false, database)?.revision.commit == event.revision.commit }
    }

    /// Keeps how an application is since then, unless it was seen.
    func restore(_ sight: ApplicationSight, since: Timestamp) async throws(HistoryError) {
        let state = ObservedState(sight)
        try await write { database in
            let place = try Self.place(sight.application, nil, database)
            guard try Int64.fetchOne(database, sql: "SELECT at FROM observation WHERE place = ? LIMIT 1", arguments: [place]) == nil else { return }
            try Self.insert(state, place, at: since, since: nil, database)
        }
    }

    /// The applications that were there when last seen, and those of which an event goes on.
    func applications() async throws(HistoryError) -> [String] {
        try await read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT application FROM place WHERE kind = '' AND (
                    (SELECT digest FROM observation WHERE place = place.id ORDER BY at DESC LIMIT 1) <> 0
                    OR EXISTS (SELECT 1 FROM event WHERE ended IS NULL AND event.application = place.id)) ORDER BY application
                    """)
        }
    }
}
