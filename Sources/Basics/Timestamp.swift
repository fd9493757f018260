/// A moment on the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Milliseconds, because that is what annotations on graphs take and what a
/// person can tell apart; timers never use it (see `TimeSource.elapsed`).
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since the epoch of Unix.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// A moment later; saturates instead of trapping.
    package func adding(_ duration: Duration) -> Timestamp {
        let parts = duration.components
        let (whole, overflow) = parts.seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isOver) = milliseconds.addingReportingOverflow(
            overflow ? (parts.seconds < 0 ? .min : .max) : whole)
        guard !isOver else { return Timestamp(milliseconds: parts.seconds < 0 ? .min : .max) }
        return Timestamp(milliseconds: sum &+ parts.attoseconds / 1_000_000_000_000_000)
    }

    /// The time between two moments; saturates instead of trapping.
    package func duration(since earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (self < earlier ? .min : .max) : difference)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with whole seconds, as Kubernetes writes `metav1.Time`.
    package var description: String {
        let civil = Civil(secondsSinceEpoch: flooredSeconds)
        return civil.description + "Z"
    }

    /// RFC 3339 in UTC with microseconds, as Kubernetes writes `metav1.MicroTime`.
    package var microTime: String {
        let fraction = milliseconds &- flooredSeconds &* 1000
        let digits = String(fraction)
        return Civil(secondsSinceEpoch: flooredSeconds).description
            + "." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "000Z"
    }

    private var flooredSeconds: Int64 { milliseconds.flooredDivision(by: 1000) }

    /// Reads RFC 3339 (`2026-11-21T05:12:33Z`, fraction and offset allowed); nil for anything else.
    package init?(_ text: some StringProtocol) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
            reader.skip("-"),
            let day = reader.number(2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
            reader.skip(":"),
            let second = reader.number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if reader.skip(".") {
            var digits = 0
            while let digit = reader.number(1) {
                if digits < 3 { fraction = fraction &* 10 &+ digit }
                digits += 1
            }
            guard digits > 0 else { return nil }
            for _ in 0..<max(0, 3 - digits) { fraction = fraction &* 10 }
        }
        var offset: Int64 = 0
        if !(reader.skip("Z") || reader.skip("z")) {
            let sign: Int64
            if reader.skip("+") { sign = 1 } else if reader.skip("-") { sign = -1 } else { return nil }
            guard let hours = reader.number(2), reader.skip(":"), let minutes = reader.number(2),
                hours < 24, minutes < 60
            else { return nil }
            offset = sign &* (hours &* 3600 &+ minutes &* 60)
        }
        guard reader.atEnd else { return nil }
        let days = CivilDate(year: year, month: month, day: day).days
        let seconds = days &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second &- offset
        self.init(milliseconds: seconds &* 1000 &+ fraction)
    }
}

/// A second of a day in UTC.
private struct Civil: CustomStringConvertible {
    let date: CivilDate
    let hour: Int64, minute: Int64, second: Int64

    init(secondsSinceEpoch seconds: Int64) {
        let days = seconds.flooredDivision(by: 86_400)
        let rest = seconds &- days &* 86_400
        date = CivilDate(days: days)
        (hour, minute, second) = (rest / 3600, rest % 3600 / 60, rest % 60)
    }

    var description: String {
        func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let digits = String(date.year)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(two(date.month))-\(two(date.day))T\(two(hour)):\(two(minute)):\(two(second))"
    }
}

/// Fixed-width digits out of a text, never past its end.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

    var atEnd: Bool { rest.isEmpty }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        var copy = rest
        for _ in 0..<width {
            guard let byte = copy.popFirst(), byte >= 48, byte <= 57 else { return nil }
            value = value &* 10 &+ Int64(byte - 48)
        }
        rest = copy
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }
}
