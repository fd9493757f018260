package import Basics
internal import Document
package import Kubernetes

/// How far a pod's containers are.
package enum PodStage: Sendable, Hashable {
    case creating
    /// The image cannot be had; tried again for ever.
    case pullFailed
    case running(since: Timestamp, isReady: Bool)
    /// Failed, and waiting to run again.
    case backingOff(since: Timestamp, pause: Duration)
    /// At its end; `since` is when it ran, nil for a pod that ended while nobody looked.
    case finished(exitCode: Int, since: Timestamp)

    /// The stage a pod is in now.
    ///
    /// - Parameter moments: what is remembered of the pod; brought up to date.
    /// - Returns: the stage, and how long it lasts at most.
    package static func of(
        _ pod: Object, _ behavior: SimulatedBehavior, _ moments: inout PodClock.Moments, _ options: NodeOptions, now: Timestamp
    ) -> (stage: PodStage, lasts: Duration?) {
        if behavior.failsToPull {
            moments.ran = nil
            return (.pullFailed, nil)
        }
        let untilStart = options.startDelay - now.duration(since: moments.seen)
        if moments.ran == nil, untilStart > .zero { return (.creating, untilStart) }
        if let ended = moments.ended {
            let pause = restartPause(options.restartDelay, moments.restarts)
            let left = pause - now.duration(since: ended)
            if left > .zero { return (.backingOff(since: ended, pause: pause), left) }
            moments.ended = nil
            moments.ran = now
        }
        let since = moments.ran ?? now
        moments.ran = since
        let ran = now.duration(since: since)
        let life = behavior.runFor ?? (behavior.crashLoops ? options.runFor : nil)
        if let life, ran >= life {
            let policy = pod.string("spec", "restartPolicy") ?? "Always"
            if policy == "Never" || (policy == "OnFailure" && behavior.exitCode == 0) {
                return (.finished(exitCode: behavior.exitCode, since: since), nil)
            }
            moments.ended = now
            moments.restarts += 1
            let pause = restartPause(options.restartDelay, moments.restarts)
            return (.backingOff(since: now, pause: pause), pause)
        }
        let mayBeReady = !behavior.isNeverReady && !behavior.crashLoops
        let untilReady = mayBeReady ? behavior.readyAfter - ran : nil
        let isReady = untilReady.map { $0 <= .zero } ?? false
        let waits = [life.map { $0 - ran }, isReady ? nil : untilReady].compactMap { $0 }
        return (.running(since: since, isReady: isReady), waits.min())
    }

    /// Doubles with each restart, up to five minutes, as kubelets do.
    private static func restartPause(_ base: Duration, _ restarts: Int) -> Duration {
        var pause = base
        for _ in 1..<max(1, min(restarts, 16)) where pause < .seconds(300) { pause = pause * 2 }
        return min(pause, .seconds(300))
    }
}

extension PodClock.Moments {
    /// What the pod itself tells, for a node that has not seen it before.
    package init(from pod: Object, now: Timestamp) {
        self.init(seen: pod.time("status", "startTime") ?? now)
        let statuses = pod.sequence("status", "containerStatuses")
        restarts = pod.restartCount
        ran = statuses.compactMap { $0[path: "state", "running", "startedAt"]?.string.flatMap { Timestamp($0) } }.max()
        if ran == nil, restarts > 0 {
            ended = statuses.compactMap { $0[path: "lastState", "terminated", "finishedAt"]?.string.flatMap { Timestamp($0) } }.max()
        }
    }
}
