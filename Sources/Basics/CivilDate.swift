/// A day of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
package struct CivilDate: Sendable, Hashable {
    package let year: Int64
    /// From 1.
    package let month: Int64
    /// From 1.
    package let day: Int64

    package init(year: Int64, month: Int64, day: Int64) { (self.year, self.month, self.day) = (year, month, day) }

    /// - Parameter days: since 1 January 1970; before it, negative.
    package init(days: Int64) {
        let z = days &+ 719_468
        let era = z.flooredDivision(by: 146_097)
        let dayOfEra = z &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    }

    /// Since 1 January 1970. A month or a day beyond its range counts on from there, as far as a month has 31 days at most.
    package var days: Int64 {
        let y = month <= 2 ? year &- 1 : year
        let era = y.flooredDivision(by: 400)
        let yearOfEra = y &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        return era &* 146_097 &+ yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear &- 719_468
    }
}

extension Int64 {
    /// Rounded towards minus infinity, so that what is left over is never negative.
    ///
    /// - Parameter divisor: positive.
    package func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient &- 1 : quotient
    }
}
