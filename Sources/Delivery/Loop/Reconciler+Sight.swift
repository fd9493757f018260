internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes
internal import Rollout

/// What looks have seen and done that is not told yet, and what was told last.
struct Sightings {
    /// What git says of a workload.
    struct Outline {
        var images: [String: String]
        var strategy: String
    }

    var last: ApplicationSight?
    /// What the revision is rendered from, and what the one before it was: a commit that deletes a file is found by the file.
    private var files: (revision: SourceRevision?, now: Set<String>, before: Set<String>) = (nil, [], [])
    var workloads: [ObjectKey: Outline] = [:]
    /// Kinds whose objects cannot be seen now, with the reason.
    var unfollowed: [GroupKind: String] = [:]
    /// A commit was read whole since the start, and so all workloads are known.
    var knowsAll = false
    /// A look that fails after it has written tells nothing; the next one does.
    private(set) var changes: [ObjectChange] = []
    private(set) var formerImages: [ObjectKey: [String: String]] = [:]
    private(set) var failures: [ObjectKey: ApplyFailure] = [:]
    private(set) var previousCommit = ""

    /// Nobody listens for so long that more would matter.
    private static let changeLimit = 10_000

    mutating func begin(after commit: String) {
        if changes.isEmpty { previousCommit = commit }
    }

    mutating func wrote(_ change: ObjectChange, formerImages images: [String: String]) {
        failures[change.key] = nil
        if !images.isEmpty, formerImages[change.key] == nil { formerImages[change.key] = images }
        if changes.count < Self.changeLimit { changes.append(change) }
    }

    /// - Returns: The files of the revision and of the one before it, sorted.
    mutating func read(_ now: Set<String>, at revision: SourceRevision) -> [String] {
        if files.revision != revision { files = (revision, now, files.now) }
        files.now = now
        return now.union(files.before).sorted()
    }

    /// What was tried at this look, and what it failed at.
    mutating func failed(_ outcomes: [Outcome]) {
        failures = [:]
        for outcome in outcomes { if case .failed(let failure) = outcome.result { failures[outcome.key] = failure } }
    }

    /// - Returns: Whether there is anything to tell.
    mutating func told(_ sight: ApplicationSight) -> Bool {
        (changes, formerImages) = ([], [:])
        guard !sight.changes.isEmpty || !sight.isSame(as: last) else { return false }
        last = sight
        return true
    }
}

extension Reconciler {
    /// Takes note of what git says of the workloads.
    func outline(_ prepared: [Prepared], isComplete: Bool, _ inventory: Inventory) {
        var workloads: [ObjectKey: Sightings.Outline] = [:]
        for item in prepared where item.object.label(MartletAnnotations.armOf) == nil && !item.policy.isIgnored {
            guard let images = containerImages(of: item.object) else { continue }
            workloads[item.key] = Sightings.Outline(images: images, strategy: strategy(of: item))
        }
        if !isComplete {
            // What a file that cannot be read says is not known; what runs goes on.
            for (key, known) in sightings.workloads where workloads[key] == nil && inventory.entries[key] != nil { workloads[key] = known }
        }
        if isComplete { sightings.knowsAll = true }
        sightings.workloads = workloads
    }

    /// Takes note of what was written, with the fields that differ.
    func noteWrites(
        _ outcomes: [Outcome], before live: [ObjectKey: Live], known: [ObjectKey: Inventory.Entry], now: Inventory, companions: [ObjectKey: ObjectKey]
    ) {
        for outcome in outcomes {
            var former: Object?
            if case .present(let object)? = live[outcome.key] { former = object }
            switch outcome.result {
            case .failed, .superseded: break
            case .deleting:
                let images = former.flatMap { containerImages(of: $0) } ?? [:]
                var change = ObjectChange(key: outcome.key, action: .deleted)
                change.rollout = companions[outcome.key] ?? former.flatMap { workload(ofArm: $0) } ?? now.deferred[outcome.key]
                sightings.wrote(change, formerImages: images)
            case .applied(let object, _):
                guard let former else {
                    // Made again as it was: somebody had deleted it.
                    let isDrift = known[outcome.key].map { !$0.uid.isEmpty && !$0.desired.isEmpty && $0.desired == now.entries[outcome.key]?.desired } ?? false
                    var change = ObjectChange(key: outcome.key, action: isDrift ? .corrected : .created)
                    change.rollout = companions[outcome.key]
                    sightings.wrote(change, formerImages: [:])
                    continue
                }
                var change = ObjectChange(key: outcome.key, action: outcome.action == .correct ? .corrected : .changed)
                (change.fields, change.more) = changedFields(from: former, to: object)
                // Its mark alone is no change that anybody would look for.
                guard !change.fields.isEmpty else { continue }
                if change.action == .corrected { change.manager = lastManager(of: former) }
                change.rollout = companions[outcome.key]
                sightings.wrote(change, formerImages: containerImages(of: former) ?? [:])
            }
        }
    }

    /// The workload that a rollout added the object for.
    private func workload(ofArm object: Object) -> ObjectKey? {
        guard let name = object.label(MartletAnnotations.armOf) else { return nil }
        return sightings.workloads.keys.filter { $0.namespace == object.namespace && armLabelValue($0) == name }.min()
    }

    /// Tells what this look saw, where it differs from the look before or something was written.
    func tell(isRemoved: Bool = false) async {
        guard let desired else { return }
        var sight = ApplicationSight(
            application: name, revision: desired.revision, previousCommit: sightings.previousCommit, status: status, changes: sightings.changes,
            files: sightings.read(files(of: desired), at: desired.revision))
        sight.isRemoved = isRemoved
        sight.failures = sightings.failures
        sight.isPartial = !isRemoved && !sightings.knowsAll
        if !isRemoved {
            let former = sightings.formerImages
            // All at once: each question to the cache by itself would be dear for thousands of workloads.
            var cached: [ObjectKey: Object] = [:]
            for object in await environment.cache.objects(application: name) where sightings.workloads[object.key] != nil { cached[object.key] = object }
            let rollouts = Dictionary(status.rollouts.map { ($0.workload, $0) }) { first, _ in first }
            for (key, outline) in sightings.workloads.sorted(by: { $0.key < $1.key }) {
                var workload = await self.sight(of: key, outline, cached[key], rollouts[key], healthTimeout: desired.spec.healthTimeout)
                workload.formerImages = former[key] ?? [:]
                sight.workloads.append(workload)
            }
        }
        guard sightings.told(sight) else { return }
        environment.progress.report(.observed(sight))
    }

    private func sight(
        of key: ObjectKey, _ outline: Sightings.Outline, _ cached: Object?, _ rollout: RolloutStatus?, healthTimeout: Duration
    ) async -> WorkloadSight {
        var sight = WorkloadSight(key: key, images: outline.images, health: .missing, strategy: outline.strategy, rollout: rollout)
        var live = cached
        if live == nil || answers[key] != nil { live = await liveObject(key) }
        guard let live else {
            if let reason = await unseen(key.groupKind) {
                // What cannot be seen is not missing: it was last seen as it was.
                (sight.health, sight.message) = (.unknown, reason)
                sight.liveImages = sightings.last?.workloads.first { $0.key == key }?.liveImages ?? [:]
            }
            return sight
        }
        let now = environment.time.now
        let health = health(of: live, now: now)
        sight.liveImages = containerImages(of: live) ?? [:]
        (sight.wanted, sight.ready) = podCounts(of: live)
        sight.health = ApplicationStatus.Health(health)
        sight.message = health.message ?? ""
        if let rollout, !rollout.isRejected {
            (sight.health, sight.message) = (.progressing, rollout.summary)
        } else if health != .healthy, hasPods(key.groupKind) {
            let reasons = await podReasons(live.uid, now: now)
            if !reasons.isEmpty { sight.message += (sight.message.isEmpty ? "" : ": ") + reasons.joined(separator: "; ") }
            if sight.health == .progressing, let appliedAt, environment.time.elapsed - appliedAt >= healthTimeout {
                (sight.health, sight.message) = (.degraded, "not healthy after \(durationText(healthTimeout)): \(sight.message)")
            }
        }
        return sight
    }

    /// Why nothing can be said of objects of a kind; nil where they are seen.
    private func unseen(_ kind: GroupKind) async -> String? {
        if let why = sightings.unfollowed[kind] { return why }
        guard let state = await environment.cache.state(of: kind, scope: ListScope(labelSelector: MartletAnnotations.application)), !state.isSynced else { return nil }
        return "\(kind) cannot be listed: \(state.error?.message ?? "not yet")"
    }

    private func files(of desired: Desired) -> Set<String> {
        var files = Set(desired.readSet.keys)
        // Its values may stand there.
        if fileName(of: desired.spec.origin.file) == ApplicationFile.name { files.insert(desired.spec.origin.file) }
        return files
    }
}

/// How a new version gets to users: the annotation, or the kind's own way.
private func strategy(of item: Prepared) -> String {
    if let strategy = item.policy.strategy { return strategy.rawValue }
    let spec = item.object.value["spec"]
    switch (item.key.group, item.key.kind) {
    case ("apps", "Deployment"): return spec?[path: "strategy", "type"]?.string ?? "RollingUpdate"
    case ("apps", "StatefulSet"), ("apps", "DaemonSet"): return spec?[path: "updateStrategy", "type"]?.string ?? "RollingUpdate"
    default: return ""
    }
}

/// Pods asked for and ready, where the kind counts them.
private func podCounts(of live: Object) -> (wanted: Int?, ready: Int?) {
    let status = live.value["status"]
    switch (live.gvk.group, live.kind) {
    case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController"):
        return (Int(clamping: live.value[path: "spec", "replicas"]?.int ?? 1), Int(clamping: status?["readyReplicas"]?.int ?? 0))
    case ("apps", "DaemonSet"):
        return (Int(clamping: status?["desiredNumberScheduled"]?.int ?? 0), Int(clamping: status?["numberReady"]?.int ?? 0))
    default: return (nil, nil)
    }
}

extension ApplicationStatus.Health {
    init(_ health: Kubernetes.Health) {
        switch health {
        case .healthy: self = .healthy
        case .progressing: self = .progressing
        case .degraded: self = .degraded
        case .suspended: self = .suspended
        case .unknown: self = .unknown
        case .missing: self = .missing
        }
    }
}

extension ApplicationSight {
    /// Whether nothing but what tells nothing differs.
    fileprivate func isSame(as other: ApplicationSight?) -> Bool {
        guard var other else { return false }
        (other.previousCommit, other.changes, other.status.changedAt) = (previousCommit, changes, status.changedAt)
        other.status.handledRequest = status.handledRequest
        for index in other.workloads.indices { other.workloads[index].formerImages = [:] }
        var mine = self
        for index in mine.workloads.indices { mine.workloads[index].formerImages = [:] }
        return mine == other
    }
}
