internal import Basics
internal import Document
package import Kubernetes

/// Makes a CronJob's Jobs when their time has come (`pkg/controller/cronjob`, version 2).
package struct CronJobController: Controller {
    package let name = "cronjob-controller"
    package let kind = GroupKind.cronJob
    package let watches: [GroupKind] = [.job]

    package init() {}

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let cron = situation.observed.object(key), !cron.isBeingDeleted else { return .nothing }
        let now = situation.now
        let jobs = situation.observed.owned(by: cron.uid, .job)
        let active = jobs.filter { !$0.isFinishedJob }
        var decision = Decision(overHistory(cron, jobs))
        var lastSchedule = cron.time("status", "lastScheduleTime")
        var started: [Object] = []
        if !cron.bool("spec", "suspend") {
            let text = cron.string("spec", "schedule") ?? ""
            guard let schedule = CronSchedule(text) else {
                return Decision([.event(EventRecord(.warning, "UnparseableSchedule", "unparseable schedule: \"\(text)\"", on: cron))])
            }
            let zone = cron.string("spec", "timeZone") ?? "UTC"
            guard ["UTC", "Etc/UTC", ""].contains(zone) else {
                return Decision([.event(EventRecord(.warning, "UnknownTimeZone", "invalid timeZone: \"\(zone)\"", on: cron))])
            }
            let deadline = cron.int("spec", "startingDeadlineSeconds")
            if let due = lastDue(schedule, after: lastSchedule ?? cron.created, now: now) {
                let inTime = deadline.map { now.duration(since: due) <= .seconds($0) } ?? true
                let policy = cron.string("spec", "concurrencyPolicy") ?? "Allow"
                if inTime, policy != "Forbid" || active.isEmpty, let job = job(of: cron, at: due) {
                    if policy == "Replace" { decision.actions += active.map { .delete($0.key, uid: $0.uid) } }
                    if situation.observed.object(job.key) == nil {
                        decision.actions.append(.create(job))
                        decision.actions.append(.event(EventRecord(.normal, "SuccessfulCreate", "Created job \(job.name)", on: cron)))
                    }
                    started.append(job)
                    lastSchedule = due
                }
            }
            if let next = schedule.next(after: now) { decision.again = next.duration(since: now) }
        }
        var status = StatusFields()
        let running = active.map { job -> Value in
            [
                "apiVersion": .string(job.apiVersion), "kind": "Job", "name": .string(job.name),
                "namespace": .string(job.namespace), "uid": .string(job.uid), "resourceVersion": .string(job.resourceVersion),
            ]
        }
        status.set("active", running.isEmpty ? nil : .sequence(running))
        status.set("lastScheduleTime", lastSchedule?.description)
        let success = jobs.filter { Conditions(of: $0).isTrue("Complete") }.compactMap { $0.time("status", "completionTime") }.max()
        status.set("lastSuccessfulTime", [success, cron.time("status", "lastSuccessfulTime")].compactMap { $0 }.max()?.description)
        if let update = status.update(cron) { decision.actions.append(update) }
        return decision
    }

    /// The latest moment that has come since `start`; more than a hundred missed ones count as the last.
    private func lastDue(_ schedule: CronSchedule, after start: Timestamp, now: Timestamp) -> Timestamp? {
        var from = start
        var due: Timestamp?
        for step in 0..<200 {
            guard let next = schedule.next(after: from), next <= now else { break }
            due = next
            // A long gap is halved instead of walked.
            from = step > 100 ? max(next, Timestamp(milliseconds: next.milliseconds &+ (now.milliseconds &- next.milliseconds) / 2)) : next
        }
        return due
    }

    private func job(of cron: Object, at due: Timestamp) -> Object? {
        let template = cron.value[path: "spec", "jobTemplate"] ?? [:]
        var annotations = template[path: "metadata", "annotations"]?.mapping ?? [:]
        annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = .string(due.description)
        let value: Value = [
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": [
                "name": .string("\(cron.name)-\(due.milliseconds / 60_000)"), "namespace": .string(cron.namespace),
                "labels": template[path: "metadata", "labels"] ?? [:], "annotations": .mapping(annotations),
                "ownerReferences": [cron.asController],
            ],
            "spec": template["spec"] ?? [:],
        ]
        return Object(value)
    }

    private func overHistory(_ cron: Object, _ jobs: [Object]) -> [Action] {
        var actions: [Action] = []
        for (type, field, usual) in [("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1)] {
            let limit = max(0, cron.int("spec", field) ?? usual)
            let ended = jobs.filter { Conditions(of: $0).isTrue(type) && !$0.isBeingDeleted }.sorted(by: Object.isOlder)
            actions += ended.prefix(max(0, ended.count - limit)).map { .delete($0.key, uid: $0.uid) }
        }
        return actions
    }
}

extension Object {
    fileprivate var isFinishedJob: Bool {
        let conditions = Conditions(of: self)
        return conditions.isTrue("Complete") || conditions.isTrue("Failed")
    }
}
