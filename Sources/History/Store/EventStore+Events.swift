internal import Basics
internal import Delivery
internal import Document
internal import FoundationEssentials
internal import GRDB
internal import Kubernetes

extension EventStore {
    /// Keeps events, or what they have become, all or none of them.
    package func save(_ events: [DeployEvent]) async throws(HistoryError) {
        guard !events.isEmpty else { return }
        try await write { database in
            for event in events { try Self.save(event, database) }
        }
    }

    /// Keeps what a look has told and the events that it made, all or nothing: after a crash neither is known without
    /// the other.
    func save(_ events: [DeployEvent], _ sight: ApplicationSight?, at: Timestamp) async throws(HistoryError) {
        guard !events.isEmpty || sight != nil else { return }
        let states = sight.map { Self.states(of: $0) } ?? []
        try await write { database in
            for event in events { try Self.save(event, database) }
            if let sight { try Self.record(states, of: sight.application, isPartial: sight.isPartial, at: at, database) }
        }
    }

    /// What was last known of an application, and the last event of each of its workloads, without changes.
    func known(of application: String) async throws(HistoryError) -> (seen: PastMoment.Application?, last: [DeployEvent]) {
        let last = try await read { database in
            let places = try Int64.fetchAll(database, sql: "SELECT id FROM place WHERE application = ?", arguments: [application])
            let statement = try database.cachedStatement(
                sql: "SELECT number FROM event WHERE place = ? ORDER BY started DESC, number DESC LIMIT 1")
            return try places.compactMap { place in
                try Int64.fetchOne(statement, arguments: [place]).flatMap { try Self.event($0, withChanges: false, database) }
            }
        }
        return (try await moment(Timestamp(milliseconds: .max), of: application).applications.first, last)
    }

    static func save(_ event: DeployEvent, _ database: Database) throws {
        var body = event.summary
        // What stands in columns.
        for key in ["id", "application", "workload", "startedAt", "endedAt", "outcome"] { body[key] = nil }
        let changes: [UInt8]? = event.changes.isEmpty ? nil : StoredText.write(.sequence(event.changes.map(\.value)))
        let application = try place(event.application, nil, database)
        let place = event.workload == nil ? application : try place(event.application, event.workload, database)
        try database.cachedStatement(
            sql: """
                INSERT INTO event (id, place, application, started, ended, outcome, cause, body, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, outcome = excluded.outcome, cause = excluded.cause, body = excluded.body,
                changes = coalesce(excluded.changes, changes)
                """
        ).execute(arguments: [
            event.id, place, application, event.startedAt.milliseconds, event.endedAt?.milliseconds, number(of: event.outcome),
            number(of: event.cause.kind), Data(StoredText.write(body)), changes.map { Data($0) },
        ])
    }

    /// One event with all it changed.
    package func event(id: String) async throws(HistoryError) -> DeployEvent? {
        try await read { database in
            guard let number = try Int64.fetchOne(database, sql: "SELECT number FROM event WHERE id = ?", arguments: [id]) else { return nil }
            return try Self.event(number, withChanges: true, database)
        }
    }

    /// Those that have not ended, the oldest first, with all they changed.
    package func openEvents() async throws(HistoryError) -> [DeployEvent] {
        try await read { database in
            try Int64.fetchAll(database, sql: "SELECT number FROM event WHERE ended IS NULL ORDER BY started, number LIMIT 100000").compactMap {
                try Self.event($0, withChanges: true, database)
            }
        }
    }

    /// The newest first, without what they changed (`changes`).
    package func events(_ query: EventQuery) async throws(HistoryError) -> [DeployEvent] {
        try await read { database in
            try EventSearch(query, database)?.numbers(database).compactMap { try Self.event($0, withChanges: false, database) } ?? []
        }
    }

    static func event(_ number: Int64, withChanges: Bool, _ database: Database) throws -> DeployEvent? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT event.id AS event, started, ended, outcome, body, \(withChanges ? "changes" : "NULL AS changes"),
                place.application AS application, "group", kind, namespace, name FROM event JOIN place ON place.id = event.place WHERE number = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [number]), let body: Data = row["body"], var value = StoredText.read(Array(body)) else {
            return nil
        }
        let ended: Int64? = row["ended"]
        let outcome: Int = row["outcome"]
        value["id"] = .string(row["event"])
        value["application"] = .string(row["application"])
        value["workload"] = key(row)?.value ?? .null
        value["startedAt"] = .string(Timestamp(milliseconds: row["started"]).inMilliseconds)
        value["endedAt"] = ended.map { .string(Timestamp(milliseconds: $0).inMilliseconds) } ?? .null
        value["outcome"] = .string(DeployEvent.Outcome.allCases.dropFirst(outcome).first?.rawValue ?? "")
        if let changes: Data = row["changes"] { value["changes"] = StoredText.read(Array(changes)) }
        return DeployEvent(value)
    }

    static func number(of outcome: DeployEvent.Outcome) -> Int { DeployEvent.Outcome.allCases.firstIndex(of: outcome) ?? 0 }

    static func number(of cause: DeployEvent.Cause.Kind) -> Int { DeployEvent.Cause.Kind.allCases.firstIndex(of: cause) ?? 0 }
}
