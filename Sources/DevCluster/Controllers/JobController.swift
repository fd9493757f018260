internal import Basics
internal import Document
package import Kubernetes

/// Runs a Job's pods to their end (`pkg/controller/job`).
package struct JobController: Controller {
    package let name = "job-controller"
    package let kind = GroupKind.job
    package let watches: [GroupKind] = [.pod]

    /// The first pause after a failed pod; doubles up to six minutes.
    private let backoff: Duration

    package init(backoff: Duration = .seconds(10)) { self.backoff = backoff }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let job = situation.observed.object(key), !job.isBeingDeleted else { return .nothing }
        var pass = JobPass(job, pods: situation.observed.owned(by: job.uid, .pod), now: situation.now, backoff: backoff)
        pass.run()
        return pass.decision
    }
}

/// One look at a Job.
private struct JobPass {
    let job: Object
    let now: Timestamp
    let backoff: Duration
    let parallelism: Int
    /// Nil: a work queue, done when one pod succeeds and the rest have ended.
    let completions: Int?
    let isIndexed: Bool
    var active: [Object]
    let succeededPods: [Object]
    let failedPods: [Object]
    var conditions: Conditions
    var requests: [Action] = []
    var events: [Action] = []
    var startTime: Timestamp?
    var completionTime: Timestamp?
    var again: Duration?

    init(_ job: Object, pods: [Object], now: Timestamp, backoff: Duration) {
        self.job = job
        self.now = now
        self.backoff = backoff
        isIndexed = job.string("spec", "completionMode") == "Indexed"
        parallelism = max(0, job.int("spec", "parallelism") ?? 1)
        let asked = job.int("spec", "completions")
        completions = asked ?? (job.int("spec", "parallelism") == nil ? 1 : nil)
        active = pods.filter(\.isActivePod)
        succeededPods = pods.filter { $0.phase == "Succeeded" }
        // A pod that was told to go before it ended has failed.
        failedPods = pods.filter { $0.phase == "Failed" || ($0.isBeingDeleted && $0.phase != "Succeeded") }
        conditions = Conditions(of: job)
        startTime = job.time("status", "startTime")
        completionTime = job.time("status", "completionTime")
    }

    /// Pods that were seen to end count even when someone has deleted them since.
    private var succeeded: Int {
        isIndexed ? max(indexes(succeededPods).count, counted("succeeded")) : max(succeededPods.count, counted("succeeded"))
    }
    private var failed: Int { max(failedPods.count, counted("failed")) }
    private func counted(_ field: String) -> Int { max(0, job.int("status", field) ?? 0) }

    private func indexes(_ pods: [Object]) -> Set<Int> {
        Set(pods.compactMap { $0.annotation(completionIndex).flatMap { Int32($0) }.map { Int($0) } })
    }

    mutating func run() {
        if conditions.isTrue("Complete") || conditions.isTrue("Failed") { return expire() }
        if job.bool("spec", "suspend") { return suspend() }
        if startTime == nil || conditions.isTrue("Suspended") { startTime = now }
        if conditions.isTrue("Suspended") {
            conditions.set(Condition("Suspended", false, reason: "JobResumed", message: "Job resumed"), now: now)
            tell("Resumed", "Job resumed")
        }
        if let failure = failureReason {
            end("Failed", failure.reason, failure.message)
            return
        }
        if isFinished {
            completionTime = now
            end("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
            return
        }
        manage()
        if let deadline = job.int("spec", "activeDeadlineSeconds"), let startTime {
            lookAgain(max(.zero, .seconds(deadline) - now.duration(since: startTime)))
        }
    }

    private var isFinished: Bool {
        if let completions { return succeeded >= completions }
        return succeeded > 0 && active.isEmpty
    }

    private var failureReason: (reason: String, message: String)? {
        if let deadline = job.int("spec", "activeDeadlineSeconds"), let startTime,
            now.duration(since: startTime) >= .seconds(deadline)
        {
            return ("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        let limit = max(0, job.int("spec", "backoffLimit") ?? 6)
        let restarts = active.reduce(0) { $0 + $1.restartCount }
        let restartsCount = job.string("spec", "template", "spec", "restartPolicy") == "OnFailure"
        let tooMany = failed > limit || (restartsCount && (limit == 0 ? restarts > 0 : restarts >= limit))
        return tooMany ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit") : nil
    }

    private mutating func manage() {
        let missing = max(0, (completions ?? Int(Int32.max)) - succeeded)
        // A work queue that has one success takes no new pods.
        let wanted = completions == nil && succeeded > 0 ? min(active.count, parallelism) : min(parallelism, missing)
        if active.count > wanted {
            for pod in deletionOrder(active).prefix(active.count - wanted) { remove(pod) }
            return
        }
        let count = min(wanted - active.count, 500)
        guard count > 0 else { return }
        if let wait = untilNextTry {
            lookAgain(wait)
            return
        }
        guard let template = Object(podOf: job) else { return }
        let taken = indexes(active).union(indexes(succeededPods))
        var free = (0..<(completions ?? 0)).lazy.filter { !taken.contains($0) }.makeIterator()
        for _ in 0..<count {
            var pod = template
            var labels = pod.labels
            for prefix in ["", "batch.kubernetes.io/"] {
                labels["\(prefix)job-name"] = .string(job.name)
                labels["\(prefix)controller-uid"] = .string(job.uid)
            }
            pod.labels = labels
            if isIndexed {
                guard let index = free.next() else { break }
                var annotations = pod.annotations
                annotations[completionIndex] = .string(String(index))
                pod.annotations = annotations
                pod.value[path: "metadata", "generateName"] = .string("\(job.name)-\(index)-")
                pod.value[path: "spec", "hostname"] = .string("\(job.name)-\(index)")
                pod.nameInEnvironment(of: index)
            }
            requests.append(.create(pod))
        }
    }

    /// How long new pods wait after failures: ten seconds, doubled by each further one.
    private var untilNextTry: Duration? {
        guard failed > 0, let last = failedPods.compactMap(\.finishedAt).max() else { return nil }
        var pause = backoff
        for _ in 1..<max(1, min(failed, 16)) where pause < .seconds(360) { pause = pause * 2 }
        let left = min(pause, .seconds(360)) - now.duration(since: last)
        return left > .zero ? left : nil
    }

    private mutating func suspend() {
        for pod in active { remove(pod) }
        active = []
        startTime = nil
        if !conditions.isTrue("Suspended") {
            conditions.set(Condition("Suspended", true, reason: "JobSuspended", message: "Job suspended"), now: now)
            tell("Suspended", "Job suspended")
        }
    }

    private mutating func end(_ type: String, _ reason: String, _ message: String) {
        conditions.set(Condition(type, true, reason: reason, message: message), now: now)
        for pod in active { remove(pod) }
        active = []
        if type == "Complete" { tell("Completed", "Job completed") } else { tell(reason, message, .warning) }
    }

    /// `ttlSecondsAfterFinished`.
    private mutating func expire() {
        for pod in active { remove(pod) }
        active = []
        guard let life = job.int("spec", "ttlSecondsAfterFinished") else { return }
        let end = ["Complete", "Failed"].compactMap { type in
            conditions.isTrue(type) ? conditions.time(type, "lastTransitionTime") : nil
        }.first
        guard let end else { return }
        let left = .seconds(max(0, life)) - now.duration(since: end)
        if left <= .zero { requests.append(.delete(job.key, uid: job.uid)) } else { lookAgain(left) }
    }

    private mutating func remove(_ pod: Object) { requests.append(.delete(pod.key, uid: pod.uid)) }
    private mutating func lookAgain(_ delay: Duration) { again = min(again ?? delay, delay) }
    private mutating func tell(_ reason: String, _ message: String, _ severity: EventRecord.Severity = .normal) {
        events.append(.event(EventRecord(severity, reason, message, on: job)))
    }

    var decision: Decision {
        var status = StatusFields()
        status.count("active", active.count)
        status.count("ready", active.filter(\.isReadyPod).count, always: true)
        status.count("succeeded", succeeded)
        status.count("failed", failed)
        if isIndexed { status.set("completedIndexes", ranges(indexes(succeededPods))) }
        status.set("startTime", startTime?.description)
        status.set("completionTime", completionTime?.description)
        status.set("conditions", conditions.value)
        return Decision([status.update(job)].compactMap { $0 } + requests + events, again: again)
    }
}

private let completionIndex = "batch.kubernetes.io/job-completion-index"

/// `0-2,5`: as `status.completedIndexes` is written; nil for none.
private func ranges(_ indexes: Set<Int>) -> String? {
    var runs: [(first: Int, last: Int)] = []
    for index in indexes.sorted() {
        if let last = runs.last, last.last + 1 == index { runs[runs.count - 1].last = index } else { runs.append((index, index)) }
    }
    return runs.isEmpty ? nil : runs.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: ",")
}

extension Object {
    /// When a pod's last container ended, or it was told to go.
    fileprivate var finishedAt: Timestamp? {
        let ends = sequence("status", "containerStatuses").compactMap { status in
            status[path: "state", "terminated", "finishedAt"]?.string.flatMap { Timestamp($0) }
        }
        return ends.max() ?? time("metadata", "deletionTimestamp") ?? Conditions(of: self).time("Ready", "lastTransitionTime")
    }

    /// Gives every container `JOB_COMPLETION_INDEX`.
    fileprivate mutating func nameInEnvironment(of index: Int) {
        let variable: Value = ["name": "JOB_COMPLETION_INDEX", "value": .string(String(index))]
        value[path: "spec", "containers"] = .sequence(
            sequence("spec", "containers").map { container in
                var copy = container
                let others = (copy["env"]?.sequence ?? []).filter { $0["name"]?.string != "JOB_COMPLETION_INDEX" }
                copy["env"] = .sequence(others + [variable])
                return copy
            })
    }
}
