import Automation
import Basics
import Delivery
import Kubernetes
import Logging

/// The loop's progress as log lines.
struct ProgressLog: Sendable {
    let logger: Logger

    func note(_ event: ProgressEvent) {
        switch event {
        case .rendered, .observed, .applications, .notifications: break
        case .fetched(_, let revision, let subject, let author):
            logger.info("new revision", metadata: ["revision": "\(revision)", "subject": "\(printable(subject))", "author": "\(printable(author))"])
        case .sourceFailed: break  // The watcher logs it itself.
        case .planned(let application, let revision, let set):
            logger.info("plan", metadata: ["application": "\(application)", "revision": "\(revision)", "plan": "\(set.summary)"])
        case .outcome(let application, let outcome): note(outcome, application)
        case .applied(let application, let revision, let count, let failures, let duration):
            logger.info(
                "applied",
                metadata: [
                    "application": "\(application)", "revision": "\(revision)", "objects": "\(count)", "failures": "\(failures)",
                    "took": "\(durationText(duration))",
                ])
        case .healthy(let application, let revision, let duration):
            logger.info("healthy", metadata: ["application": "\(application)", "revision": "\(revision)", "took": "\(durationText(duration))"])
        case .hook(let application, let key, let message):
            logger.info("\(printable(message))", metadata: ["application": "\(application)", "object": "\(key)"])
        case .rollouts: break  // Each step is logged where it is taken.
        case .status(let status, let previous):
            guard status.sync != previous.sync || status.health != previous.health || status.message != previous.message else { return }
            let isWell = status.sync == .synced && status.health != .degraded
            logger.log(
                level: isWell ? .info : .warning, "status",
                metadata: [
                    "application": "\(status.application)", "sync": "\(status.sync.rawValue)", "health": "\(status.health.rawValue)",
                    "message": "\(printable(status.message))",
                ])
        }
    }

    private func note(_ outcome: Outcome, _ application: String) {
        var metadata: Logger.Metadata = ["application": "\(application)", "object": "\(outcome.key)"]
        if let origin = outcome.origin { metadata["origin"] = "\(origin)" }
        for warning in outcome.warnings { logger.warning("the server warns: \(printable(warning))", metadata: metadata) }
        switch outcome.result {
        case .applied(_, let isCreated):
            logger.info(isCreated ? "created" : outcome.action == .correct ? "corrected" : "updated", metadata: metadata)
        case .deleting: logger.info("deleted", metadata: metadata)
        case .failed(let failure): logger.error("failed: \(printable("\(failure)"))", metadata: metadata)
        case .superseded: break
        }
    }
}
