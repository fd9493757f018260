internal import Basics
internal import Kubernetes

/// What failed, and when it is tried again: a wake-up for another reason does not repeat it. A value, so that time and
/// chance come from outside.
struct Retries: Sendable {
    private struct Failure {
        var digest: String
        var failure: ApplyFailure
        var origin: Origin?
        var notBefore: Duration
    }

    /// Each moment's hooks have a pause of their own: what is applied between two of them says nothing of them.
    private struct HookFailure {
        var inputDigest: String
        var outcome: Outcome
        var notBefore: Duration
        var backoff = Backoff(base: .seconds(1), limit: .seconds(300))
    }

    /// What only a person can mend is tried again too, for the cluster may have changed around it.
    static let patience = Duration.seconds(300)

    private var failures: [ObjectKey: Failure] = [:]
    private var hooks: [DesiredHook.Moment: HookFailure] = [:]
    private var backoff = Backoff(base: .seconds(1), limit: .seconds(120))

    /// Takes out of a plan what failed a moment ago for a reason that has not changed.
    ///
    /// - Returns: What to write now, the failures that still stand, and when the first of them is due.
    mutating func sortedByDue(_ changes: ChangeSet, at now: Duration) -> (due: ChangeSet, waiting: [Outcome], wait: Duration?) {
        guard !failures.isEmpty else { return (changes, [], nil) }
        var due = changes
        var waiting: [Outcome] = []
        var wait: Duration?
        var standing: [ObjectKey: Failure] = [:]
        due.changes.removeAll { change in
            guard let failure = failures[change.key], let prepared = change.prepared, change.action != .keep,
                failure.digest == prepared.digest
            else { return false }
            standing[change.key] = failure
            guard failure.notBefore > now else { return false }
            var outcome = Outcome(change, .failed(failure.failure))
            outcome.origin = failure.origin
            waiting.append(outcome)
            wait = min(wait ?? failure.notBefore - now, failure.notBefore - now)
            return true
        }
        // What is not asked for any more, or is as it should be, has failed no longer.
        failures = standing
        return (due, waiting, wait)
    }

    /// Takes note of all that one look has tried: however many objects fail for a passing reason, it is one failure.
    ///
    /// - Parameter digests: of the objects that were written.
    /// - Returns: When to try again; nil where nothing failed.
    mutating func tried(_ outcomes: [Outcome], digests: [ObjectKey: String], at now: Duration, _ random: RandomSource) -> Duration? {
        var pause: Duration?
        var soonest: Duration?
        for outcome in outcomes {
            switch outcome.result {
            case .applied: failures[outcome.key] = nil
            case .deleting, .superseded: break
            case .failed(let failure):
                var wait = Self.patience
                if failure.isTransient {
                    wait = pause ?? backoff.next(random)
                    pause = wait
                }
                soonest = min(soonest ?? wait, wait)
                guard let digest = digests[outcome.key] else { continue }
                failures[outcome.key] = Failure(digest: digest, failure: failure, origin: outcome.origin, notBefore: now + wait)
            }
        }
        if pause == nil, !failures.values.contains(where: \.failure.isTransient) { backoff.reset() }
        return soonest
    }

    // MARK: hooks

    /// The failure of a moment's hooks that still stands for this input, and for how long.
    func hookFailure(_ moment: DesiredHook.Moment, _ inputDigest: String, at now: Duration) -> (outcome: Outcome, wait: Duration)? {
        guard let failure = hooks[moment], failure.inputDigest == inputDigest, failure.notBefore > now else { return nil }
        return (failure.outcome, failure.notBefore - now)
    }

    /// - Returns: When to try again.
    mutating func hookFailed(
        _ moment: DesiredHook.Moment, _ inputDigest: String, _ outcome: Outcome, at now: Duration, _ random: RandomSource
    ) -> Duration {
        var failure = HookFailure(inputDigest: inputDigest, outcome: outcome, notBefore: now)
        if let before = hooks[moment], before.inputDigest == inputDigest { failure.backoff = before.backoff }
        let wait = failure.backoff.next(random)
        failure.notBefore = now + wait
        hooks[moment] = failure
        return wait
    }

    mutating func hookSucceeded(_ moment: DesiredHook.Moment) { hooks[moment] = nil }
}
