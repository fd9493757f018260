internal import Basics

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

    var date: Date {
        let local = seconds &+ offset
        let days = local.flooredDivision(by: 86_400)
        let rest = local &- days &* 86_400
        let civil = CivilDate(days: days)
        return Date(
            year: civil.year, month: civil.month, day: civil.day, hour: rest / 3600, minute: rest % 3600 / 60, second: rest % 60,
            dayOfYear: days &- CivilDate(year: civil.year, month: 1, day: 1).days &+ 1,
            weekday: (days &+ 4) &- (days &+ 4).flooredDivision(by: 7) &* 7)
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
