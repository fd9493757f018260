package import Kubernetes
internal import Rollout

/// What is known of a live object; "unknown" is not "absent", because a failed
/// list must never delete or create anything.
package enum Live: Sendable {
    case unknown(String)
    case absent
    case present(Object)
}

/// Everything a plan depends on.
package struct PlanInput: Sendable {
    package var desired: Desired
    package var prepared: [Prepared]
    package var inventory: Inventory
    package var fingerprint: FingerprintKey
    /// The address the revision came from, without credentials.
    package var source: String
    /// Objects that are not applied now.
    package var held: [ObjectKey: ChangeSet.Held] = [:]
    /// Services, routes and arms of rollouts under way: put back whatever the application says of drift, for requests
    /// depend on them.
    package var companions: Set<ObjectKey> = []
    /// What pods of held workloads are started with, and the workload: it stays for as long as that is held.
    package var needs: [ObjectKey: ObjectKey] = [:]
    /// A person agreed to what this plan deletes.
    package var allowsDeletions = false
    /// The revision that a person agreed to instead, where it was another one.
    package var agreedRevision: String?
    /// The digest of the fields Martlet owns in a live object; a caller may remember them.
    package var ownedDigest: @Sendable (Object) -> String
    package var live: @Sendable (ObjectKey) -> Live

    package init(
        desired: Desired, prepared: [Prepared], inventory: Inventory, fingerprint: FingerprintKey, source: String,
        live: @escaping @Sendable (ObjectKey) -> Live
    ) {
        self.desired = desired
        self.prepared = prepared
        self.inventory = inventory
        self.fingerprint = fingerprint
        self.source = source
        self.live = live
        ownedDigest = { fingerprint.ownedDigest($0) }
    }
}

/// Compares a revision with the cluster and says what to do; pure.
package func plan(_ input: PlanInput) -> ChangeSet {
    var set = ChangeSet()
    if input.desired.isBlocked {
        set.blocked = input.desired.problems.filter(\.isBlocking).map(\.error)
        return set
    }
    for prepared in input.prepared { set.changes.append(change(for: prepared, input)) }
    planDeletions(input, into: &set)
    return set
}

private func change(for prepared: Prepared, _ input: PlanInput) -> ChangeSet.Change {
    let key = prepared.key
    let entry = input.inventory.entries[key]
    let drift = input.companions.contains(key) ? .correct : input.desired.spec.drift
    if let held = input.held[key] { return .init(held.isProblem ? .hold : .rollOut, key: key, prepared: prepared, reason: held.reason) }
    let live: Object
    switch input.live(key) {
    case .unknown(let why): return .init(.hold, key: key, prepared: prepared, reason: why)
    case .absent:
        // Deleted by hand is drift too.
        guard let entry, !entry.uid.isEmpty, entry.desired == prepared.digest, drift != .correct else {
            return .init(.create, key: key, prepared: prepared)
        }
        let action: ChangeSet.Action = drift == .warn ? .drifted : .keep
        return .init(action, key: key, prepared: prepared, reason: "deleted in the cluster")
    case .present(let object): live = object
    }
    if let owner = owner(of: live), owner != input.desired.spec.name {
        return .init(
            .hold, key: key, prepared: prepared,
            reason: "belongs to application \"\(owner)\": remove it from one of the two")
    }
    if (try? policy(of: live))?.isIgnored == true {
        return .init(.drifted, key: key, prepared: prepared, reason: "the live object says ignore")
    }
    if live.isBeingDeleted { return .init(.hold, key: key, prepared: prepared, reason: "is being deleted; made again when it is gone") }
    guard let entry, entry.desired == prepared.digest else { return .init(.update, key: key, prepared: prepared) }
    let owned = input.ownedDigest(live)
    guard entry.owned != owned else { return .init(.keep, key: key, prepared: prepared, owned: owned) }
    switch drift {
    case .correct: return .init(.correct, key: key, prepared: prepared, reason: "changed in the cluster", owned: owned)
    case .warn: return .init(.drifted, key: key, prepared: prepared, reason: "changed in the cluster", owned: owned)
    case .ignore: return .init(.keep, key: key, prepared: prepared, owned: owned)
    }
}

/// The application an object says it belongs to; nil when the mark is missing or
/// was copied from another object with the rest of its metadata.
package func owner(of live: Object) -> String? {
    guard let text = live.annotation(MartletAnnotations.tracking), let tracking = Tracking(text), tracking.key == live.key
    else { return nil }
    return tracking.application
}

private func planDeletions(_ input: PlanInput, into set: inout ChangeSet) {
    let wanted = Set(input.prepared.map(\.key))
    // One object can have two names, such as an Ingress in its old and its new group.
    let wantedUIDs = Set(
        input.prepared.compactMap { prepared -> String? in
            if case .present(let live) = input.live(prepared.key) { live.uid } else { nil }
        })
    var deletions: [ChangeSet.Change] = []
    var kept: [(change: ChangeSet.Change, workload: ObjectKey)] = []
    let why = reasonNotToDelete(input)
    for (key, entry) in input.inventory.entries.sorted(by: { $0.key < $1.key }) where !wanted.contains(key) {
        let live: Object
        switch input.live(key) {
        case .unknown(let reason):
            set.changes.append(.init(.hold, key: key, reason: reason))
            continue
        case .absent:
            set.changes.append(.init(.forget, key: key))
            continue
        case .present(let object): live = object
        }
        let policy = try? Kubernetes.policy(of: live)
        if owner(of: live) != input.inventory.application || policy?.prunes == false || policy?.isIgnored == true {
            // A name that was intended and never applied may be somebody else's object.
            set.changes.append(.init(.forget, key: key, reason: "not ours to delete"))
            continue
        }
        if input.desired.ignores(key) {
            set.changes.append(.init(.forget, key: key, reason: "git says ignore"))
            continue
        }
        if !live.uid.isEmpty, wantedUIDs.contains(live.uid) {
            set.changes.append(.init(.forget, key: key, reason: "is wanted under another group"))
            continue
        }
        if live.isBeingDeleted {
            set.changes.append(.init(.hold, key: key, reason: "is being deleted"))
            continue
        }
        // What a rollout has added is its own to take away, as long as there is the workload it was added for.
        if let workload = live.label(MartletAnnotations.armOf), input.desired.isComplete,
            wanted.contains(where: { $0.kind == "Deployment" && $0.namespace == key.namespace && armLabelValue($0) == workload })
        {
            set.changes.append(.init(.delete, key: key, uid: live.uid.isEmpty ? entry.uid : live.uid))
            continue
        }
        if let why {
            set.changes.append(.init(.hold, key: key, uid: live.uid, reason: why))
            if input.desired.isComplete, input.desired.spec.prunes { set.heldDeletions.append(key) }
            continue
        }
        // Of two makers of one Secret the old one goes: beside it the new one could not make it.
        let isMadeAnew = key.kind.hasSuffix("Secret") && wanted.contains { $0.kind.hasSuffix("Secret") && $0.namespace == key.namespace && $0.name == key.name }
        if !isMadeAnew, let workload = input.needing(key), let held = input.held[workload] {
            let end = held.isProblem ? "for as long as \(workload) is not as this commit says" : "until the rollout of \(workload) is over"
            let change = ChangeSet.Change(held.isProblem ? .hold : .rollOut, key: key, uid: live.uid, reason: "pods are started with it \(end)")
            kept.append((change, workload))
            continue
        }
        deletions.append(.init(.delete, key: key, uid: live.uid.isEmpty ? entry.uid : live.uid))
    }
    let budget = input.desired.spec.deletionBudget
    // What goes later is counted now, and once: a budget is for what a commit drops, not for what goes at one look.
    let counted = (deletions + kept.map(\.change)).filter { input.inventory.deferred[$0.key] == nil }.map(\.key)
    if !input.allowsDeletions, !budget.allows(counted.count, of: input.inventory.entries.count) {
        set.heldDeletions += counted
        let reason = "the plan would delete \(counted.count) of \(input.inventory.entries.count) objects: \(input.advice)"
        let waiting = Set(counted)
        for index in deletions.indices where waiting.contains(deletions[index].key) { (deletions[index].action, deletions[index].reason) = (.hold, reason) }
        for index in kept.indices where waiting.contains(kept[index].change.key) { (kept[index].change.action, kept[index].change.reason) = (.hold, reason) }
        for (change, workload) in kept where !waiting.contains(change.key) { set.deferred[change.key] = workload }
    } else {
        for (change, workload) in kept { set.deferred[change.key] = workload }
    }
    set.changes += deletions + kept.map(\.change)
}

extension PlanInput {
    /// The workload whose pods need an object: as it is, or as what makes a Secret of its own name (a SealedSecret, an
    /// ExternalSecret), which goes with it.
    package func needing(_ key: ObjectKey) -> ObjectKey? {
        if let workload = needs[key] { return workload }
        guard !key.group.isEmpty, key.kind.hasSuffix("Secret") else { return nil }
        return needs[ObjectKey(group: "", kind: "Secret", namespace: key.namespace, name: key.name)]
    }

    /// What a person can do about deletions that wait.
    fileprivate var advice: String {
        let given = agreedRevision.map { $0.isEmpty ? " (it was given before there was a revision to see)" : " (it was given for \($0))" } ?? ""
        return "agree with \"martlet sync \(desired.spec.name) --allow-deletions\"\(given)"
    }
}

extension Desired {
    /// Whether git says to leave an object alone; one written without a namespace gets the application's.
    fileprivate func ignores(_ key: ObjectKey) -> Bool {
        if ignored.contains(key) { return true }
        guard key.namespace == spec.namespace ?? "default" else { return false }
        return ignored.contains(ObjectKey(group: key.group, kind: key.kind, namespace: "", name: key.name))
    }
}

/// Why this revision is no ground for deleting anything; nil when it is one.
private func reasonNotToDelete(_ input: PlanInput) -> String? {
    if !input.desired.isComplete { return "nothing is deleted while part of the revision cannot be read" }
    if !input.desired.spec.prunes { return "the application says prune: false" }
    if input.allowsDeletions { return nil }
    if input.prepared.isEmpty {
        return "the revision has no objects at all: \(input.advice)"
    }
    if !input.inventory.source.isEmpty, input.inventory.source != input.source {
        return "the inventory was made from \(input.inventory.source): \(input.advice)"
    }
    return nil
}
