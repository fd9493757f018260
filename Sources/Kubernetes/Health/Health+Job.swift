internal import Document

/// A Job: running is in progress, so that what comes after it waits.
func jobHealth(_ status: ObjectStatus) -> Health {
    if let failed = status.condition("Failed"), failed.isTrue { return .degraded(failed.text) }
    if let complete = status.condition("Complete"), complete.isTrue { return .healthy }
    if status.spec["suspend"]?.bool == true { return .suspended("the job is suspended") }
    let wanted = ObjectStatus.clamped(status.spec["completions"]) ?? 1
    var text = "\(status.count("succeeded")) of \(wanted) completed"
    if status.count("active") > 0 { text += ", \(status.count("active")) running" }
    if status.count("failed") > 0 { text += ", \(status.count("failed")) failed" }
    return .progressing(text)
}

/// A CronJob: nothing to wait for.
func cronJobHealth(_ status: ObjectStatus) -> Health {
    status.spec["suspend"]?.bool == true ? .suspended("the cron job is suspended") : .healthy
}
