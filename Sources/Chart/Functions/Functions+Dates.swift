internal import Basics
internal import Document
internal import Template

extension FunctionTable {
    /// Sprig's dates. The local zone is UTC; a zone is known by the name "UTC", "Local" or "GMT" only.
    mutating func registerDates(_ moment: Timestamp) {
        let seconds = moment.milliseconds.flooredDivision(by: 1000)
        let now = GoTime(seconds: seconds, nanoseconds: (moment.milliseconds &- seconds &* 1000) * 1_000_000)
        func time(_ value: Datum) -> GoTime {
            switch value {
            case .object(let object as TimeObject): object.time
            case .int(let seconds, _): GoTime(seconds: seconds)
            default: now
            }
        }
        func formatted(_ layout: String, _ value: Datum, zone: String = "") -> Datum {
            var time = time(value)
            (time.offset, time.zone) = (0, zone == "GMT" ? "GMT" : "UTC")
            return .string(GoTimeLayout.format(time, layout))
        }
        register("now") { _, _ in .object(TimeObject(now)) }
        register("date", .string, .any) { _, a in formatted(a.string(0), a.datum(1)) }
        for name in ["dateInZone", "date_in_zone"] {
            register(name, .string, .any, .string) { _, a in formatted(a.string(0), a.datum(1), zone: a.string(2)) }
        }
        register("htmlDate", .any) { _, a in formatted("2006-01-02", a.datum(0)) }
        register("htmlDateInZone", .any, .string) { _, a in formatted("2006-01-02", a.datum(0), zone: a.string(1)) }
        register("toDate", .string, .string) { _, a in
            .object(TimeObject((try? GoTimeLayout.parse(a.string(0), a.string(1))) ?? .zero))
        }
        register("mustToDate", .string, .string) { _, a in .object(TimeObject(try GoTimeLayout.parse(a.string(0), a.string(1)))) }
        for name in ["dateModify", "date_modify"] {
            register(name, .string, .object("time.Time")) { _, a in
                let time = time(a.datum(1))
                return .object(TimeObject(GoDuration.parse(a.string(0)).map { time.adding(nanoseconds: $0) } ?? time))
            }
        }
        for name in ["mustDateModify", "must_date_modify"] {
            register(name, .string, .object("time.Time")) { _, a in
                let duration = try GoDuration.parsed(a.string(0)).get()
                return .object(TimeObject(time(a.datum(1)).adding(nanoseconds: duration)))
            }
        }
        register("unixEpoch", .object("time.Time")) { _, a in .string(String(time(a.datum(0)).seconds)) }
        register("ago", .any) { _, a in
            let elapsed = now.since(time(a.datum(0)))
            return .string(GoDuration.text((elapsed &+ 500_000_000).flooredDivision(by: 1_000_000_000) &* 1_000_000_000))
        }
        register("duration", .any) { _, a in
            let seconds: Int64
            switch a.datum(0) {
            case .string(let text): seconds = Int64(text) ?? 0
            case .int(let number, .int64): seconds = number
            default: seconds = 0
            }
            return .string(GoDuration.text(seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue))
        }
        register("durationRound", .any) { _, a in
            switch a.datum(0) {
            case .string(let text): .string(GoDuration.rounded(GoDuration.parse(text) ?? 0))
            case .int(let number, .int64): .string(GoDuration.rounded(number))
            case .object(let object as TimeObject): .string(GoDuration.rounded(now.since(object.time)))
            default: .string("0s")
            }
        }
    }
}

/// What `now` and `toDate` give: Go's `time.Time`.
final class TimeObject: ValueConvertible {
    let time: GoTime

    init(_ time: GoTime) { self.time = time }

    let typeName = "time.Time"
    var printed: String { GoTimeLayout.format(time, "2006-01-02 15:04:05.999999999 -0700 MST") }
    var value: Value { .string(GoTimeLayout.format(time, "2006-01-02T15:04:05.999999999Z07:00")) }

    func member(_ name: String) -> DatumMember? {
        let time = time
        let date = time.date
        func answer(_ value: Datum) -> DatumMember { .method(Function([]) { _, _ in value }) }
        func other(_ a: [Datum]) throws -> GoTime {
            guard case .object(let object as TimeObject) = a.datum(0) else { throw nilDereference }
            return object.time
        }
        func comparison(_ holds: @escaping (Int64) -> Bool) -> DatumMember {
            .method(Function([.object("time.Time")]) { _, a in .bool(holds(time.since(try other(a)))) })
        }
        switch name {
        case "Year": return answer(.int(date.year))
        case "Month": return answer(.object(NamedNumber("time.Month", date.month, GoTime.months, first: 1)))
        case "Day": return answer(.int(date.day))
        case "Hour": return answer(.int(date.hour))
        case "Minute": return answer(.int(date.minute))
        case "Second": return answer(.int(date.second))
        case "Nanosecond": return answer(.int(time.nanoseconds))
        case "YearDay": return answer(.int(date.dayOfYear))
        case "Weekday": return answer(.object(NamedNumber("time.Weekday", date.weekday, GoTime.weekdays, first: 0)))
        case "Unix": return answer(.int64(time.seconds))
        case "UnixMilli": return answer(.int64(time.seconds &* 1_000 &+ time.nanoseconds / 1_000_000))
        case "UnixMicro": return answer(.int64(time.seconds &* 1_000_000 &+ time.nanoseconds / 1_000))
        case "UnixNano": return answer(.int64(time.seconds &* 1_000_000_000 &+ time.nanoseconds))
        case "String": return answer(.string(printed))
        case "IsZero": return answer(.bool(time.seconds == GoTime.zero.seconds && time.nanoseconds == 0))
        case "UTC", "Local":
            var copy = time
            (copy.offset, copy.zone) = (0, "UTC")
            return answer(.object(TimeObject(copy)))
        case "Format": return .method(Function([.string]) { _, a in .string(GoTimeLayout.format(time, a.string(0))) })
        case "AddDate":
            return .method(Function([.int, .int, .int]) { _, a in
                let months = (date.year &+ Int64(a.int(0))) &* 12 &+ date.month &- 1 &+ Int64(a.int(1))
                let year = months.flooredDivision(by: 12)
                let days = CivilDate(year: year, month: months &- year &* 12 &+ 1, day: date.day &+ Int64(a.int(2))).days
                var copy = time
                copy.seconds = days &* 86_400 &+ date.hour * 3600 &+ date.minute * 60 &+ date.second &- time.offset
                return .object(TimeObject(copy))
            })
        case "After": return comparison { $0 > 0 }
        case "Before": return comparison { $0 < 0 }
        case "Equal": return comparison { $0 == 0 }
        default: return nil
        }
    }
}

/// A number that prints as a name: `time.Month`, `time.Weekday`.
final class NamedNumber: ValueConvertible {
    let typeName: String
    let kind = "int"
    let number: Int64
    private let name: String

    init(_ typeName: String, _ number: Int64, _ names: [String], first: Int64) {
        self.typeName = typeName
        self.number = number
        let index = Int(number &- first)
        name = names.indices.contains(index) ? names[index] : String(number)
    }

    var printed: String { name }
    var value: Value { .int(number) }

    func member(_ name: String) -> DatumMember? {
        guard name == "String" else { return nil }
        return .method(Function([]) { [name = self.name] _, _ in .string(name) })
    }
}
