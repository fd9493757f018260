import Basics
import Delivery
import Kubernetes
import Rollout

/// A rollout in the lines that a person reads.
enum RolloutText {
    /// What `martlet rollout status` prints.
    static func text(_ report: RolloutReport, now: Timestamp) -> String {
        guard let state = report.state else {
            return "\(report.workload): no rollout runs, \(report.ready) of \(report.pods) pods ready"
        }
        var lines = [line(report, now: now)]
        if let step = stepText(report) { lines.append(step) }
        lines.append(versions(report))
        if !state.evidence.isEmpty { lines.append(analysis(state)) }
        let reason = state.phase == .rejected || state.message.isEmpty ? state.reason : state.message
        if !reason.isEmpty { lines.append(reason) }
        if let next = nextText(report) { lines.append(next) }
        return printableLines(lines.joined(separator: "\n"))
    }

    /// One line, for whoever follows.
    static func line(_ report: RolloutReport, now: Timestamp) -> String {
        guard let state = report.state else { return "\(report.workload): no rollout runs" }
        var words = [report.spec?.strategy.rawValue, phaseText(state)].compactMap { $0 }
        if !state.revision.isEmpty { words.append("revision \(state.revision)") }
        let since = state.pausedAt ?? state.since
        words.append("since \(durationText(now.duration(since: since)))")
        return printableLines("\(report.workload): \(words.joined(separator: ", "))")
    }

    /// The phase, with the point of its list.
    static func phaseText(_ state: RolloutState) -> String {
        var text = state.phase.rawValue
        if let finishing = state.finishing { text += " (\(spaced(finishing.rawValue)))" }
        if let aborting = state.aborting { text += " (\(spaced(aborting.rawValue)))" }
        if state.pausedAt != nil { text = "paused in \(text)" }
        switch state.cause {
        case .failed: return text
        case .aborted: return "\(text), aborted by request"
        case .superseded: return "\(text), superseded by a newer commit"
        case .restored: return "\(text), restored by request"
        case nil: return text
        }
    }

    /// `trafficToNext` as `traffic to next`.
    private static func spaced(_ name: String) -> String {
        var text = ""
        for character in name { text += character.isUppercase ? " " + character.lowercased() : String(character) }
        return text
    }

    static func stepText(_ report: RolloutReport) -> String? {
        guard let state = report.state else { return nil }
        if let step = report.step, let spec = report.spec {
            return "step \(state.step &+ 1) of \(spec.steps.count): \(step.exposure.text), for \(durationText(step.duration)) at least"
        }
        switch state.phase {
        case .stepping, .verifying, .analysing, .gated:
            // The live object has no annotations of git's yet: what is in force is in the state.
            return "step \(state.step &+ 1)" + (state.exposure.map { ": \($0.text)" } ?? "")
        case .planned, .starting, .promoting, .aborting, .rejected: return nil
        }
    }

    private static func versions(_ report: RolloutReport) -> String {
        var table = Table("VERSION", "SET", "PODS", "READY", "ASKED")
        for arm in Arm.allCases {
            guard let version = report.versions[arm] else { continue }
            let name = version.set.isEmpty ? "(pod-template-hash \(version.hash))" : version.set
            table.add(arm.rawValue, name, String(version.pods), String(version.ready), share(report, arm))
        }
        return table.text
    }

    /// The share of requests that the step asks for.
    private static func share(_ report: RolloutReport, _ arm: Arm) -> String {
        switch report.step?.exposure ?? report.state?.exposure {
        case nil: "-"
        case .weight(let percent): "\(arm == .next ? percent : 100 &- percent)%"
        case .preview: arm == .next ? "preview" : "100%"
        case .matching: arm == .next ? "matching" : "others"
        case .mirror(let percent): arm == .next ? "\(percent)% copied" : "100%"
        }
    }

    private static func analysis(_ state: RolloutState) -> String {
        var table = Table("METRIC", "STABLE", "NEXT", "SO FAR")
        for (name, evidence) in state.evidence.sorted(by: { $0.key < $1.key }) {
            table.add(name, counts(evidence, .stable), counts(evidence, .next), word(evidence))
        }
        return table.text
    }

    private static func word(_ evidence: Evidence) -> String {
        switch RolloutReport.verdict(of: evidence) {
        case .pass: "well"
        case .fail: "worse"
        case .inconclusive, .unavailable: "undecided"
        case nil: "-"
        }
    }

    /// `12 of 3400 bad (0.35%)`, or the last value of what is no count.
    private static func counts(_ evidence: Evidence, _ arm: Arm) -> String {
        guard let requests = evidence.requests[arm], requests.isFinite, requests > 0 else {
            if arm == .next, let last = evidence.lastValue, last.isFinite { return decimal(last) }
            return "no requests yet"
        }
        let bad = evidence.bad[arm] ?? 0
        return "\(decimal(bad)) of \(decimal(requests)) bad (\(decimal(bad / requests * 100))%)"
    }

    /// Two digits behind the point at most.
    static func decimal(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
        let rounded = (number * 100).rounded() / 100
        return Int64(exactly: rounded).map(String.init) ?? String(rounded)
    }

    /// What may be asked for now.
    static func nextText(_ report: RolloutReport) -> String? {
        guard let state = report.state else { return nil }
        let words = report.possible.filter { $0 != .restore }.map { "martlet \($0.rawValue)" }
        guard !words.isEmpty else { return nil }
        let who =
            switch state.phase {
            case .gated: "it waits for a decision"
            case .rejected: "the same version is not tried again by itself"
            default: state.pausedAt == nil ? "whoever may patch the workload can" : "it waits until somebody goes on"
            }
        return "\(who): \(words.joined(separator: ", ")) \(report.workload)"
    }
}
