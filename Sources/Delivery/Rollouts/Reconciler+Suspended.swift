internal import Cluster
internal import Kubernetes

extension Reconciler {
    /// A suspended application takes no new commit and corrects nothing. But a rollout under way goes on, by the last
    /// commit that was taken: frozen half way, a version that turns out bad would stay in front of users.
    func goOnSuspended(
        _ desired: Desired, _ next: inout ApplicationStatus, _ record: inout InventoryStore.Record, resources: [APIResource],
        isCurrent: @escaping @Sendable () -> Bool
    ) async throws {
        guard let assignment else { return }
        let lookup: ResourceLookup = { gvk in resources.first { $0.gvk == gvk } }
        // After a restart the last commit is not known: then the suspended one says what the rollout's Services and routes
        // are, and a version that it no longer has goes back.
        var (known, prepared) = lastGood ?? (desired, prepare(desired, resources: lookup, digest: record.key).prepared)
        (known.spec.isSuspended, known.spec.prunes, known.hooks) = (true, false, [])
        known.inputDigest = record.inventory.release.inputDigest
        let unfollowed = await follow(prepared, inventory: record.inventory, resources: resources)
        sightings.unfollowed = unfollowed
        let rollouts = await rollOut(
            prepared, desired: known, record: record, resources: lookup, unfollowed: unfollowed, isCurrent: isCurrent)
        next.rollouts = rollouts.statuses
        if rollouts.hold != nil { wakeAfter(.seconds(5)) }
        guard let first = rollouts.statuses.first(where: { !$0.isRejected }) else { return }
        next.message += "; its rollout goes on: \(first.workload): \(first.summary)"
        if let hold = rollouts.hold ?? rollouts.problems.first?.error.description {
            next.message += "; \(hold)"
            return wakeAfter(.seconds(5))
        }
        let live = await lookUp(rollouts.prepared, inventory: record.inventory, unfollowed: unfollowed)
        guard isCurrent() else { return }
        var input = planInput(known, rollouts.prepared, record: record, live: live, source: assignment.source, request: nil)
        (input.held, input.companions) = (rollouts.held, Set(rollouts.companions.keys))
        var changes = plan(input)
        // Nothing else of the application is touched; without pruning, only arms are ever deleted.
        changes.changes.removeAll { rollouts.companions[$0.key] == nil && $0.action != .delete }
        (changes.heldDeletions, changes.blocked) = ([], [])
        let outcomes = try await carryOut(
            changes, first: rollouts.companions, before: live, desired: known, record: &record, request: nil, isCurrent: isCurrent)
        sightings.failed(outcomes)
    }
}
