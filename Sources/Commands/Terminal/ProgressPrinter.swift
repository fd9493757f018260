import Basics
import Delivery
import Kubernetes

/// Tells a person at a terminal what the loop does, as it does it.
struct ProgressPrinter: Sendable {
    let terminal: Terminal

    var progress: Progress { Progress { event in self.show(event) } }

    private func show(_ event: ProgressEvent) {
        switch event {
        case .rendered, .observed, .applications, .notifications: break
        case .fetched(_, let revision, let subject, let author):
            let by = author.isEmpty ? "" : " (\(author))"
            say("commit", .cyan, "\(revision) \(subject)\(by)")
        case .sourceFailed(let source, let message): say("source", .red, "\(source): \(message)")
        case .planned(let application, let revision, let set): say("plan", .cyan, "\(application) at \(revision): \(set.summary)")
        case .outcome(_, let outcome): show(outcome)
        case .applied(let application, let revision, let count, let failures, let duration):
            let failed = failures > 0 ? ", \(failures) failed" : ""
            say("applied", failures > 0 ? .red : .green, "\(application) at \(revision): \(count == 1 ? "1 object" : "\(count) objects") in \(durationText(duration))\(failed)")
        case .healthy(let application, let revision, let duration):
            say("healthy", .green, "\(application) at \(revision), in \(durationText(duration))")
        case .hook(_, let key, let message): say("hook", .cyan, "\(key): \(message)")
        case .rollouts(_, let rollouts, let ended):
            for rollout in rollouts { say("rollout", rollout.isRejected ? .red : .cyan, "\(rollout.workload): \(rollout.summary)") }
            for workload in ended { say("rollout", .green, "\(workload): over") }
        case .status(let status, let previous): show(status, previous)
        }
    }

    private func show(_ outcome: Outcome) {
        let place = outcome.origin.map { "\($0): " } ?? ""
        switch outcome.result {
        case .failed(let failure): say("failed", .red, "\(place)\(outcome.key): \(failure)")
        case .superseded: break
        case .deleting: say("delete", .yellow, "\(outcome.key)")
        case .applied(_, let isCreated):
            let word = isCreated ? "create" : outcome.action == .correct ? "correct" : "update"
            say(word, outcome.action == .correct ? .yellow : .green, "\(outcome.key)")
        }
        for warning in outcome.warnings { say("warning", .yellow, "\(outcome.key): \(warning)") }
    }

    private func show(_ status: ApplicationStatus, _ previous: ApplicationStatus) {
        if status.health == .degraded, previous.health != .degraded || previous.message != status.message {
            say("unwell", .red, "\(status.application): \(status.message)")
        } else if status.sync == .failed || status.sync == .outOfSync || status.sync == .unknown, previous.message != status.message {
            say(status.sync == .failed ? "failed" : "waits", status.sync == .failed ? .red : .yellow, "\(status.application): \(status.message)")
        } else if status.health == .progressing, previous.health != .progressing {
            say("wait", .gray, "\(status.application): \(status.message)")
        }
    }

    func say(_ word: String, _ color: Terminal.Color, _ text: String) { terminal.line(line(word, color, text)) }

    /// The text is others', up to a commit's first line; the color is ours.
    func line(_ word: String, _ color: Terminal.Color, _ text: String) -> String {
        let padded = String(repeating: " ", count: max(0, 8 - word.count)) + word
        return "\(terminal.color(padded, color))  \(printableLines(text))"
    }
}
