internal import Basics
internal import Kubernetes
internal import Rollout

/// What a rollout's last look at the metrics said, until the next is due.
struct LastLook {
    var at: Duration
    var report: MetricReport
}

extension Reconciler {
    /// Asks the metrics server where the candidate has traffic, as often as a tick.
    func measure(_ subject: RolloutSubject, _ state: RolloutState, _ seen: inout RolloutObservation) async {
        guard let spec = subject.spec, !spec.metrics.isEmpty, state.exposed != nil, state.aborting == nil else {
            if lastLooks.removeValue(forKey: state.id) != nil { await environment.analysis?.watch.forget(rollout: state.id) }
            return
        }
        guard let analysis = environment.analysis else {
            for metric in spec.metrics { seen.verdicts[metric] = .unavailable }
            return
        }
        let now = environment.time.elapsed
        if let last = lastLooks[state.id], now - last.at < environment.rolloutTimes.tick {
            // Its evidence too: the write that was to keep it may have failed.
            (seen.verdicts, seen.findings, seen.evidence) = (last.report.verdicts, last.report.findings, last.report.evidence)
            return
        }
        guard
            let definitions = try? metricDefinitions(
                named: spec.metrics, documents: assignment?.part.spec.metrics ?? [], workload: subject.key)
        else { return }
        let report = await analysis.watch.tick(
            rollout: state.id, metrics: definitions, arms: await arms(subject, state), evidence: state.evidence)
        lastLooks[state.id] = LastLook(at: now, report: report)
        (seen.verdicts, seen.findings, seen.evidence) = (report.verdicts, report.findings, report.evidence)
    }

    private func arms(_ subject: RolloutSubject, _ state: RolloutState) async -> [Arm: ArmIdentity] {
        var arms: [Arm: ArmIdentity] = [:]
        for (arm, hash) in [(Arm.stable, state.stableHash), (.next, state.candidateHash)] {
            var services = subject.traffic.mode == .replicas ? [] : subject.traffic.services.map { armServiceName($0.name, arm) }
            // What comes by the user's own Service comes to the version that it is pinned to: under ingress-nginx all of it.
            if subject.overlay.pin == hash { services += subject.traffic.services.map(\.name) }
            var clusters: [String] = []
            for route in subject.traffic.routes where route.kind == "HTTPRoute" {
                if let live = await liveObject(route) { clusters += envoyClusters(live, leadingTo: Set(services)) }
            }
            arms[arm] = ArmIdentity(
                namespace: subject.key.namespace, workload: subject.key.name, hash: hash,
                pods: subject.view.pods(hash, olderThan: ArmIdentity.youngest, now: environment.time.now), services: services, clusters: clusters)
        }
        return arms
    }

    /// Whether the revert that `on-failure: revert` asks for is made.
    func revertProgress(_ subject: RolloutSubject, _ state: RolloutState) async -> RolloutObservation.RevertProgress {
        guard state.aborting == .commitBack, subject.spec?.onFailure == .revert else { return .none }
        guard let revert = environment.revert else { return .impossible("nothing is committed here: only a branch takes commits") }
        if let known = reverts[state.id] { return known }
        if let retry = revertRetries[state.id], environment.time.elapsed < retry.notBefore { return .delayed(retry.why) }
        let release = RejectedRelease(application: name, workload: subject.key, revision: state.revision, commit: state.commit, previousCommit: state.previousCommit,
            reason: state.reason)
        do {
            let commit = try await revert(release)
            reverts[state.id] = .done(commit)
        } catch {
            // A git server that is away comes back; but a rollout does not wait for it for ever.
            if (error as? any PassingError)?.isTemporary == true, clock.now.duration(since: state.since) < RevertRetry.patience {
                var retry = revertRetries[state.id] ?? RevertRetry()
                let pause = retry.backoff.next(environment.random)
                (retry.notBefore, retry.why) = (environment.time.elapsed + pause, "\(error)")
                revertRetries[state.id] = retry
                wakeAfter(pause)
                return .delayed(retry.why)
            }
            reverts[state.id] = .impossible("the commit was not reverted: \(error)")
        }
        return reverts[state.id] ?? .none
    }
}

/// A revert that could not be made just now. Only in memory: after a restart the first try is made at once.
struct RevertRetry {
    var backoff = Backoff(base: .seconds(5), limit: .seconds(300))
    var notBefore = Duration.zero
    var why = ""

    static let patience = Duration.seconds(3600)
}
