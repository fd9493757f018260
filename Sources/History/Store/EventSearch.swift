internal import Automation
internal import Basics
internal import GRDB

/// Finds the rows that a query means, the newest first, each in an index of its own order: what is asked for most is
/// the last few of one workload among a million.
struct EventSearch {
    private let query: EventQuery
    private let scope: Scope
    private var conditions = ""
    private var arguments: StatementArguments = []

    private enum Scope {
        case all
        case application(Int64)
        case places([Int64])
    }

    /// More workloads than this are not asked one by one.
    private static let placeLimit = 64

    /// Nil when nothing can match.
    init?(_ query: EventQuery, _ database: Database) throws {
        self.query = query
        if query.namespace == nil, query.kind == nil, query.name == nil {
            guard let application = query.application else {
                scope = .all
                try restrict(database)
                return
            }
            guard let place = try EventStore.knownPlace(application, nil, database) else { return nil }
            scope = .application(place)
        } else {
            let places = try Self.places(query, database)
            guard !places.isEmpty else { return nil }
            scope = .places(places)
        }
        try restrict(database)
    }

    private static func places(_ query: EventQuery, _ database: Database) throws -> [Int64] {
        var parts: [String] = ["kind <> ''"]
        var arguments: StatementArguments = []
        func add(_ column: String, _ value: String?) {
            guard let value else { return }
            parts.append("\(column) = ?")
            arguments += [value]
        }
        add("application", query.application)
        add("namespace", query.namespace)
        add("kind COLLATE NOCASE", query.kind)
        add("name", query.name)
        return try Int64.fetchAll(database, sql: "SELECT id FROM place WHERE \(parts.joined(separator: " AND "))", arguments: arguments)
    }

    private mutating func restrict(_ database: Database) throws {
        if let from = query.from {
            conditions += " AND started >= ?"
            arguments += [from.milliseconds]
        }
        if let to = query.to {
            conditions += " AND started < ?"
            arguments += [to.milliseconds]
        }
        if !query.outcomes.isEmpty {
            conditions += " AND outcome IN (\(query.outcomes.map { "\(EventStore.number(of: $0))" }.sorted().joined(separator: ", ")))"
        }
        if !query.causes.isEmpty {
            conditions += " AND cause IN (\(query.causes.map { "\(EventStore.number(of: $0))" }.sorted().joined(separator: ", ")))"
        }
        if let before = query.before {
            guard let row = try Row.fetchOne(database, sql: "SELECT started, number FROM event WHERE id = ?", arguments: [before]) else {
                throw HistoryError(.notFound, "there is no event \"\(printable(before))\"", advice: "begin again with the newest events")
            }
            let (started, number): (Int64, Int64) = (row["started"], row["number"])
            conditions += " AND (started, number) < (?, ?)"
            arguments += [started, number]
        }
    }

    private var limit: Int { max(0, min(query.limit, EventQuery.maxLimit)) }

    func numbers(_ database: Database) throws -> [Int64] {
        switch scope {
        case .all: return try found("1", [], database).map(\.number)
        case .application(let application): return try found("application = ?", [application], database).map(\.number)
        case .places(let places):
            guard places.count <= Self.placeLimit else {
                return try found("place IN (\(places.map(String.init).joined(separator: ",")))", [], index: "eventByStart", database).map(\.number)
            }
            var all: [(started: Int64, number: Int64)] = []
            for place in places { all += try found("place = ?", [place], database) }
            if places.count > 1 { all.sort { ($0.started, $0.number) > ($1.started, $1.number) } }
            return all.prefix(limit).map(\.number)
        }
    }

    private func found(
        _ scope: String, _ values: StatementArguments, index: String? = nil, _ database: Database
    ) throws -> [(started: Int64, number: Int64)] {
        let table = index.map { "event INDEXED BY \($0)" } ?? "event"
        return try Row.fetchAll(
            database, sql: "SELECT started, number FROM \(table) WHERE \(scope)\(conditions) ORDER BY started DESC, number DESC LIMIT ?",
            arguments: values + arguments + [limit]
        ).map { ($0["started"], $0["number"]) }
    }
}
