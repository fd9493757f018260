internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes
internal import Logging

extension Reconciler {
    /// One look at everything, and what follows from it.
    func pass() async {
        guard let assignment else { return }
        let generation = generation.withLock { $0 }
        let isCurrent: @Sendable () -> Bool = { [generationNow = self.generation] in generationNow.withLock { $0 == generation } }
        do {
            await noticeRequest()
            var record = try await loadedRecord()
            // Asked before the kinds themselves: they may be asked for anew in between, and are then looked at once more.
            let askedAt = environment.client.discoveredAt
            let resources = try await environment.client.resources()
            let desired = try await rendered(assignment, record: record, resources: resources, askedAt: askedAt)
            guard isCurrent() else { return }
            let request = request(in: record)
            sightings.begin(after: record.inventory.appliedCommit)
            var next = status
            next.revision = desired.revision.description
            next.waitsFor = ""
            if !desired.isBlocked, !assignment.isRemoval { record.inventory.keepsAll = !desired.spec.prunes }

            if desired.spec.isSuspended {
                next.sync = .suspended
                next.message = "suspended by \(desired.spec.origin)"
                try await goOnSuspended(desired, &next, &record, resources: resources, isCurrent: isCurrent)
                guard isCurrent() else { return }
                return try await settle(next, &record, request: request)
            }
            let lookup: @Sendable (GroupVersionKind) -> APIResource? = { gvk in resources.first { $0.gvk == gvk } }
            let (prepared, moreProblems) = prepare(desired, resources: lookup, digest: record.key)
            var complete = desired
            complete.problems += moreProblems
            let unfollowed = await follow(prepared, inventory: record.inventory, resources: resources)
            sightings.unfollowed = unfollowed
            var rollouts = await rollOut(
                prepared, desired: complete, record: record, resources: lookup, unfollowed: unfollowed, isCurrent: isCurrent)
            if complete.isBlocked || rollouts.problems.contains(where: \.isBlocking), isRollingOut, let good = lastGood {
                // A commit that cannot be read must not keep a bad version in front of users: rollouts go on by the one before.
                let problems = (complete.problems + rollouts.problems).map { RenderProblem($0.error, isBlocking: false) }
                complete = good.desired
                rollouts = await rollOut(
                    good.prepared, desired: complete, record: record, resources: lookup, unfollowed: unfollowed, isCurrent: isCurrent)
                complete.problems += problems
            } else if !complete.isBlocked {
                lastGood = (complete, prepared)
                outline(prepared, isComplete: complete.isComplete, record.inventory)
            }
            complete.problems += rollouts.problems
            next.rollouts = rollouts.statuses
            if let hold = rollouts.hold {
                next.sync = .outOfSync
                next.message = hold
                wakeAfter(.seconds(5))
                return try await settle(next, &record, request: nil)
            }
            // What somebody else has now may be free later, and nothing but its going tells.
            lookedAt = Set(rollouts.prepared.map(\.key))
            let live = await lookUp(rollouts.prepared, inventory: record.inventory, unfollowed: unfollowed)
            guard isCurrent() else { return }
            var input = planInput(complete, rollouts.prepared, record: record, live: live, source: assignment.source, request: request)
            (input.held, input.companions, input.needs) = (rollouts.held, Set(rollouts.companions.keys), rollouts.needs)
            let changes = plan(input)
            if changes.blocked.isEmpty { record.inventory.put(off: changes) }
            // Kinds came while the chart was rendered without them, and with them who it waited for is well.
            if assignment.part.form == .chart, environment.client.discoveredAt != askedAt { return signal.wake(urgent: true) }
            ownedDigests.note(changes, live)
            // Another source is on record only when nothing of the one before is left to ask about: as long as there is, its
            // address is what keeps those objects. A look that is blocked knows nothing of them.
            if changes.blocked.isEmpty, input.allowsDeletions || record.inventory.source.isEmpty || !changes.changes.contains(where: { $0.action == .hold && $0.prepared == nil }) {
                record.inventory.source = assignment.source
            }
            // A rollout under way is not held up: its traffic may have to go back.
            if !changes.writes.isEmpty || desired.hasHooksToRun(record.inventory.release), rollouts.statuses.isEmpty, let waiting = waitingFor(desired.spec.dependsOn) {
                next.sync = .outOfSync
                (next.waitsFor, next.message) = waiting
                return try await settle(next, &record, request: nil)
            }
            let outcomes = try await carryOut(
                changes, first: rollouts.companions, before: live, desired: complete, record: &record, request: request, isCurrent: isCurrent)
            sightings.failed(outcomes)
            guard isCurrent() else { return await tell() }
            await assess(&next, changes: changes, outcomes: outcomes, desired: complete, record: record, live: live)
            try await settle(next, &record, request: request)
            backoff.reset()
        } catch let error as ClusterError where error.reason == .conflict {
            // Someone else wrote the inventory: what it says now decides.
            record = nil
            wakeAfter(.milliseconds(100))
        } catch is CancellationError {
            return
        } catch {
            // Who ends it knows why it ended.
            if Task.isCancelled { return }
            await failed("\(error)")
        }
    }

    /// The record in the cluster, or a new one for an application never seen.
    private func loadedRecord() async throws -> InventoryStore.Record {
        if let record { return record }
        if let loaded = try await environment.store.load(name) {
            record = loaded
            if let known = ApplicationStatus(loaded.status) { status = known }
            return loaded
        }
        return InventoryStore.Record(inventory: Inventory(application: name), key: FingerprintKey(random: environment.random))
    }

    /// What git says, rendered once per input.
    private func rendered(
        _ assignment: Assignment, record: InventoryStore.Record, resources: [APIResource], askedAt: Duration?
    ) async throws -> Desired {
        let digest = inputDigest(assignment.part, reads: desired?.reads ?? record.inventory.release.reads)
        // What is wrong with the layout depends on other files than the application's own: it is of this revision alone.
        let problems = assignment.problems.map { RenderProblem($0, isBlocking: true) }
        if var desired, desired.inputDigest == digest, desired.spec == assignment.part.spec, !hasNewKinds(assignment.part, resources, askedAt) {
            desired.revision = assignment.revision
            self.desired = desired
            desired.problems += problems
            return desired
        }
        let bytes = try await assignment.tree.read(assignment.part.filesToRead)
        var context = try await renderContext(
            assignment.part, release: record.inventory.release, isNew: record.inventory.release.inputDigest != digest, client: environment.client,
            resources: resources, now: environment.time.now)
        context.templates = environment.templates
        renderedFor = (Set(context.apiVersions ?? []), askedAt)
        var desired = render(assignment.part, bytes: bytes, revision: assignment.revision, context: context)
        let former = self.desired
        self.desired = desired
        // A chart that makes the same with the cluster's new kinds is no news.
        let isSame = former.map { $0.inputDigest == desired.inputDigest && $0.spec == desired.spec && $0.makesTheSame(as: desired) } ?? false
        desired.problems += problems
        guard !isSame else { return desired }
        environment.progress.report(.rendered(desired))
        retries = Retries()
        backoff.reset()
        appliedAt = nil
        begunAt = environment.time.elapsed
        return desired
    }

    /// Whether the cluster has kinds that it did not have when the chart was rendered, and all that it had: definitions of
    /// another application, which charts ask for. Where some are missing they may just not be heard of, and what a chart
    /// leaves out without them would be deleted.
    private func hasNewKinds(_ part: Layout.Part, _ resources: [APIResource], _ askedAt: Duration?) -> Bool {
        guard part.form == .chart, renderedFor.at != askedAt else { return false }
        // Where there are new ones, the render takes note: it may fail, and they are still to be rendered for then.
        guard !Set(apiVersions(resources)).isStrictSuperset(of: renderedFor.versions) else { return true }
        renderedFor.at = askedAt
        return false
    }

    /// A request of `martlet sync` that was not handled yet.
    private func request(in record: InventoryStore.Record) -> SyncRequest? {
        guard let text = record.annotations[SyncRequest.annotation]?.string, let request = SyncRequest(text),
            request.id != status.handledRequest
        else { return nil }
        return request
    }

    private func waitingFor(_ names: [String]) -> (name: String, message: String)? {
        for name in names {
            guard let other = statusOf(name) else { return (name, "waits for \"\(name)\", which is no application here") }
            if other.sync != .synced || other.health != .healthy { return (name, "waits for \"\(name)\" to be healthy") }
        }
        return nil
    }

    func planInput(
        _ desired: Desired, _ prepared: [Prepared], record: InventoryStore.Record, live: [ObjectKey: Live], source: String,
        request: SyncRequest?
    ) -> PlanInput {
        var input = PlanInput(
            desired: desired, prepared: prepared, inventory: record.inventory, fingerprint: record.key, source: source,
            live: { live[$0] ?? .unknown("not looked up") })
        input.allowsDeletions = environment.allowsDeletions || request?.allowsDeletions(at: desired.revision) == true
        // Told for as long as that revision is the one to agree to.
        if let request, request.allowsDeletions, !input.allowsDeletions { lapsed = (request.revision ?? "", desired.revision) }
        if let lapsed, lapsed.at == desired.revision, !input.allowsDeletions { input.agreedRevision = lapsed.agreed }
        let digests = ownedDigests
        let key = record.key
        input.ownedDigest = { object in
            digests.digest(of: object, by: key)
        }
        return input
    }

    /// Writes status and inventory when they changed, and tells who listens.
    func settle(_ next: ApplicationStatus, _ record: inout InventoryStore.Record, request: SyncRequest?) async throws {
        var next = next
        if let request { next.handledRequest = request.id }
        if next.sync != status.sync || next.health != status.health || next.changedAt == nil { next.changedAt = environment.time.now }
        let previous = status
        if assignment?.isRemoval == true, record.inventory.entries.isEmpty {
            // Git has forgotten it, and nothing of it is left.
            try await environment.store.remove(record)
            self.record = nil
            // It may have come back meanwhile.
            guard assignment?.isRemoval == true else { return status = ApplicationStatus(application: name) }
            assignment = nil
            await tell(isRemoved: true)
            // Should it come back, it begins anew.
            status = ApplicationStatus(application: name)
            return
        }
        // A version that was sent back is none to return to.
        if next.appliedRevision == next.revision, next.rollouts.isEmpty, let commit = desired?.revision.commit { record.inventory.appliedCommit = commit }
        record.status = next.value
        record = try await environment.store.save(record)
        self.record = record
        status = next
        if previous.rollouts != next.rollouts {
            let running = Set(next.rollouts.map(\.workload))
            let ended = previous.rollouts.map(\.workload).filter { !running.contains($0) }
            environment.progress.report(.rollouts(application: name, next.rollouts, ended: ended))
        }
        if previous != next {
            environment.progress.report(.status(next, previous: previous))
            if next.health == .healthy, next.sync == .synced, let begun = begunAt {
                begunAt = nil
                environment.progress.report(
                    .healthy(application: name, revision: desired?.revision ?? SourceRevision(reference: "", commit: ""),
                        duration: environment.time.elapsed - begun))
            }
        }
        await tell()
    }

    /// Something outside of the plan went wrong: the cluster or the source is away.
    private func failed(_ message: String) async {
        var next = status
        next.sync = .unknown
        next.message = message
        let previous = status
        status = next
        if previous != next { environment.progress.report(.status(next, previous: previous)) }
        wakeAfter(backoff.next(environment.random))
    }
}
