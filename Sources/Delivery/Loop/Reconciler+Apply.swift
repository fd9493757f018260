internal import Basics
internal import Cluster
internal import Kubernetes

extension Reconciler {
    /// Applies, runs hooks and deletes; the inventory is written before and after.
    ///
    /// What was written is noted at once: a look that fails later has written it all the same.
    ///
    /// - Parameters:
    ///   - companions: written before hooks run, because traffic may have to go back at once.
    ///   - live: what was there before.
    /// - Returns: What was tried, failures that still stand included.
    func carryOut(
        _ changes: ChangeSet, first companions: [ObjectKey: ObjectKey] = [:], before live: [ObjectKey: Live], desired: Desired,
        record: inout InventoryStore.Record, request: SyncRequest?, isCurrent: @escaping @Sendable () -> Bool
    ) async throws -> [Outcome] {
        let known = record.inventory.entries
        forget(changes, in: &record.inventory)
        guard changes.blocked.isEmpty else { return [] }
        let (sorted, waiting) = sortedByDue(changes, request: request)
        var due = sorted
        // An object that should replace another must be there before the other goes, at every look for as long as it is not.
        // Such deletions are no writes, or each look would count as work.
        let unsettled = Set(waiting.compactMap { companions[$0.key] })
        if !waiting.isEmpty || changes.lacksHeld(in: live) { due = due.deletingOnlyArms(in: live, notOf: unsettled) }
        let isNewRelease = record.inventory.release.inputDigest != desired.inputDigest
        let hasHooks = desired.hasHooksToRun(record.inventory.release)
        guard !due.writes.isEmpty || isNewRelease || hasHooks else { return waiting }
        if isNewRelease {
            record.inventory.release.revision += 1
            record.inventory.release.inputDigest = desired.inputDigest
            record.inventory.release.finishedHooks = []
            record.inventory.release.generated = desired.generated
            record.inventory.release.reads = desired.reads
        } else {
            // What a later render of the same release makes up, for kinds that have come, is kept as well.
            record.inventory.release.generated.merge(desired.generated) { old, _ in old }
        }
        _ = record.inventory.intend(due.writes.compactMap { $0.prepared?.key })
        // Told once, not at each look that waits for a hook.
        let isWaiting = hookBegun?.mark.hasSuffix(desired.inputDigest) == true
        if !due.writes.isEmpty || hasHooks, !isWaiting { environment.progress.report(.planned(application: name, revision: desired.revision, due)) }
        if !due.writes.isEmpty {
            record = try await environment.store.save(record)
            self.record = record
        }

        let start = environment.time.elapsed
        if !due.writes.isEmpty, begunAt == nil { begunAt = start }
        if !due.writes.isEmpty, let namespace = desired.spec.namespace, !due.writes.contains(where: { $0.key.kind == "Namespace" && $0.key.name == namespace }) {
            try await environment.store.ensureNamespace(namespace)
        }
        let isInstall = record.inventory.release.revision <= 1
        var applier = Applier(client: environment.client, time: environment.time)
        applier.forcesConflicts = environment.forcesConflicts || request?.forcesConflicts == true
        let report: @Sendable (Outcome) async -> Void = { [progress = environment.progress, name] outcome in
            // Failures are told when the line they come from is found.
            if outcome.isSuccess { progress.report(.outcome(application: name, outcome)) }
        }
        var early: [Outcome] = []
        var rest = due
        if !companions.isEmpty {
            var first = due
            first.changes.removeAll { companions[$0.key] == nil }
            rest.changes.removeAll { companions[$0.key] != nil && $0.action != .delete }
            early = await applier.apply(first, known: record.inventory.entries, isCurrent: isCurrent, done: report)
            note(early, due, at: desired.revision, in: &record)
            noteWrites(early, before: live, known: known, now: record.inventory, companions: companions)
        }
        if let failure = await runHooks(isInstall ? .preInstall : .preUpgrade, desired, &record, isAsked: request != nil, isCurrent: isCurrent) {
            tried(early, due)
            return waiting + early + [failure]
        }
        var outcomes = early
        outcomes += await applier.apply(rest, known: record.inventory.entries, isCurrent: isCurrent, done: report)
        outcomes = await placed(outcomes)
        for outcome in outcomes where !outcome.isSuccess { environment.progress.report(.outcome(application: name, outcome)) }
        let failedApplies = outcomes.count { !$0.isSuccess }
        var deletable = due
        if failedApplies > 0 {
            deletable = due.deletingOnlyArms(in: live, notOf: unsettled.union(outcomes.compactMap { $0.isSuccess ? nil : companions[$0.key] }))
        }
        outcomes += await applier.delete(deletable, of: name, isCurrent: isCurrent, done: report)
        note(outcomes, due, at: desired.revision, in: &record)
        tried(outcomes, due)
        noteWrites(Array(outcomes.dropFirst(early.count)), before: live, known: known, now: record.inventory, companions: companions)
        // What comes after an upgrade waits until the new version is everybody's.
        if failedApplies == 0, waiting.isEmpty, changes.count(.rollOut) == 0, isCurrent() {
            if let failure = await runHooks(isInstall ? .postInstall : .postUpgrade, desired, &record, isAsked: request != nil, isCurrent: isCurrent) {
                outcomes.append(failure)
            }
        }
        if !due.writes.isEmpty {
            appliedAt = environment.time.elapsed
            environment.progress.report(
                .applied(
                    application: name, revision: desired.revision, count: outcomes.count { $0.isSuccess },
                    failures: outcomes.count { !$0.isSuccess }, duration: environment.time.elapsed - start))
        }
        // Whatever comes next, what was applied must be on record.
        record = try await environment.store.save(record)
        self.record = record
        if environment.tellsWrites {
            await WorkloadEvents(client: environment.client, time: environment.time, random: environment.random)
                .tell(outcomes, revision: desired.revision, of: name, in: environment.store)
        }
        return waiting + outcomes
    }

    /// Objects whose absence was seen, or that are no longer ours, leave the inventory.
    private func forget(_ changes: ChangeSet, in inventory: inout Inventory) {
        for change in changes.changes where change.action == .forget {
            inventory.entries[change.key] = nil
            inventory.deferred[change.key] = nil
            deleting[change.key] = nil
            ownedDigests.forget(change.key)
        }
    }

    /// Leaves out what failed a moment ago, unless a person wants it now.
    private func sortedByDue(_ changes: ChangeSet, request: SyncRequest?) -> (due: ChangeSet, waiting: [Outcome]) {
        guard request == nil else { return (changes, []) }
        let (due, waiting, wait) = retries.sortedByDue(changes, at: environment.time.elapsed)
        if let wait { wakeAfter(wait) }
        return (due, waiting)
    }

    /// Takes note of what has failed at this look.
    private func tried(_ outcomes: [Outcome], _ changes: ChangeSet) {
        let digests = Dictionary(changes.changes.compactMap { change in change.prepared.map { (change.key, $0.digest) } }) { first, _ in first }
        if let wait = retries.tried(outcomes, digests: digests, at: environment.time.elapsed, environment.random) { wakeAfter(wait) }
    }

    /// Failures with the line of the field that the server did not like.
    private func placed(_ outcomes: [Outcome]) async -> [Outcome] {
        guard let assignment, outcomes.contains(where: { !$0.isSuccess }) else { return outcomes }
        var placed = outcomes
        for (index, outcome) in outcomes.enumerated() {
            guard case .failed(let failure) = outcome.result, let origin = outcome.origin, origin.line != nil,
                let field = failure.field ?? fieldNamed(in: failure.description),
                let file = assignment.part.files.first(where: { $0.path == origin.file }),
                let bytes = try? await assignment.tree.read([file])[file.path],
                let line = mistakeLine(origin, bytes: bytes, field: field)
            else { continue }
            placed[index].origin = Origin(file: origin.file, line: line)
        }
        return placed
    }

    private func note(_ outcomes: [Outcome], _ changes: ChangeSet, at revision: SourceRevision, in record: inout InventoryStore.Record) {
        var digests: [ObjectKey: String] = [:]
        var uids: [ObjectKey: String] = [:]
        var commits: [ObjectKey: String] = [:]
        for change in changes.changes {
            digests[change.key] = change.prepared?.digest
            if change.prepared?.policy.strategy != nil { commits[change.key] = revision.commit }
            uids[change.key] = change.uid
        }
        for outcome in outcomes {
            switch outcome.result {
            case .applied(let object, _):
                let owned = record.key.ownedDigest(object)
                record.inventory.entries[outcome.key] = Inventory.Entry(
                    desired: digests[outcome.key] ?? "", owned: owned, uid: object.uid, commit: commits[outcome.key] ?? "")
                ownedDigests.note(owned, of: object)
                answers[outcome.key] = object
            case .deleting:
                deleting[outcome.key] = uids[outcome.key]
            case .failed, .superseded: break
            }
        }
    }
}
