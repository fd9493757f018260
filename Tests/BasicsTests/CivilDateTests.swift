import Basics
import Testing

@Suite struct CivilDateTests {
    /// The days are those of `date -ud DATE +%s` divided by 86,400.
    @Test(arguments: [
        (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (2024, 12, 31, 20_088), (1, 1, 1, -719_162),
        (1900, 3, 1, -25_508), (9999, 12, 31, 2_932_896),
    ] as [(Int64, Int64, Int64, Int64)])
    func days(year: Int64, month: Int64, day: Int64, days: Int64) {
        #expect(CivilDate(year: year, month: month, day: day).days == days)
        #expect(CivilDate(days: days) == CivilDate(year: year, month: month, day: day))
    }

    @Test func everyDayFollowsTheOneBefore() {
        var last = CivilDate(days: -800_001)
        for number in Int64(-800_000)..<800_000 where number % 7 == 0 || abs(number) < 2_000 {
            let date = CivilDate(days: number)
            #expect(date.days == number)
            #expect((last.year, last.month, last.day) < (date.year, date.month, date.day))
            last = date
        }
    }

    @Test(arguments: [Int64.min, .min + 1, .max, .max - 1])
    func farAwayIsNoTrap(days: Int64) {
        let date = CivilDate(days: days)
        _ = CivilDate(year: date.year, month: .max, day: .min).days
        #expect((1...12).contains(date.month))
    }

    @Test func timesFarApart() {
        let (first, last) = (Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
        #expect(last.duration(since: first) == .milliseconds(Int64.max))
        #expect(first.duration(since: last) == .milliseconds(Int64.min))
    }
}
