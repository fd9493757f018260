package import Basics
package import Delivery
internal import Document
internal import FoundationEssentials
internal import GRDB
internal import Kubernetes

extension EventStore {
    /// Keeps what a look saw: a row for the application and for each workload that differ from what was seen last, and
    /// one that says "gone" for what was there and is not.
    package func record(_ sight: ApplicationSight, at: Timestamp) async throws(HistoryError) {
        let states = Self.states(of: sight)
        try await write { database in try Self.record(states, of: sight.application, isPartial: sight.isPartial, at: at, database) }
    }

    static func states(of sight: ApplicationSight) -> [ObservedState] {
        [ObservedState(sight)] + (sight.isRemoved ? [] : sight.workloads.map { ObservedState($0) })
    }

    /// - Parameter isPartial: there may be more than was seen: nothing is gone.
    static func record(_ seen: [ObservedState], of application: String, isPartial: Bool, at time: Timestamp, _ database: Database) throws {
        var last = try lastStates(of: application, database)
        // Clocks may be set back; what was seen later stays later.
        let at = last.values.reduce(time) { max($0, Timestamp(milliseconds: $1.at)) }
        for state in seen {
            let previous = last.removeValue(forKey: state.key)
            guard (previous?.digest ?? 0) != state.digest else { continue }
            let place = try previous?.place ?? place(application, state.key, database)
            try insert(state, place, at: at, since: previous?.state == state.state ? previous?.since : nil, database)
        }
        for gone in last.values where gone.digest != 0 && !isPartial {
            try insert(.gone, gone.place, at: at, since: nil, database)
        }
        try know(at, database)
    }

    private struct LastState {
        var place: Int64
        var at: Int64
        var since: Int64
        var state: Int64
        var digest: Int64
    }

    private static func lastStates(of application: String, _ database: Database) throws -> [ObjectKey?: LastState] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT place.id AS id, "group", kind, namespace, name, at, since, state, digest FROM place
                CROSS JOIN observation ON observation.place = place.id AND at = (SELECT max(at) FROM observation WHERE place = place.id)
                WHERE application = ?
                """)
        var states: [ObjectKey?: LastState] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [application])
        while let row = try rows.next() {
            states[key(row)] = LastState(place: row["id"], at: row["at"], since: row["since"], state: row["state"], digest: row["digest"])
        }
        return states
    }

    static func insert(_ state: ObservedState, _ place: Int64, at: Timestamp, since: Int64?, _ database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO observation (place, at, since, state, digest, body) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [place, at.milliseconds, since ?? at.milliseconds, state.state, state.digest, Data(state.body)])
    }

    /// Since when something is known; nil: nothing is.
    package func knownSince() async throws(HistoryError) -> Timestamp? {
        try await read { database in try Self.knownSince(database) }
    }

    /// What was observed of everything then.
    package func moment(_ at: Timestamp) async throws(HistoryError) -> PastMoment { try await moment(at, of: nil) }

    func moment(_ at: Timestamp, of application: String?) async throws(HistoryError) -> PastMoment {
        let (knownSince, rows) = try await read { database in
            // A cross join keeps its order: the other way round every row there is would be looked at.
            let statement = try database.cachedStatement(
                sql: """
                    SELECT application, "group", kind, namespace, name, since, body FROM place
                    CROSS JOIN observation ON observation.place = place.id
                    AND at = (SELECT max(at) FROM observation WHERE place = place.id AND at <= ?)
                    WHERE digest <> 0\(application == nil ? "" : " AND application = ?")
                    """)
            var rows: [(application: String, key: ObjectKey?, since: Timestamp, body: [UInt8])] = []
            let arguments: StatementArguments = application.map { [at.milliseconds, $0] } ?? [at.milliseconds]
            let cursor = try Row.fetchCursor(statement, arguments: arguments)
            while let row = try cursor.next() {
                let body: Data = row["body"]
                rows.append((row["application"], Self.key(row), Timestamp(milliseconds: row["since"]), Array(body)))
            }
            return (try Self.knownSince(database), rows)
        }
        // Not on the store's own thread: reading JSON would hold up who writes.
        var moment = PastMoment(time: at, knownSince: knownSince)
        var workloads: [String: [PastMoment.Workload]] = [:]
        for row in rows {
            guard let value = StoredText.read(row.body) else { continue }
            if let key = row.key {
                if let sight = ObservedState.workload(value, key) { workloads[row.application, default: []].append(.init(sight, since: row.since)) }
            } else if let application = ObservedState.application(value, row.application, since: row.since) {
                moment.applications.append(application)
            }
        }
        for index in moment.applications.indices {
            moment.applications[index].workloads =
                workloads[moment.applications[index].application]?.sorted { $0.sight.key < $1.sight.key } ?? []
        }
        moment.applications.sort { $0.application < $1.application }
        return moment
    }
}
