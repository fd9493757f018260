internal import Basics
package import Document

/// The state as it stands in the annotation: JSON under 4 KiB.
extension RolloutState {
    /// What an annotation should not exceed; all of an object's together have 256 KiB.
    package static let sizeLimit = 4096

    package var value: Value {
        var value: Value = [
            "id": .string(id), "phase": .string(phase.rawValue), "since": .int(since.milliseconds),
            "startedAt": .int(startedAt.milliseconds),
            "template": .string(template), "stable": .string(stableHash), "next": .string(candidateHash),
            "revision": .string(revision),
            "size": .int(Int64(size)), "step": .int(Int64(step)),
        ]
        if let finishing { value["finishing"] = .string(finishing.rawValue) }
        if let aborting { value["aborting"] = .string(aborting.rawValue) }
        if let cause { value["cause"] = .string(cause.rawValue) }
        if !commit.isEmpty { value["commit"] = .string(commit) }
        if !previousCommit.isEmpty { value["previous"] = .string(previousCommit) }
        if let exposed { value["exposed"] = .int(Int64(exposed)) }
        if retreats > 0 { value["retreats"] = .int(Int64(retreats)) }
        if let confirmedAt { value["confirmedAt"] = .int(confirmedAt.milliseconds) }
        if let originals { value["originals"] = originals }
        if let pausedAt { value["pausedAt"] = .int(pausedAt.milliseconds) }
        if !message.isEmpty { value["message"] = .string(String(message.prefix(Self.messageLimit))) }
        if !reason.isEmpty { value["reason"] = .string(String(reason.prefix(Self.messageLimit))) }
        if !handledRequest.isEmpty {
            value["handledRequest"] = .string(String(handledRequest.prefix(64)))
        }
        if !evidence.isEmpty {
            value["evidence"] = .mapping(
                Mapping(evidence.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }))
        }
        return value
    }

    private static let messageLimit = 500

    /// As the annotation's text; evidence is left out before the text gets too long, for it can be gathered again.
    package var text: String {
        let whole = JSON.text(value)
        guard whole.utf8.count > Self.sizeLimit else { return whole }
        var short = self
        short.evidence = [:]
        return JSON.text(short.value)
    }

    /// Nil for what is no state.
    package init?(_ value: Value) {
        guard let id = value["id"]?.string,
            let phase = value["phase"]?.string.flatMap(Phase.init(rawValue:)),
            let since = value["since"]?.int, let template = value["template"]?.string,
            let stable = value["stable"]?.string,
            let next = value["next"]?.string
        else { return nil }
        self.init(
            id: id, phase: phase, step: max(0, Int(clamping: value["step"]?.int ?? 0)),
            since: Timestamp(milliseconds: since),
            template: template, stableHash: stable, candidateHash: next,
            revision: value["revision"]?.string ?? "",
            size: max(0, Int(clamping: value["size"]?.int ?? 0)))
        startedAt = Timestamp(milliseconds: value["startedAt"]?.int ?? since)
        finishing = value["finishing"]?.string.flatMap(Finishing.init(rawValue:))
        aborting = value["aborting"]?.string.flatMap(Aborting.init(rawValue:))
        cause = value["cause"]?.string.flatMap(Cause.init(rawValue:))
        commit = value["commit"]?.string ?? ""
        previousCommit = value["previous"]?.string ?? ""
        exposed = value["exposed"]?.int.map { max(0, Int(clamping: $0)) }
        retreats = max(0, Int(clamping: value["retreats"]?.int ?? 0))
        confirmedAt = value["confirmedAt"]?.int.map { Timestamp(milliseconds: $0) }
        originals = value["originals"]
        pausedAt = value["pausedAt"]?.int.map { Timestamp(milliseconds: $0) }
        message = value["message"]?.string ?? ""
        reason = value["reason"]?.string ?? ""
        handledRequest = value["handledRequest"]?.string ?? ""
        for entry in value["evidence"]?.mapping ?? [:] { evidence[entry.key] = Evidence(entry.value) }
    }

    /// From the annotation's text.
    package init?(text: String) {
        guard let value = try? JSON.parse(text) else { return nil }
        self.init(value)
    }
}

extension Evidence {
    /// Six digits are more than a likelihood ratio is worth.
    private static func short(_ number: Double) -> Value {
        guard number.isFinite else { return .double(0) }
        let rounded = (number * 1000).rounded() / 1000
        return Int64(exactly: rounded).map(Value.int) ?? .double(rounded)
    }

    package var value: Value {
        var value: Value = [
            "a": .sequence(against.map(Self.short)), "f": .sequence(inFavor.map(Self.short)),
        ]
        for arm in Arm.allCases {
            if let count = requests[arm] { value["n-\(arm.rawValue)"] = Self.short(count) }
            if let count = bad[arm] { value["b-\(arm.rawValue)"] = Self.short(count) }
        }
        if let threshold, threshold.isFinite { value["threshold"] = .double(threshold) }
        if let last = lastValue, last.isFinite { value["value"] = .double(last) }
        return value
    }

    package init(_ value: Value) {
        self.init()
        against = (value["a"]?.sequence ?? []).compactMap(\.double)
        inFavor = (value["f"]?.sequence ?? []).compactMap(\.double)
        for arm in Arm.allCases {
            if let count = value["n-\(arm.rawValue)"]?.double { requests[arm] = count }
            if let count = value["b-\(arm.rawValue)"]?.double { bad[arm] = count }
        }
        threshold = value["threshold"]?.double
        lastValue = value["value"]?.double
    }
}
