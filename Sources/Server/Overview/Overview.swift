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
    /// How often it was put together.
    private var builds: UInt64 = 0
    /// The last one as those who listen see it; many see the same.
    private var cuts: [Visibility: [OverviewSnapshot.Application]] = [:]
    /// One puts it together, and those who ask meanwhile wait for that.
    private let builders = WaitingLine(places: 1)
    /// One waits until it is time, and the others for that one.
    private let watchers = WaitingLine(places: 1)

    /// Automation and locks change without the loop seeing anything else.
    private static let lifetime = Duration.seconds(2)

    /// - Parameter source: `{url, revision, commit, error?, fetchedAt?}`.
    package init(
        board: OverviewBoard, source: @escaping @Sendable () -> Value, statuses: @escaping @Sendable () -> [ApplicationStatus], hasPrometheus: Bool,
        time: any TimeSource
    ) {
        (self.board, self.source, self.statuses, self.hasPrometheus, self.time) = (board, source, statuses, hasPrometheus, time)
    }

    /// Everything as it is at the time of the question, or later.
    func snapshot(_ automation: AutomationState) async -> OverviewSnapshot {
        let asked = board.version
        if let kept = kept(since: asked) { return kept }
        let isIn = await builders.enter()
        defer { if isIn { builders.leave() } }
        return if let kept = kept(since: asked) { kept } else { await build(automation) }
    }

    /// The same for those who look at every change: however many they are and however fast it changes, it is put together
    /// once in so long, and what they get has all that was there when they asked.
    func look(_ automation: AutomationState, every pause: Duration) async -> OverviewSnapshot {
        let asked = board.version
        if let kept = kept(since: asked) { return kept }
        let isIn = await watchers.enter()
        defer { if isIn { watchers.leave() } }
        if let kept = kept(since: asked) { return kept }
        if isIn, let last { try? await time.sleep(for: max(.zero, pause - (time.elapsed - last.at))) }
        return await snapshot(automation)
    }

    /// A snapshot cut for somebody who listens: once for all who see the same.
    func cut(_ snapshot: OverviewSnapshot, to visibility: Visibility) -> [OverviewSnapshot.Application] {
        guard snapshot.number == builds else { return snapshot.cut(to: visibility) }
        if let known = cuts[visibility] { return known }
        let made = snapshot.cut(to: visibility)
        cuts[visibility] = made
        return made
    }

    private func kept(since version: UInt64) -> OverviewSnapshot? {
        guard let last, last.version >= version, time.elapsed - last.at < Self.lifetime else { return nil }
        return last.snapshot
    }

    private func build(_ automation: AutomationState) async -> OverviewSnapshot {
        let version = board.version
        var policies: [ObjectKey: AutomationPolicy] = [:]
        var word = "on"
        switch automation {
        case .on(let view): for workload in await view.workloads() { policies[workload.key] = workload.policy }
        case .off(let why): word = why
        }
        builds &+= 1
        cuts = [:]
        let made = OverviewSnapshot(
            number: builds, source: source(), automation: word, hasPrometheus: hasPrometheus,
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

    /// Of the snapshots that were made.
    var number: UInt64
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
        part.status.health = .worst(of: part.workloads.map(\.sight.health))
        return part
    }

    var value: Value {
        var value = head
        value["workloads"] = .sequence(workloads.map(\.value))
        return value
    }

    /// All but the workloads.
    var head: Value {
        let whole = status.value
        var value: Value = [:]
        for name in ["application", "revision", "appliedRevision", "sync", "health", "message", "problems", "objects"] { value[name] = whole[name] }
        value["changedAt"] = status.changedAt.map { .string($0.description) } ?? .null
        return value
    }
}

extension ApplicationStatus.Health {
    /// Of an application of which only some parts are seen.
    static func worst(of parts: [ApplicationStatus.Health]) -> ApplicationStatus.Health {
        let order: [ApplicationStatus.Health] = [.healthy, .suspended, .progressing, .unknown, .missing, .degraded]
        return order.last { parts.contains($0) } ?? .unknown
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
