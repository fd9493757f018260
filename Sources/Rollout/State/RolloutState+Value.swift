internal import Basics
package import Document
internal import Kubernetes

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
        if let exposure { value["exposure"] = .string(exposure.stateText) }
        if !matches.isEmpty { value["matches"] = .sequence(matches.map(\.stateValue)) }
        if let gitReplicas { value["gitReplicas"] = .int(Int64(gitReplicas)) }
        if let mode { value["mode"] = .string(mode.rawValue) }
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
            value["evidence"] = .mapping(Mapping(evidence.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }))
        }
        return value
    }

    private static let messageLimit = 500

    /// As the annotation's text; evidence is left out before the text gets too long, for it can be gathered again.
    package var text: String {
        let whole = JSON.text(value)
        guard whole.utf8.count > Self.sizeLimit else { return whole }
        var short = self
        (short.message, short.reason) = (String(message.prefix(60)), String(reason.prefix(200)))
        let shorter = JSON.text(short.value)
        guard shorter.utf8.count > Self.sizeLimit else { return shorter }
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
            id: id, phase: phase, step: Self.count(value["step"], upTo: 1000) ?? 0,
            since: Timestamp(milliseconds: since),
            template: template, stableHash: stable, candidateHash: next,
            revision: value["revision"]?.string ?? "",
            size: Self.count(value["size"], upTo: 1_000_000) ?? 0)
        startedAt = Timestamp(milliseconds: value["startedAt"]?.int ?? since)
        finishing = value["finishing"]?.string.flatMap(Finishing.init(rawValue:))
        aborting = value["aborting"]?.string.flatMap(Aborting.init(rawValue:))
        cause = value["cause"]?.string.flatMap(Cause.init(rawValue:))
        commit = value["commit"]?.string ?? ""
        previousCommit = value["previous"]?.string ?? ""
        exposed = Self.count(value["exposed"], upTo: 1000)
        exposure = value["exposure"]?.string.flatMap { Exposure(stateText: $0) }
        matches = (value["matches"]?.sequence ?? []).compactMap { RequestMatch(stateValue: $0) }
        gitReplicas = Self.count(value["gitReplicas"], upTo: 1_000_000)
        mode = value["mode"]?.string.flatMap(RolloutTraffic.Mode.init(rawValue:))
        retreats = Self.count(value["retreats"], upTo: 1000) ?? 0
        confirmedAt = value["confirmedAt"]?.int.map { Timestamp(milliseconds: $0) }
        originals = value["originals"]
        pausedAt = value["pausedAt"]?.int.map { Timestamp(milliseconds: $0) }
        message = value["message"]?.string ?? ""
        reason = value["reason"]?.string ?? ""
        handledRequest = value["handledRequest"]?.string ?? ""
        for entry in value["evidence"]?.mapping ?? [:] { evidence[entry.key] = Evidence(entry.value) }
    }

    /// What anybody may have written, within bounds that can be counted with.
    private static func count(_ value: Value?, upTo limit: Int) -> Int? { value?.int.map { min(limit, max(0, Int(clamping: $0))) } }

    /// From the annotation's text.
    package init?(text: String) {
        guard let value = try? JSON.parse(text) else { return nil }
        self.init(value)
    }
}

extension Exposure {
    /// `preview`, `weight 25`, `matching`, `mirror 50`.
    fileprivate var stateText: String {
        switch self {
        case .preview: "preview"
        case .weight(let percent): "weight \(percent)"
        case .matching: "matching"
        case .mirror(let percent): "mirror \(percent)"
        }
    }

    fileprivate init?(stateText: String) {
        let words = stateText.split(separator: " ")
        let percent = words.count == 2 ? Int(words[1]).flatMap { (0...100).contains($0) ? $0 : nil } : nil
        switch (words.first, percent) {
        case ("preview", nil): self = .preview
        case ("matching", nil): self = .matching
        case ("weight", let percent?): self = .weight(percent)
        case ("mirror", let percent?): self = .mirror(percent)
        default: return nil
        }
    }
}

extension RequestMatch {
    fileprivate var stateValue: Value {
        ["in": .string(source.rawValue), "name": .string(name), "is": .string(isRegularExpression ? "~" : "="), "value": .string(value)]
    }

    fileprivate init?(stateValue: Value) {
        guard let source = stateValue["in"]?.string.flatMap(Source.init(rawValue:)), let name = stateValue["name"]?.string,
            let value = stateValue["value"]?.string
        else { return nil }
        self.init(source, name, isRegularExpression: stateValue["is"]?.string == "~", value)
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
        var value: Value = ["a": .sequence(against.map(Self.short)), "f": .sequence(inFavor.map(Self.short))]
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
