internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes

extension Reconciler {
    /// Makes the status of what was planned, done and seen.
    func assess(
        _ next: inout ApplicationStatus, changes: ChangeSet, outcomes: [Outcome], desired: Desired,
        record: InventoryStore.Record, live: [ObjectKey: Live]
    ) async {
        var problems = desired.problems.map { ApplicationStatus.Problem($0.error) }
        var hasFailed = !problems.isEmpty
        for outcome in outcomes {
            guard case .failed(let failure) = outcome.result else { continue }
            hasFailed = true
            problems.append(
                .init(place: outcome.origin?.description ?? "", object: outcome.key.description, message: failure.description))
        }
        var isWaiting = false
        var heldReasons: Set<String> = []
        for change in changes.changes where change.action == .hold || change.action == .drifted {
            isWaiting = true
            let reason = change.reason ?? "held"
            if changes.heldDeletions.contains(change.key) {
                // One sentence for all of them: they wait for one answer.
                guard heldReasons.insert(reason).inserted else { continue }
                problems.append(.init(message: reason))
            } else {
                problems.append(.init(place: change.prepared?.origin.description ?? "", object: change.key.description, message: reason))
            }
        }

        let assessment = await assessment(changes, outcomes: outcomes, desired: desired, live: live)
        next.problems = problems + assessment.problems
        next.objects = record.inventory.entries.count
        next.heldDeletions = changes.heldDeletions.map(\.description)
        let unfinished = changes.changes.contains { $0.action == .delete || $0.action == .rollOut } || outcomes.contains { if case .superseded = $0.result { true } else { false } }
        next.sync = hasFailed ? .failed : isWaiting ? .outOfSync : unfinished ? .syncing : .synced
        next.health = assessment.health
        if next.health == .healthy, changes.count(.rollOut) > 0 { next.health = .progressing }
        let isCutShort = outcomes.contains { if case .superseded = $0.result { true } else { false } }
        if !hasFailed, !isCutShort, changes.blocked.isEmpty, changes.count(.rollOut) == 0 { next.appliedRevision = desired.revision.description }
        if next.health == .progressing, !assessment.waiting.isEmpty {
            // Who applied it may have ended since: then its time begins with the first look that sees it on its way.
            let appliedAt = appliedAt ?? environment.time.elapsed
            self.appliedAt = appliedAt
            let left = desired.spec.healthTimeout - (environment.time.elapsed - appliedAt)
            if left > .zero {
                wakeAfter(left)
            } else {
                next.health = .degraded
                next.problems += assessment.waiting.prefix(10).map {
                    .init(message: "not healthy after \(durationText(desired.spec.healthTimeout)): \($0)")
                }
            }
        }
        next.message = message(next, assessment)
    }

    private func message(_ status: ApplicationStatus, _ assessment: Assessment) -> String {
        if let first = status.problems.first {
            let more = status.problems.count - 1
            let place = first.place.isEmpty ? "" : "\(first.place): "
            let object = first.object.isEmpty ? "" : "\(first.object): "
            return "\(place)\(object)\(first.message)" + (more > 0 ? " (and \(more) more)" : "")
        }
        if let rollout = status.rollouts.first { return "\(rollout.workload): \(rollout.summary)" }
        if let waiting = assessment.waiting.first {
            let more = assessment.waiting.count - 1
            return waiting + (more > 0 ? " (and \(more) more)" : "")
        }
        return status.sync == .synced ? (status.objects == 1 ? "1 object" : "\(status.objects) objects") : ""
    }

    private func assessment(
        _ changes: ChangeSet, outcomes: [Outcome], desired: Desired, live: [ObjectKey: Live]
    ) async -> Assessment {
        var assessment = Assessment()
        var latest: [ObjectKey: Object] = [:]
        for outcome in outcomes {
            if case .applied(let object, _) = outcome.result { latest[outcome.key] = object }
        }
        let now = environment.time.now
        for change in changes.changes {
            // What a rollout is about has deadlines of its own.
            guard let prepared = change.prepared, change.action != .rollOut else { continue }
            var object: Object?
            if case .present(let seen)? = live[change.key] { object = seen }
            if let newer = latest[change.key] { object = newer }
            guard let object else {
                // An object that could not be made is a failure already told.
                if change.action != .create { assessment.add(change.key, origin: prepared.origin, health: .missing, reasons: []) }
                continue
            }
            let health = health(of: object, now: now)
            var reasons: [String] = []
            if health != .healthy, hasPods(change.key.groupKind) { reasons = await podReasons(object.uid, now: now) }
            // A pod that cannot start makes its workload unwell long before its deadline says so.
            assessment.add(change.key, origin: prepared.origin, health: health, reasons: reasons)
        }
        return assessment
    }

    /// Why the pods below a workload are not well, each reason once.
    func podReasons(_ uid: String, now: Timestamp) async -> [String] {
        var reasons: [String] = []
        var owners = [uid]
        for _ in 0..<2 {
            var below: [String] = []
            for owner in owners {
                for object in await environment.cache.owned(by: owner) {
                    if object.kind == "Pod" {
                        switch health(of: object, now: now) {
                        case .degraded(let text), .unknown(let text):
                            let reason = "pod \(object.name): \(text)"
                            if !reasons.contains(reason), reasons.count < 3 { reasons.append(reason) }
                        case .progressing(let text):
                            let reason = "pod \(object.name): \(text)"
                            if !reasons.contains(reason), reasons.count < 3 { reasons.append(reason) }
                        case .healthy, .suspended, .missing: break
                        }
                    } else {
                        below.append(object.uid)
                    }
                }
            }
            owners = below
        }
        return reasons
    }
}
