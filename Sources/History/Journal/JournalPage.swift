internal import Basics
internal import Delivery
internal import Kubernetes

/// What one sight makes of the events of its application.
struct JournalPage {
    let sight: ApplicationSight
    let at: Timestamp
    var open: [ObjectKey?: Journal.OpenEvent]
    var memory: Journal.Memory
    private(set) var told: [DeployEvent] = []
    private var workloads: [ObjectKey: WorkloadSight]
    private var written: [ObjectKey: [ObjectChange]]
    /// Events that this sight's commit has begun or gone on with: what else it changed belongs to them.
    private var touched: [ObjectKey?] = []
    private var dirty: Set<ObjectKey?> = []
    /// What is no workload fails as it did before this commit.
    private var isStuck = false

    private static let changeLimit = 50
    private static let stepLimit = 200
    /// With more workloads than this in one commit, what it changes besides stands in an event of its own.
    private static let sharingLimit = 20

    init(_ sight: ApplicationSight, at: Timestamp, open: [ObjectKey?: Journal.OpenEvent], memory: Journal.Memory) {
        (self.sight, self.at, self.open, self.memory) = (sight, at, open, memory)
        workloads = Dictionary(sight.workloads.map { ($0.key, $0) }) { first, _ in first }
        written = Dictionary(grouping: sight.changes) { $0.key }
    }

    private var commit: String { sight.revision.commit }
    /// What was there before: as the looks know it, where the inventory knows only of the commit itself, because the
    /// daemon ended between keeping that and telling.
    private var previousCommit: String {
        sight.previousCommit == commit && !memory.commit.isEmpty && memory.commit != commit ? memory.commit : sight.previousCommit
    }

    mutating func note(_ id: () -> String) {
        if sight.isRemoved { return removeAll() }
        for workload in sight.workloads { note(workload, id) }
        for (key, changes) in written.sorted(by: { $0.key < $1.key }) where workloads[key] == nil {
            if changes.contains(where: { $0.action == .deleted }), isWorkload(key) { noteDeletion(key, changes, id) }
        }
        for (key, one) in open {
            // Git has let go of it, and it was left where it is.
            guard !sight.isPartial, let key, workloads[key] == nil, one.event.revision.commit != commit else { continue }
            end(key, .superseded, "the workload is no longer in git")
        }
        noteOthers(id)
        // What is not known to be there may be well or not.
        for (slot, one) in open where !sight.isPartial || slot.map({ workloads[$0] != nil }) ?? false { judge(slot, one.event) }
        guard !sight.isPartial else {
            memory.workloads.merge(workloads) { $1 }
            return tell()
        }
        if otherFailure == nil { memory.toldFailure = nil }
        memory.commit = commit
        memory.workloads = workloads
        memory.rolledOut = memory.rolledOut.filter { workloads[$0.key] != nil }
        if memory.last.count > workloads.count * 2 + 100 { memory.last = memory.last.filter { $0.key.map { workloads[$0] != nil } ?? true } }
        tell()
    }

    private mutating func removeAll() {
        for slot in open.keys { end(slot, .superseded, "the application was removed") }
        tell()
    }

    private func isWorkload(_ key: ObjectKey) -> Bool { open[key] != nil || memory.workloads[key] != nil || memory.last[key] != nil }

    // MARK: one workload

    private mutating func note(_ workload: WorkloadSight, _ id: () -> String) {
        let changes = written[workload.key] ?? []
        if let rollout = memory.workloads[workload.key]?.rollout, !rollout.isRejected { memory.rolledOut[workload.key] = rollout.revision }
        if let rollout = workload.rollout { return note(rollout, workload, changes, id) }
        let isWritten = changes.contains { $0.action == .created || $0.action == .changed }
        let failure = sight.failures[workload.key]
        if let current = open[workload.key], current.event.revision.commit == commit || !isWritten {
            // Corrections in mid-way belong to it, too.
            if !changes.isEmpty { add(changes, to: workload.key) }
            if isWritten { memory.rolledOut[workload.key] = nil }
            return
        }
        if isWritten, isEndOfRollout(workload, changes) { return add(changes, to: workload.key) }
        let last = memory.last[workload.key]
        let isNew = last?.revision.commit != commit || commit.isEmpty
        let isSecondTry = last.map { [.failed, .rolledBack].contains($0.outcome) } ?? false
        if isWritten, isNew || isSecondTry {
            begin(workload, changes, from: changes.contains { $0.action == .created } ? [:] : before(workload), id)
        } else if let failure, isNew, last?.outcome != .failed || last?.reason != "\(failure)" {
            begin(workload, changes, from: workload.liveImages, id)
        } else if isNew, wasAppliedUnseen(workload) {
            begin(workload, changes, from: memory.workloads[workload.key]?.liveImages ?? [:], id)
        } else if changes.contains(where: { $0.action == .corrected }) {
            correct(workload.key, workload, changes, id)
        }
    }

    /// After a rollout its workload gets back what was held meanwhile, whatever commit has come since.
    private mutating func isEndOfRollout(_ workload: WorkloadSight, _ changes: [ObjectChange]) -> Bool {
        guard let revision = memory.rolledOut.removeValue(forKey: workload.key), memory.last[workload.key]?.revision.description == revision else { return false }
        return changes.allSatisfy { change in change.action != .created && change.more == 0 && change.fields.allSatisfy { isHeld($0.path) } }
    }

    private func isHeld(_ path: String) -> Bool {
        ["spec.paused", "spec.replicas", "spec.strategy", "spec.updateStrategy"].contains { path == $0 || path.hasPrefix($0 + ".") }
    }

    /// The daemon was killed between writing and telling: the images say that there was a change.
    private func wasAppliedUnseen(_ workload: WorkloadSight) -> Bool {
        guard let known = memory.workloads[workload.key], !known.liveImages.isEmpty, memory.commit != commit else { return false }
        return workload.liveImages == workload.images && workload.liveImages != known.liveImages
    }

    private func before(_ workload: WorkloadSight) -> [String: String] {
        if !workload.formerImages.isEmpty { return workload.formerImages }
        return memory.workloads[workload.key]?.liveImages ?? [:]
    }

    private mutating func begin(
        _ workload: WorkloadSight, _ changes: [ObjectChange], from images: [String: String], revision: SourceRevision? = nil, _ id: () -> String
    ) {
        let revision = revision ?? sight.revision
        if open[workload.key] != nil { end(workload.key, .superseded, "\(revision) came before it was done") }
        var event = DeployEvent(
            id: id(), application: sight.application, workload: workload.key, startedAt: at, revision: revision, previousCommit: previousCommit,
            cause: .init(.commit, by: ""))
        event.strategy = workload.strategy
        event.images = imageChanges(from: images, to: workload.images)
        start(event, workload.key)
        add(changes, to: workload.key)
    }

    private mutating func start(_ event: DeployEvent, _ slot: ObjectKey?) {
        open[slot] = Journal.OpenEvent(event: event)
        memory.corrections[slot] = nil
        dirty.insert(slot)
        touched.append(slot)
    }

    /// A workload that git no longer has: there is nothing to wait for.
    private mutating func noteDeletion(_ key: ObjectKey, _ changes: [ObjectChange], _ id: () -> String) {
        if open[key] != nil { end(key, .superseded, "the workload was deleted") }
        let known = memory.workloads[key]
        var event = DeployEvent(
            id: id(), application: sight.application, workload: key, startedAt: at, revision: sight.revision, previousCommit: previousCommit,
            cause: .init(.commit, by: ""))
        let images = known?.liveImages ?? [:]
        event.images = imageChanges(from: images.isEmpty ? known?.images ?? [:] : images, to: [:])
        event.strategy = known?.strategy ?? ""
        event.reason = "the workload was deleted"
        event.isDeletion = true
        start(event, key)
        add(changes, to: key)
    }

    // MARK: rollouts

    private mutating func note(_ rollout: RolloutStatus, _ workload: WorkloadSight, _ changes: [ObjectChange], _ id: () -> String) {
        let key = workload.key
        let isOpen = open[key].map { $0.event.revision.description == rollout.revision } ?? false
        if !isOpen {
            let last = memory.last[key].flatMap { $0.revision.description == rollout.revision ? $0.outcome : nil }
            // Sent back before: it stays so until somebody tries again.
            if rollout.isRejected, last != nil || rollout.revision != sight.revision.description {
                if let current = open[key], current.event.cause.kind != .drift, current.event.revision.commit != commit {
                    end(key, .superseded, "\(sight.revision) came before it was done")
                }
                if !changes.isEmpty { add(changes, to: key) }
                return
            }
            let revision = rollout.revision == sight.revision.description ? sight.revision : SourceRevision(reference: rollout.revision, commit: "")
            begin(workload, changes, from: workload.liveImages.isEmpty ? before(workload) : workload.liveImages, revision: revision, id)
        } else if !changes.isEmpty {
            add(changes, to: key)
        }
        mark(rollout, key)
        if rollout.isRejected { end(key, .rolledBack, rollout.message) }
    }

    private mutating func mark(_ rollout: RolloutStatus, _ key: ObjectKey) {
        guard var one = open[key] else { return }
        if !rollout.strategy.isEmpty { one.event.strategy = rollout.strategy }
        let last = one.event.steps.last
        guard last?.phase != rollout.phase || last?.step != rollout.step || last?.weight != rollout.weight else { return }
        // The last says how it ends: it is never the one that is left out.
        if one.event.steps.count >= Self.stepLimit { one.event.steps.removeLast() }
        one.event.steps.append(.init(at: at, phase: rollout.phase, step: rollout.step, weight: rollout.weight, message: rollout.message))
        open[key] = one
        dirty.insert(key)
    }

    // MARK: what is no workload

    private mutating func noteOthers(_ id: () -> String) {
        let all = sight.changes.filter { workloads[$0.key] == nil && !isWorkload($0.key) }
        // What a rollout writes beside its workload on its way is its own, whatever commit came meanwhile; and so is
        // what it takes away after it.
        let others = all.filter { change in change.rollout.map { open[$0] == nil && change.action != .deleted } ?? true }
        for (workload, changes) in Dictionary(grouping: all, by: \.rollout) { if let workload { add(changes, to: workload) } }
        let failed = sight.failures.filter { workloads[$0.key] == nil && !isWorkload($0.key) }
        let drift = others.filter { $0.action == .corrected }
        let meant = others.filter { $0.action != .corrected }
        if !meant.isEmpty || !failed.isEmpty { noteMeant(meant, failed, id) }
        if !drift.isEmpty { correct(nil, nil, drift, id) }
    }

    private mutating func noteMeant(_ others: [ObjectChange], _ tried: [ObjectKey: ApplyFailure], _ id: () -> String) {
        let last = memory.last[nil]
        let isNew = last?.revision.commit != commit || commit.isEmpty
        // Told already: it is no failure of what comes after.
        isStuck = isNew && memory.toldFailure != nil && memory.toldFailure == otherFailure?.text
        let failed = isStuck ? [:] : tried
        guard !others.isEmpty || !failed.isEmpty else { return }
        if let own = open[nil], own.event.revision.commit == commit {
            add(others, to: nil)
            return
        }
        if failed.isEmpty, isNew {
            let sharing = touched.isEmpty ? open.filter { $0.value.event.revision.commit == commit }.map(\.key) : touched
            if !sharing.isEmpty, sharing.count <= Self.sharingLimit {
                for slot in sharing { add(others, to: slot) }
                return
            }
            // What rollouts write beside their workload on their way, and after it, is no event.
            let isLater = sharing.isEmpty && memory.last.values.contains { $0.revision.commit == commit } && !commit.isEmpty
            guard !isLater else { return }
            let isOfRollout = sight.workloads.contains { $0.rollout != nil } && memory.commit == commit
            guard !isOfRollout else { return }
        } else if failed.isEmpty {
            guard last?.outcome == .failed else { return }
        } else {
            guard isNew else { return }
        }
        if open[nil] != nil { end(nil, .superseded, "\(sight.revision) came before it was done") }
        let event = DeployEvent(
            id: id(), application: sight.application, workload: nil, startedAt: at, revision: sight.revision, previousCommit: previousCommit,
            cause: .init(.commit, by: ""))
        start(event, nil)
        add(others, to: nil)
    }

    /// Of what is no workload: the first.
    private var otherFailure: (text: String, isTransient: Bool)? {
        sight.failures.filter { workloads[$0.key] == nil }.min { $0.key < $1.key }.map { ("\($0.key): \($0.value)", $0.value.isTransient) }
    }

    // MARK: drift

    private mutating func correct(_ slot: ObjectKey?, _ workload: WorkloadSight?, _ changes: [ObjectChange], _ id: () -> String) {
        if open[slot] != nil { return add(changes, to: slot) }
        if var last = memory.last[slot], last.cause.kind == .drift, let ended = last.endedAt, last.revision.commit == commit,
            at.duration(since: ended) < Journal.quarrel
        {
            // Two who fight over a field are one event, told less and less often.
            let count = (memory.corrections[slot] ?? 1) + 1
            memory.corrections[slot] = count
            last.endedAt = at
            last.reason = Journal.reason(corrections: count)
            memory.last[slot] = last
            if count.nonzeroBitCount == 1 { told.append(last) }
            return
        }
        let manager = changes.lazy.map(\.manager).first { !$0.isEmpty } ?? ""
        var event = DeployEvent(
            id: id(), application: sight.application, workload: slot, startedAt: at, revision: sight.revision, previousCommit: previousCommit,
            cause: .init(.drift, by: manager))
        if let workload {
            event.strategy = workload.strategy
            event.images = imageChanges(from: workload.formerImages.isEmpty ? workload.images : workload.formerImages, to: workload.images)
        }
        start(event, slot)
        add(changes, to: slot)
    }

    // MARK: how it goes

    /// Whether an open event has come to its end.
    private mutating func judge(_ slot: ObjectKey?, _ event: DeployEvent) {
        guard let key = slot else {
            return judge(slot, isStuck ? nil : otherFailure, .healthy, "")
        }
        guard let workload = workloads[key] else { return judge(slot, nil, .healthy, "") }
        if let rollout = workload.rollout {
            // It ends by itself: promoted, it is gone; else it is rejected.
            if !rollout.isRejected { open[slot]?.unwellSince = nil }
            return
        }
        let mark = event.steps.last
        if mark?.phase == "aborting", event.revision.commit != commit || workload.liveImages != workload.images {
            let isNewer = event.revision.commit != commit
            return end(slot, isNewer ? .superseded : .rolledBack, isNewer ? "\(sight.revision) came before it was done" : mark?.message ?? "")
        }
        judge(slot, sight.failures[key].map { ("\($0)", $0.isTransient) }, workload.health, workload.message)
    }

    private mutating func judge(
        _ slot: ObjectKey?, _ failure: (text: String, isTransient: Bool)?, _ health: ApplicationStatus.Health, _ message: String
    ) {
        if let failure, !failure.isTransient { return end(slot, .failed, failure.text) }
        if failure == nil, health == .healthy || health == .suspended {
            return end(slot, .succeeded, health == .suspended ? message : open[slot]?.event.reason ?? "")
        }
        guard failure != nil || health == .degraded else {
            open[slot]?.unwellSince = nil
            return
        }
        open[slot]?.why = failure?.text ?? message
        let since = open[slot]?.unwellSince ?? at
        open[slot]?.unwellSince = since
        if at.duration(since: since) >= Journal.patience { end(slot, .failed, open[slot]?.why ?? "") }
    }

    private mutating func end(_ slot: ObjectKey?, _ outcome: DeployEvent.Outcome, _ reason: String) {
        guard var event = open.removeValue(forKey: slot)?.event else { return }
        (event.outcome, event.endedAt, event.reason) = (outcome, at, reason)
        memory.ended(event)
        dirty.remove(slot)
        told.append(event)
    }

    private mutating func add(_ changes: [ObjectChange], to slot: ObjectKey?) {
        guard var one = open[slot] else { return }
        for change in changes {
            if let index = one.event.changes.firstIndex(where: { $0.key == change.key && $0.action == change.action }) {
                guard one.event.changes[index] != change else { continue }
                one.event.changes[index].take(change)
            } else {
                guard one.event.changes.count < Self.changeLimit else { continue }
                one.event.changes.append(change)
            }
            dirty.insert(slot)
        }
        open[slot] = one
    }

    /// Those that are not ended, as they now are.
    private mutating func tell() {
        for slot in dirty {
            guard let event = open[slot]?.event else { continue }
            memory.last[slot] = event
            told.append(event)
        }
        told.sort { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
    }
}

extension ObjectChange {
    /// The same object written again: what each field was at first, and is now.
    fileprivate mutating func take(_ later: ObjectChange) {
        for field in later.fields {
            if let index = fields.firstIndex(where: { $0.path == field.path }) { fields[index].to = field.to } else { fields.append(field) }
        }
        let over = max(0, fields.count - 100)
        fields.removeLast(over)
        more = max(more, later.more) + over
    }
}

/// What differs, by container.
private func imageChanges(from: [String: String], to: [String: String]) -> [DeployEvent.ImageChange] {
    Set(from.keys).union(to.keys).sorted().compactMap { from[$0] == to[$0] ? nil : .init(container: $0, from: from[$0], to: to[$0]) }
}
