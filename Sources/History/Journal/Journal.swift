package import Basics
package import Delivery
internal import Kubernetes

/// Makes deploy events of what looks of the loop saw: pure, one after the other, whatever comes between them.
///
/// It knows commits by their ids alone: who made them, and why, is filled in by whoever can read git (`fill`).
package struct Journal: Sendable {
    /// How long a workload may be unwell, without a break, before its event has failed.
    package static let patience = Duration.seconds(60)
    /// So long after a correction another one of the same object belongs to the same event: two who fight over a field.
    static let quarrel = Duration.seconds(600)

    /// By application, then by workload; nil is the event of what is no workload.
    var open: [String: [ObjectKey?: OpenEvent]] = [:]
    var applications: [String: Memory] = [:]

    struct OpenEvent: Sendable {
        var event: DeployEvent
        var unwellSince: Timestamp?
        var why = ""
    }

    /// What was last known of an application.
    struct Memory: Sendable {
        var commit = ""
        var workloads: [ObjectKey: WorkloadSight] = [:]
        /// The last event of each workload, ended or not.
        var last: [ObjectKey?: DeployEvent] = [:]
        /// How often what the last event of cause drift put back was put back.
        var corrections: [ObjectKey?: Int] = [:]
        /// The revision of a rollout that was under way, until its workload is written as git has it.
        var rolledOut: [ObjectKey: String] = [:]
        /// What was last told to fail of what is no workload, as long as it does.
        var toldFailure: String?

        mutating func ended(_ event: DeployEvent) {
            last[event.workload] = event
            if event.workload == nil, event.outcome == .failed { toldFailure = event.reason }
        }
    }

    /// - Parameter open: the events that had not ended when the daemon did, so that they go on where they were.
    package init(open: [DeployEvent] = []) {
        for event in open {
            self.open[event.application, default: [:]][event.workload] = OpenEvent(event: event)
            applications[event.application, default: Memory()].last[event.workload] = event
        }
    }

    /// The events that go on as the store has them, where it could not be read at the start: what has begun meanwhile
    /// comes after them.
    ///
    /// - Returns: Those that are over by it.
    package mutating func adopt(_ stored: [DeployEvent], at: Timestamp) -> [DeployEvent] {
        var ended: [DeployEvent] = []
        for var event in stored {
            let current = open[event.application]?[event.workload]?.event
            guard current?.id != event.id else { continue }
            let last = applications[event.application]?.last[event.workload]
            if let newer = current ?? last, newer.id != event.id {
                (event.outcome, event.endedAt) = (.superseded, at)
                event.reason = newer.revision == event.revision ? "it was begun anew" : "\(newer.revision) came before it was done"
                ended.append(event)
            } else {
                open[event.application, default: [:]][event.workload] = OpenEvent(event: event)
                applications[event.application, default: Memory()].last[event.workload] = event
            }
        }
        return ended
    }

    /// What the store knows of an application, before its first sight after a restart.
    package mutating func remember(_ application: String, seen: PastMoment.Application?, last: [DeployEvent]) {
        var memory = applications[application] ?? Memory()
        if memory.commit.isEmpty, let seen {
            memory.commit = seen.revision.commit
            for workload in seen.workloads { memory.workloads[workload.sight.key] = workload.sight }
        }
        for event in last where memory.last[event.workload] == nil {
            memory.ended(event)
            memory.corrections[event.workload] = Self.corrections(saidIn: event)
        }
        applications[application] = memory
    }

    static func reason(corrections count: Int) -> String { "put back \(count) times" }

    /// How often an event of cause drift has put back what it is about; nil where it does not say.
    private static func corrections(saidIn event: DeployEvent) -> Int? {
        guard event.cause.kind == .drift, let count = event.reason.split(separator: " ").dropFirst(2).first.flatMap({ Int($0) }), count > 1,
            event.reason == reason(corrections: count)
        else { return nil }
        return count
    }

    /// What cannot be seen now was last seen as the memory has it.
    func completed(_ sight: ApplicationSight) -> ApplicationSight {
        guard let known = applications[sight.application]?.workloads else { return sight }
        var sight = sight
        for index in sight.workloads.indices where sight.workloads[index].health == .unknown && sight.workloads[index].liveImages.isEmpty {
            sight.workloads[index].liveImages = known[sight.workloads[index].key]?.liveImages ?? [:]
        }
        return sight
    }

    /// What git says of an event's commits belongs to the event from now on.
    package mutating func fill(_ event: DeployEvent) {
        if open[event.application]?[event.workload]?.event.id == event.id {
            open[event.application]?[event.workload]?.event.commits = event.commits
            open[event.application]?[event.workload]?.event.cause = event.cause
        }
        if applications[event.application]?.last[event.workload]?.id == event.id {
            applications[event.application]?.last[event.workload]?.commits = event.commits
            applications[event.application]?.last[event.workload]?.cause = event.cause
        }
    }

    /// Goes on from what a look saw.
    ///
    /// - Returns: The events that are new or not what they were, each whole.
    package mutating func note(_ sight: ApplicationSight, at: Timestamp, id: () -> String) -> [DeployEvent] {
        var page = JournalPage(
            sight, at: at, open: open.removeValue(forKey: sight.application) ?? [:], memory: applications.removeValue(forKey: sight.application) ?? Memory())
        page.note(id)
        if !page.open.isEmpty { open[sight.application] = page.open }
        if !sight.isRemoved { applications[sight.application] = page.memory }
        return page.told
    }

    /// Ends what has been unwell for too long.
    package mutating func tick(at: Timestamp) -> [DeployEvent] {
        var ended: [DeployEvent] = []
        for (application, events) in open {
            for (workload, one) in events {
                guard let since = one.unwellSince, at.duration(since: since) >= Self.patience else { continue }
                var event = one.event
                (event.outcome, event.endedAt, event.reason) = (.failed, at, one.why)
                open[application]?[workload] = nil
                applications[application]?.ended(event)
                ended.append(event)
            }
        }
        return ended.sorted { $0.id < $1.id }
    }

    /// When `tick` has next something to do; nil: never.
    package var nextTick: Timestamp? {
        open.values.lazy.flatMap(\.values).compactMap { $0.unwellSince?.adding(Self.patience) }.min()
    }
}
