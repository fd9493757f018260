internal import Basics
internal import Delivery
internal import GRDB
package import Kubernetes

/// The last deploys of one workload, or of what is no workload in an application.
package struct LastDeploys: Sendable, Hashable {
    package var application: String
    package var workload: ObjectKey?
    /// The newest first, as far back as it takes to know what runs.
    package var events: [DeployEvent]
    /// What was seen to run, where no event says it: "" for nothing.
    package var image = ""

    package init(application: String, workload: ObjectKey?, events: [DeployEvent]) {
        (self.application, self.workload, self.events) = (application, workload, events)
    }
}

extension EventStore {
    /// Deploys of one place that are looked at: it may be long that one brought an image.
    private static let lastLimit = 20
    /// Places that are read at once: in between others write.
    private static let lastStep = 200

    /// The last deploys of everything that is there, however long ago they were.
    package func lastDeploys() async throws(HistoryError) -> [LastDeploys] {
        let places = try await read { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT place.id FROM place LEFT JOIN place AS whole ON whole.application = place.application AND whole.kind = ''
                    WHERE coalesce((SELECT digest FROM observation WHERE place = place.id ORDER BY at DESC LIMIT 1), 1) <> 0
                    AND coalesce((SELECT digest FROM observation WHERE place = whole.id ORDER BY at DESC LIMIT 1), 1) <> 0
                    """)
        }
        var all: [LastDeploys] = []
        for start in stride(from: 0, to: places.count, by: Self.lastStep) {
            let some = Array(places.dropFirst(start).prefix(Self.lastStep))
            all += try await read { database in try some.compactMap { try Self.lastDeploys(of: $0, database) } }
        }
        guard all.contains(where: { !$0.saysImages && $0.workload != nil }) else { return all }
        var seen: [String: [ObjectKey: [String: String]]] = [:]
        for application in try await moment(Timestamp(milliseconds: .max)).applications {
            for workload in application.workloads { seen[application.application, default: [:]][workload.sight.key] = workload.sight.liveImages }
        }
        for index in all.indices where !all[index].saysImages {
            guard let workload = all[index].workload, let images = seen[all[index].application]?[workload] else { continue }
            all[index].image = images.sorted { $0.key < $1.key }.map(\.value).joined(separator: ", ")
        }
        return all
    }

    private static func lastDeploys(of place: Int64, _ database: Database) throws -> LastDeploys? {
        let statement = try database.cachedStatement(
            sql: "SELECT number FROM event WHERE place = ? ORDER BY started DESC, number DESC LIMIT \(lastLimit)")
        var last: LastDeploys?
        for number in try Int64.fetchAll(statement, arguments: [place]) {
            guard let event = try event(number, withChanges: false, database) else { continue }
            if last == nil { last = LastDeploys(application: event.application, workload: event.workload, events: []) }
            last?.events.append(event)
            if event.workload == nil || event.isDeletion || last?.saysImages == true { break }
        }
        return last
    }
}

extension LastDeploys {
    fileprivate var saysImages: Bool { events.contains { $0.outcome != .rolledBack && $0.images.contains { $0.to != nil } } }
}
