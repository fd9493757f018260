internal import Basics
internal import Cluster
internal import Kubernetes
internal import Logging
internal import Rollout

/// Keeps one application equal to its revision.
///
/// The contract: it is woken for any reason or none, looks at everything anew,
/// does what is to be done and says when it wants to be woken next. Nothing it
/// keeps in memory is needed to be right, only to be quick.
package actor Reconciler {
    package nonisolated let name: String
    let environment: WorkEnvironment
    nonisolated let signal = Signal()
    /// Counts assignments, so that work on an old one can stop early.
    nonisolated let generation = Locked(0)

    var assignment: Assignment?
    var desired: Desired?
    var record: InventoryStore.Record?
    /// The kinds that the chart was rendered for, and when they were asked for.
    var renderedFor: (versions: Set<String>, at: Duration?) = ([], nil)
    package internal(set) var status: ApplicationStatus
    /// How another application is; asked anew each time.
    nonisolated let statusOf: @Sendable (String) -> ApplicationStatus?
    /// The applications this one waits for.
    private nonisolated let awaited = Locked<Set<String>>([])

    /// Answers to our own applies that the cache may not have seen yet.
    var answers: [ObjectKey: Object] = [:]
    /// Objects whose deletion was accepted, by uid.
    var deleting: [ObjectKey: String] = [:]
    var ownedDigests = OwnedDigests()
    var regressions = Regressions()
    /// A word on deletions that was given for another revision than the one it was to be carried out at.
    var lapsed: (agreed: String, at: SourceRevision)?
    var retries = Retries()
    /// The hook that is waited for, and since when.
    var hookBegun: (key: ObjectKey, mark: String, at: Duration)?
    /// Of whole looks that fail, because the cluster or the source is away.
    var backoff = Backoff(base: .seconds(1), limit: .seconds(120))
    /// When the revision now desired was last applied, on `TimeSource.elapsed`.
    var appliedAt: Duration?
    /// When the work began whose end is not told yet: a new revision, or something to put right.
    var begunAt: Duration?
    /// The next moment to look again without being told.
    private var alarm: Duration?
    private nonisolated let alarms = AsyncStream.makeStream(of: Duration.self, bufferingPolicy: .bufferingNewest(16))
    var followedKinds: Set<GroupKind> = []
    /// The objects that the last look was about, also those that are not in the inventory because somebody else has them.
    var lookedAt: Set<ObjectKey> = []
    /// Kinds that only tell more, whose list has kept a look waiting once.
    var lateKinds: Set<GroupKind> = []
    /// A rollout is under way: pods and their sets matter at each change.
    var isRollingOut = false
    /// The last commit that could be read, while rollouts may have to go on by it.
    var lastGood: (desired: Desired, prepared: [Prepared])?
    /// By the rollout's id.
    var lastLooks: [String: LastLook] = [:]
    var lastGates: [String: (at: Duration, answer: RolloutObservation.GateAnswer?)] = [:]
    var reverts: [String: RolloutObservation.RevertProgress] = [:]
    var revertRetries: [String: RevertRetry] = [:]
    /// By which rollouts wait.
    let clock: SteadyClock
    /// What the server makes of a manifest, per digest and version of the live object.
    var dryRuns: [ObjectKey: (digest: String, version: String, object: Object)] = [:]

    /// What looks have seen, for whoever keeps the history.
    var sightings = Sightings()

    package init(
        name: String, environment: WorkEnvironment, record: InventoryStore.Record? = nil,
        statusOf: @escaping @Sendable (String) -> ApplicationStatus?
    ) {
        self.name = name
        self.statusOf = statusOf
        self.environment = environment
        clock = SteadyClock(environment.time)
        self.record = record
        status = record.flatMap { ApplicationStatus($0.status) } ?? ApplicationStatus(application: name)
    }

    /// Gives it a revision to make true; an earlier one is abandoned wherever it stands.
    package func assign(_ assignment: Assignment) {
        self.assignment = assignment
        awaited.withLock { $0 = Set(assignment.part.spec.dependsOn) }
        generation.withLock { $0 += 1 }
        signal.wake(urgent: true)
    }

    /// Another application's status is new.
    nonisolated func dependencyChanged(_ other: String) {
        if awaited.withLock({ $0.contains(other) }) { signal.wake() }
    }

    /// The first Secret of the application's inventory.
    nonisolated var recordKey: ObjectKey {
        ObjectKey(group: "", kind: "Secret", namespace: environment.store.namespace, name: InventoryEncoding.secretName(name, piece: 0))
    }

    /// Works until cancelled.
    package func run() async {
        let key = recordKey
        let changes = environment.cache.changes { _ in true }
        await withDiscardingTaskGroup { group in
            group.addTask { [signal, weak self] in
                for await change in changes {
                    guard let self else { return }
                    if await self.concerns(change) { signal.wake(urgent: change.keys.contains(key)) }
                }
            }
            group.addTask { [signal] in
                for await _ in signal.wakes {
                    // Changes come in bursts; one look at all of them is cheaper than many.
                    if !signal.takeHurry() { try? await self.environment.time.sleep(for: .milliseconds(50)) }
                    if Task.isCancelled { return }
                    await self.pass()
                }
            }
            group.addTask { [alarms] in
                await withDiscardingTaskGroup { sleepers in
                    for await due in alarms.stream { sleepers.addTask { await self.sleep(until: due) } }
                }
            }
        }
    }

    private func sleep(until due: Duration) async {
        try? await environment.time.sleep(for: max(.zero, due - environment.time.elapsed))
        guard !Task.isCancelled, alarm == due else { return }
        alarm = nil
        signal.wake(urgent: true)
    }

    /// Asks to be woken after a while; the soonest wish counts.
    func wakeAfter(_ wait: Duration) {
        let due = environment.time.elapsed + wait
        if let alarm, alarm <= due { return }
        alarm = due
        alarms.continuation.yield(due)
    }

    /// Whether a change in the cluster may change anything here.
    private func concerns(_ change: CacheChanges) -> Bool {
        if !change.kinds.isDisjoint(with: followedKinds) { return true }
        guard let desired else { return true }
        let namespaces = Set(desired.objects.map(\.object.namespace)).union([desired.spec.namespace ?? "default"])
        for key in change.keys {
            if record?.inventory.entries[key] != nil || lookedAt.contains(key) { return true }
            // The requests of `martlet sync`.
            if key == recordKey { return true }
            // Pods and replica sets tell why a workload is not well.
            if isRollingOut, ["Pod", "ReplicaSet", "ControllerRevision", "Endpoints", "Deployment", "StatefulSet", "DaemonSet"].contains(key.kind), namespaces.contains(key.namespace) { return true }
            if key.kind == "Pod" || key.kind == "ReplicaSet", namespaces.contains(key.namespace), status.health != .healthy { return true }
        }
        return false
    }
}
