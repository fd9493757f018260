internal import Automation
package import Basics
package import Delivery
package import Document
internal import History
internal import Kubernetes

/// Everything as it is now: the source, the applications, their workloads. Put together once for all who ask, and cut
/// for each to what they may list.
package actor Overview {
    nonisolated let board: OverviewBoard
    nonisolated let time: any TimeSource
    private let source: @Sendable () -> Value
    private let statuses: @Sendable () -> [ApplicationStatus]
    private let hasPrometheus: Bool
    private var last: (version: UInt64, at: Duration, snapshot: OverviewSnapshot)?

    /// Automation and locks change without the loop seeing anything else.
    private static let lifetime = Duration.seconds(2)

    /// - Parameter source: `{url, revision, commit, error?, fetchedAt?}`.
    package init(
        board: OverviewBoard, source: @escaping @Sendable () -> Value, statuses: @escaping @Sendable () -> [ApplicationStatus], hasPrometheus: Bool,
        time: any TimeSource
    ) {
        (self.board, self.source, self.statuses, self.hasPrometheus, self.time) = (board, source, statuses, hasPrometheus, time)
    }

    func snapshot(_ automation: AutomationState) async -> OverviewSnapshot {
        let version = board.version
        if let last, last.version == version, time.elapsed - last.at < Self.lifetime { return last.snapshot }
        var policies: [ObjectKey: AutomationPolicy] = [:]
        var word = "on"
        switch automation {
        case .on(let view): for workload in await view.workloads() { policies[workload.key] = workload.policy }
        case .off(let why): word = why
        }
        let made = OverviewSnapshot(
            source: source(), automation: word, hasPrometheus: hasPrometheus,
            applications: statuses().map { status in OverviewSnapshot.Application(status, board.sight(of: status.application), policies) })
        last = (version, time.elapsed, made)
        return made
    }
}

/// The overview at one moment, whole.
struct OverviewSnapshot: Sendable {
    struct Workload: Sendable {
        var sight: WorkloadSight
        var value: Value
        var isAutomated: Bool
        var isLocked: Bool
    }

    struct Application: Sendable {
        var status: ApplicationStatus
        var workloads: [Workload]
    }

    var source: Value
    var automation: String
    var hasPrometheus: Bool
    var applications: [Application]

    /// What visibility is asked about: the kinds and namespaces of all workloads.
    var keys: [ObjectKey] { applications.flatMap { $0.workloads.map(\.sight.key) } }
}

extension OverviewSnapshot.Application {
    init(_ status: ApplicationStatus, _ sight: ApplicationSight?, _ policies: [ObjectKey: AutomationPolicy]) {
        self.status = status
        workloads = (sight?.workloads ?? []).map { sight in
            var value = sight.value
            let policy = policies[sight.key]
            if let policy {
                value["automated"] = .bool(policy.isAutomated)
                value["locked"] = .bool(policy.lock != nil)
                if let reason = policy.lock?.reason { value["lockedReason"] = .string(reason) }
            }
            return OverviewSnapshot.Workload(
                sight: sight, value: value, isAutomated: policy?.isAutomated ?? false, isLocked: policy?.lock != nil)
        }
    }

    /// As somebody may see it; nil where there is nothing for them.
    ///
    /// Who may not list all of its workloads gets nothing that speaks of the others: neither a count nor a sentence.
    func cut(to visibility: Visibility) -> OverviewSnapshot.Application? {
        if visibility.isWide, workloads.allSatisfy({ visibility.sees($0.sight.key) }) { return self }
        var part = self
        part.workloads = workloads.filter { visibility.sees($0.sight.key) }
        guard !part.workloads.isEmpty else { return nil }
        let namespaces = Set(part.workloads.map { " -n \($0.sight.key.namespace)" })
        let names = Set(part.workloads.map(\.sight.key.description))
        let isWhole = part.workloads.count == workloads.count
        part.status.problems = status.problems.filter { problem in
            names.contains(problem.object) || isWhole && (problem.object.isEmpty || namespaces.contains { problem.object.hasSuffix($0) })
        }
        guard !isWhole || part.status.problems.count < status.problems.count else { return part }
        part.status.message = ""
        part.status.objects = part.workloads.count
        part.status.health = Self.worst(part.workloads.map(\.sight.health))
        return part
    }

    private static func worst(_ parts: [ApplicationStatus.Health]) -> ApplicationStatus.Health {
        let order: [ApplicationStatus.Health] = [.healthy, .suspended, .progressing, .unknown, .missing, .degraded]
        return order.last { parts.contains($0) } ?? .unknown
    }

    var value: Value {
        let whole = status.value
        var value: Value = [:]
        for name in ["application", "revision", "appliedRevision", "sync", "health", "message", "problems", "objects"] { value[name] = whole[name] }
        value["changedAt"] = status.changedAt.map { .string($0.description) } ?? .null
        value["workloads"] = .sequence(workloads.map(\.value))
        return value
    }
}

extension OverviewSnapshot {
    func cut(to visibility: Visibility) -> [Application] { applications.compactMap { $0.cut(to: visibility) } }

    /// Without the time, which is different each time.
    func value(for visibility: Visibility) -> Value {
        [
            "source": source, "applications": .sequence(cut(to: visibility).map(\.value)), "automation": .string(automation),
            "prometheus": .bool(hasPrometheus),
        ]
    }
}
