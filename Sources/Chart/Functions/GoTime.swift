/// A moment as Go's `time.Time`, in UTC or at a fixed offset.
struct GoTime: Hashable {
    /// Since 1970-01-01T00:00:00Z.
    var seconds: Int64
    var nanoseconds: Int64 = 0
    /// Seconds east of UTC.
    var offset: Int64 = 0
    var zone = "UTC"

    /// Go's zero time, 1 January of year 1.
    static let zero = GoTime(seconds: -62_135_596_800)

    struct Date {
        var year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
        /// From 1.
        var dayOfYear: Int64
        /// Sunday is 0.
        var weekday: Int64
    }

    /// Hinnant, "chrono-compatible low-level date algorithms".
    var date: Date {
        let local = seconds &+ offset
        let days = local.flooredDivision(by: 86_400)
        let rest = local &- days &* 86_400
        let z = days &+ 719_468
        let era = z.flooredDivision(by: 146_097)
        let dayOfEra = z &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let shiftedDay = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * shiftedDay + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return Date(
            year: year, month: month, day: shiftedDay - (153 * shifted + 2) / 5 + 1, hour: rest / 3600, minute: rest % 3600 / 60,
            second: rest % 60, dayOfYear: days &- Self.days(year: year, month: 1, day: 1) &+ 1,
            weekday: (days &+ 4) &- (days &+ 4).flooredDivision(by: 7) &* 7)
    }

    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year &- 1 : year
        let era = y.flooredDivision(by: 400)
        let yearOfEra = y &- era &* 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 &+ day &- 1
        return era &* 146_097 &+ yearOfEra * 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear &- 719_468
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    func adding(nanoseconds duration: Int64) -> GoTime {
        var result = self
        let sum = nanoseconds &+ duration % 1_000_000_000
        let carry = sum.flooredDivision(by: 1_000_000_000)
        result.seconds = seconds &+ duration / 1_000_000_000 &+ carry
        result.nanoseconds = sum &- carry &* 1_000_000_000
        return result
    }

    /// Nanoseconds from an earlier moment, saturating as Go's `Sub`.
    func since(_ other: GoTime) -> Int64 {
        let (seconds, overflow) = self.seconds.subtractingReportingOverflow(other.seconds)
        let (scaled, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow || tooLarge { return self.seconds > other.seconds ? .max : .min }
        return scaled &+ nanoseconds &- other.nanoseconds
    }

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient &- 1 : quotient
    }
}
