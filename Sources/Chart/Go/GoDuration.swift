internal import Template

/// Go's durations: "1h15m30.5s".
enum GoDuration {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nanoseconds; nil for what Go's `time.ParseDuration` refuses.
    static func parse(_ text: String) -> Int64? {
        if case .success(let nanoseconds) = parsed(text) { return nanoseconds }
        return nil
    }

    /// Nanoseconds, or Go's words for what is wrong with the text.
    static func parsed(_ text: String) -> Result<Int64, FunctionError> {
        let invalid = Result<Int64, FunctionError>.failure(FunctionError("time: invalid duration \(goQuoted(text))"))
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        if rest == "0" { return .success(0) }
        guard !rest.isEmpty else { return invalid }
        var total = 0.0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(whole.count)
            var fraction: Substring = ""
            if rest.first == "." {
                fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                rest = rest.dropFirst(fraction.count + 1)
            }
            guard !whole.isEmpty || !fraction.isEmpty, let number = Double("\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)")
            else { return invalid }
            let name = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            if name.isEmpty { return .failure(FunctionError("time: missing unit in duration \(goQuoted(text))")) }
            guard let unit = units.first(where: { $0.name == name }) else {
                return .failure(FunctionError("time: unknown unit \(goQuoted(String(name))) in duration \(goQuoted(text))"))
            }
            rest = rest[name.endIndex...]
            total += number * unit.nanoseconds
        }
        guard let nanoseconds = Int64(exactly: (isNegative ? -total : total).rounded()) else { return invalid }
        return .success(nanoseconds)
    }

    /// Go's `Duration.String`.
    static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        func decimal(_ value: UInt64, _ scale: UInt64, _ width: Int) -> String {
            var fraction = String(value % scale)
            fraction = String(repeating: "0", count: max(0, width - fraction.count)) + fraction
            while fraction.last == "0" { fraction.removeLast() }
            return String(value / scale) + (fraction.isEmpty ? "" : "." + fraction)
        }
        if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + decimal(magnitude, 1_000, 3) + "µs" }
        if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000, 6) + "ms" }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, 1_000_000_000, 9) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    /// Sprig's `durationRound`: the largest unit, rounded down.
    static func rounded(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let hour: UInt64 = 3_600_000_000_000
        let units: [(UInt64, String)] = [
            (hour * 24 * 365, "y"), (hour * 24 * 30, "mo"), (hour * 24, "d"), (hour, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"),
        ]
        for (size, name) in units where magnitude > size { return "\(magnitude / size)\(name)" }
        return "0s"
    }
}
