package import Basics

/// A cron line of five fields, as robfig/cron's standard parser reads it: lists,
/// ranges, steps, names of months and days, and the `@` shorthands. In UTC.
package struct CronSchedule: Sendable, Hashable {
    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    /// Where both day fields are limited either may match (crontab(5)).
    private var eitherDay: Bool

    package init?(_ text: String) {
        let shorthand = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        let line = shorthand[text] ?? text
        let fields = line.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else { return nil }
        guard let minutes = set(fields[0], 0...59), let hours = set(fields[1], 0...23), let days = set(fields[2], 1...31),
            let months = set(fields[3], 1...12, names: monthNames, first: 1),
            var weekdays = set(fields[4], 0...7, names: dayNames, first: 0)
        else { return nil }
        if weekdays & (1 << 7) != 0 { weekdays = (weekdays | 1) & 0x7f }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = weekdays
        func isOpen(_ field: Substring) -> Bool { field.hasPrefix("*") || field.hasPrefix("?") }
        eitherDay = !isOpen(fields[2]) && !isOpen(fields[4])
    }

    /// The first moment after `moment`; nil where none comes within five years (30 February).
    package func next(after moment: Timestamp) -> Timestamp? {
        var minute = moment.milliseconds / 60_000 &+ 1
        let end = minute &+ 5 * 366 * 24 * 60
        while minute < end {
            let day = minute / 1440
            let date = CivilDate(days: day)
            if months & (1 << UInt64(date.month)) == 0 || !matches(date, weekday: (day &+ 4) % 7) {
                minute = (day &+ 1) &* 1440
                continue
            }
            let ofDay = minute % 1440
            if hours & (1 << UInt64(ofDay / 60)) == 0 {
                minute = day &* 1440 &+ (ofDay / 60 &+ 1) &* 60
                continue
            }
            if minutes & (1 << UInt64(ofDay % 60)) != 0 { return Timestamp(milliseconds: minute &* 60_000) }
            minute = minute &+ 1
        }
        return nil
    }

    private func matches(_ date: CivilDate, weekday: Int64) -> Bool {
        let byDay = days & (1 << UInt64(date.day)) != 0
        let byWeekday = weekdays & (1 << UInt64(max(0, weekday))) != 0
        return eitherDay ? byDay || byWeekday : byDay && byWeekday
    }
}

private let monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
private let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/// One field as a set of bits.
private func set(_ field: Substring, _ range: ClosedRange<UInt64>, names: [String] = [], first: UInt64 = 0) -> UInt64? {
    func number(_ text: Substring) -> UInt64? {
        if let index = names.firstIndex(of: text.lowercased()) { return UInt64(index) + first }
        guard let value = UInt64(text), range.contains(value) else { return nil }
        return value
    }
    var bits: UInt64 = 0
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
        let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let span = pieces.first, !span.isEmpty else { return nil }
        var step: UInt64 = 1
        if pieces.count == 2 {
            guard let value = UInt64(pieces[1]), value > 0, value <= 60 else { return nil }
            step = value
        }
        var low = range.lowerBound, high = range.upperBound
        if span != "*", span != "?" {
            let ends = span.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let start = ends.first.flatMap(number) else { return nil }
            low = start
            if ends.count == 2 {
                guard let end = number(ends[1]), end >= start else { return nil }
                high = end
            } else if pieces.count == 1 {
                high = start
            }
        }
        for value in stride(from: low, through: high, by: Int(step)) { bits |= 1 << value }
    }
    return bits
}
