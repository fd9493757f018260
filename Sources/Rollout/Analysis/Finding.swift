/// Evidence as a sentence for people.
package enum Finding {
    /// `errors: 41 of 612 requests of the new version, 9 of 5,801 of the old: 43 times as often (fails)`.
    ///
    /// - Parameters:
    ///   - name: of the metric.
    ///   - what: what is bad about them, where the name does not say it: `over 250ms`.
    ///   - limit: the share that is allowed, where nothing is compared.
    package static func counts(_ name: String, what: String? = nil, _ evidence: Evidence, limit: Double? = nil, verdict: Verdict) -> String {
        let subject = what.map { "\(name) (\($0))" } ?? name
        let next = ArmCounts(requests: evidence.requests[.next] ?? 0, bad: evidence.bad[.next] ?? 0).clamped
        let stable = ArmCounts(requests: evidence.requests[.stable] ?? 0, bad: evidence.bad[.stable] ?? 0).clamped
        guard next.requests > 0 else { return "\(subject): no requests to the new version yet\(word(verdict))" }
        let new = "\(subject): \(number(next.bad)) of \(number(next.requests)) requests of the new version"
        if let limit {
            return "\(new), \(decimal(next.bad / next.requests * 100))% where \(decimal(limit * 100))% are allowed\(word(verdict))"
        }
        guard stable.requests > 0 else { return "\(new), none seen of the old\(word(verdict))" }
        let both = "\(new), \(number(stable.bad)) of \(number(stable.requests)) of the old"
        guard stable.bad > 0, next.bad > 0 else { return both + word(verdict) }
        let ratio = (next.bad / next.requests) / (stable.bad / stable.requests)
        return "\(both): \(times(ratio))\(word(verdict))"
    }

    /// `queue-lag: 41.5, at most 30 (fails)`.
    package static func value(_ name: String, _ evidence: Evidence, max: Double?, min: Double?, verdict: Verdict) -> String {
        guard let value = evidence.lastValue else { return "\(name): no value yet\(word(verdict))" }
        let limits = [min.map { "at least \(decimal($0))" }, max.map { "at most \(decimal($0))" }].compactMap { $0 }
        return "\(name): \(decimal(value)), \(limits.joined(separator: " and "))\(word(verdict))"
    }

    private static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: " (passes)"
        case .fail: " (fails)"
        case .inconclusive: " (undecided)"
        case .unavailable: " (not known now)"
        }
    }

    static func times(_ ratio: Double) -> String {
        if ratio >= 0.95, ratio < 1.05 { return "as often" }
        return "\(ratio >= 10 ? number(ratio) : decimal(ratio)) times as often"
    }

    /// `5,801`; counts may be estimates.
    static func number(_ count: Double) -> String {
        guard let whole = Int64(exactly: count.rounded()) else { return "\(count)" }
        let digits = Array(String(whole.magnitude))
        var text = whole < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Three digits are enough for people.
    package static func decimal(_ number: Double) -> String {
        guard number.isFinite else { return "\(number)" }
        let magnitude = abs(number)
        if magnitude >= 100 { return magnitude < 1e15 ? self.number(number) : "\(number)" }
        var scale = 10.0
        while scale < 1e9, magnitude * scale < 100, magnitude > 0 { scale *= 10 }
        let rounded = (number * scale).rounded() / scale
        return rounded == rounded.rounded() ? self.number(rounded) : "\(rounded)"
    }
}
