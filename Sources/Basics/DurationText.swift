/// A duration as Go's `time.ParseDuration` reads it: `5m`, `1h30m`, `2.5s`, `300ms`; nil for anything else.
package func parseDuration(_ text: String) -> Duration? {
    var rest = Substring(text)
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    if rest == "0" { return .zero }
    while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !digits.isEmpty, let number = Double(digits), number.isFinite else { return nil }
        rest = rest.dropFirst(digits.count)
        let unit = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(unit.count)
        let seconds: Double
        switch unit {
        case "ms": seconds = 0.001
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        case "d": seconds = 86_400
        default: return nil
        }
        total += number * seconds
    }
    guard total < 1e12 else { return nil }
    return .milliseconds(Int64(total * 1000))
}

/// A duration as people write it: `1h30m`, `2m5s`, `1.2s`, `340ms`.
package func durationText(_ duration: Duration) -> String {
    let (wholeSeconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if wholeSeconds < 1 { return "\(wholeSeconds &* 1000 &+ milliseconds)ms" }
    if wholeSeconds < 10 { return milliseconds < 100 ? "\(wholeSeconds)s" : "\(wholeSeconds).\(milliseconds / 100)s" }
    let (hours, minutes, seconds) = (wholeSeconds / 3600, wholeSeconds / 60 % 60, wholeSeconds % 60)
    var text = ""
    if hours > 0 { text += "\(hours)h" }
    if minutes > 0 { text += "\(minutes)m" }
    if hours == 0, seconds > 0 || text.isEmpty { text += "\(seconds)s" }
    return text
}
