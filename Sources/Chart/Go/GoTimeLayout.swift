internal import Basics

/// Go's layouts: "Mon Jan 2 15:04:05 MST 2006", each part standing for itself.
enum GoTimeLayout {
    private enum Part {
        case literal([UInt8])
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spaceDay, zeroDay, spaceYearDay, zeroYearDay
        case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperHalf, lowerHalf
        case zoneName
        case offset(String)
        case fraction(digits: Int, trims: Bool, separator: UInt8)
    }

    /// Longest first where one begins another.
    private static let names: [(String, Part)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond),
        ("06", .year), ("15", .hour), ("1", .numericMonth), ("2006", .longYear), ("2", .day), ("__2", .spaceYearDay),
        ("_2006", .literal([])), ("_2", .spaceDay), ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .upperHalf),
        ("pm", .lowerHalf), ("-070000", .offset("-070000")), ("-07:00:00", .offset("-07:00:00")), ("-0700", .offset("-0700")),
        ("-07:00", .offset("-07:00")), ("-07", .offset("-07")), ("Z070000", .offset("Z070000")),
        ("Z07:00:00", .offset("Z07:00:00")), ("Z0700", .offset("Z0700")), ("Z07:00", .offset("Z07:00")), ("Z07", .offset("Z07")),
    ]

    private static func parts(_ layout: String) -> [Part] {
        let bytes = Array(layout.utf8)
        var parts: [Part] = []
        var literal: [UInt8] = []
        var index = 0
        func flush() {
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
        }
        while index < bytes.count {
            if let (part, length) = fraction(bytes, at: index) {
                flush()
                parts.append(part)
                index += length
                continue
            }
            let rest = bytes[index...]
            guard let (name, part) = names.first(where: { rest.starts(with: $0.0.utf8) }) else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            if name == "_2006" {
                // An underscore before the year is one.
                literal.append(bytes[index])
                index += 1
                continue
            }
            if name == "Jan" || name == "Mon", let next = rest.dropFirst(3).first, (97...122).contains(next) {
                literal += rest.prefix(3)
                index += 3
                continue
            }
            flush()
            parts.append(part)
            index += name.utf8.count
        }
        flush()
        return parts
    }

    /// ".000", ",999": a fraction of the second, not followed by another digit.
    private static func fraction(_ bytes: [UInt8], at index: Int) -> (Part, Int)? {
        let separator = bytes[index]
        guard separator == UInt8(ascii: ".") || separator == UInt8(ascii: ","), index + 1 < bytes.count else { return nil }
        let digit = bytes[index + 1]
        guard digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9") else { return nil }
        var end = index + 1
        while end < bytes.count, bytes[end] == digit { end += 1 }
        if end < bytes.count, (48...57).contains(bytes[end]) { return nil }
        return (.fraction(digits: end - index - 1, trims: digit == UInt8(ascii: "9"), separator: separator), end - index)
    }

    static func format(_ time: GoTime, _ layout: String) -> String {
        let date = time.date
        var output: [UInt8] = []
        func pad(_ number: Int64, _ width: Int, _ fill: String = "0") {
            let digits = String(number.magnitude)
            if number < 0 { output += "-".utf8 }
            output += String(repeating: fill, count: max(0, width - digits.utf8.count)).utf8
            output += digits.utf8
        }
        func name(_ names: [String], _ index: Int64, short: Bool) {
            guard let index = Int(exactly: index), names.indices.contains(index) else { return }
            output += (short ? String(names[index].prefix(3)) : names[index]).utf8
        }
        let hour12 = date.hour % 12 == 0 ? 12 : date.hour % 12
        for part in parts(layout) {
            switch part {
            case .literal(let bytes): output += bytes
            case .longMonth: name(GoTime.months, date.month - 1, short: false)
            case .month: name(GoTime.months, date.month - 1, short: true)
            case .numericMonth: pad(date.month, 1)
            case .zeroMonth: pad(date.month, 2)
            case .longWeekday: name(GoTime.weekdays, date.weekday, short: false)
            case .weekday: name(GoTime.weekdays, date.weekday, short: true)
            case .day: pad(date.day, 1)
            case .spaceDay: pad(date.day, 2, " ")
            case .zeroDay: pad(date.day, 2)
            case .spaceYearDay: pad(date.dayOfYear, 3, " ")
            case .zeroYearDay: pad(date.dayOfYear, 3)
            case .hour: pad(date.hour, 2)
            case .hour12: pad(hour12, 1)
            case .zeroHour12: pad(hour12, 2)
            case .minute: pad(date.minute, 1)
            case .zeroMinute: pad(date.minute, 2)
            case .second: pad(date.second, 1)
            case .zeroSecond: pad(date.second, 2)
            case .longYear: pad(date.year, 4)
            case .year: pad(date.year % 100, 2)
            case .upperHalf: output += (date.hour >= 12 ? "PM" : "AM").utf8
            case .lowerHalf: output += (date.hour >= 12 ? "pm" : "am").utf8
            case .zoneName: output += (time.zone.isEmpty ? offset(time.offset, "-0700") : time.zone).utf8
            case .offset(let form): output += offset(time.offset, form).utf8
            case .fraction(let digits, let trims, let separator):
                var text = String(time.nanoseconds)
                text = String(repeating: "0", count: max(0, 9 - text.count)) + text
                text = String(text.prefix(digits)) + String(repeating: "0", count: max(0, digits - 9))
                if trims { while text.last == "0" { text.removeLast() } }
                if !text.isEmpty { output += [separator] + text.utf8 }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func offset(_ seconds: Int64, _ form: String) -> String {
        if form.hasPrefix("Z"), seconds == 0 { return "Z" }
        let magnitude = abs(seconds)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let colon = form.contains(":") ? ":" : ""
        var text = (seconds < 0 ? "-" : "+") + two(magnitude / 3600)
        let digits = form.utf8.count { (48...57).contains($0) }
        if digits > 2 { text += colon + two(magnitude % 3600 / 60) }
        if digits > 4 { text += colon + two(magnitude % 60) }
        return text
    }

    /// A text that is not of the layout, in Go's words.
    struct Mismatch: Error, CustomStringConvertible {
        var description: String
    }

    /// Texts in an error: whatever is no printable ASCII byte by byte.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x80: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += (byte < 0x10 ? "\\x0" : "\\x") + String(byte, radix: 16)
            }
        }
        return result + "\""
    }

    /// Reads a text of the layout, in UTC unless it says otherwise.
    static func parse(_ layout: String, _ text: String) throws(Mismatch) -> GoTime {
        var rest = Array(text.utf8)[...]
        var (year, month, day, hour, minute, second) = (Int64(0), Int64(1), Int64(1), Int64(0), Int64(0), Int64(0))
        var nanoseconds: Int64 = 0
        var offset: Int64 = 0
        var zone = "UTC"
        var afternoon: Bool?
        var dayOfYear: Int64?
        func mismatch(_ element: String) -> Mismatch {
            let left = String(decoding: rest, as: UTF8.self)
            return Mismatch(description: "parsing time \(quoted(text)) as \(quoted(layout)): cannot parse \(quoted(left)) as \(quoted(element))")
        }
        func outOfRange(_ what: String) -> Mismatch { Mismatch(description: "parsing time \(quoted(text)): \(what) out of range") }
        func number(_ range: ClosedRange<Int>, _ element: String) throws(Mismatch) -> Int64 {
            let digits = rest.prefix(range.upperBound).prefix { (48...57).contains($0) }
            guard digits.count >= range.lowerBound else { throw mismatch(element) }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
        }
        func choice(_ names: [String], short: Bool, _ element: String) throws(Mismatch) -> Int64 {
            for (index, name) in names.enumerated() {
                let wanted = Array((short ? String(name.prefix(3)) : name).lowercased().utf8)
                if String(decoding: rest.prefix(wanted.count), as: UTF8.self).lowercased().utf8.elementsEqual(wanted) {
                    rest = rest.dropFirst(wanted.count)
                    return Int64(index)
                }
            }
            throw mismatch(element)
        }
        func takeFraction() {
            guard let first = rest.first, first == UInt8(ascii: ".") || first == UInt8(ascii: ","),
                let next = rest.dropFirst().first, (48...57).contains(next)
            else { return }
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            rest = rest.dropFirst(1 + digits.count)
            let nine = digits.prefix(9)
            nanoseconds = nine.reduce(0) { $0 * 10 + Int64($1 - 48) }
            for _ in 0..<(9 - nine.count) { nanoseconds *= 10 }
        }
        let parts = parts(layout)
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let bytes):
                for byte in bytes {
                    if byte == UInt8(ascii: " ") {
                        while rest.first == byte { rest = rest.dropFirst() }
                        continue
                    }
                    guard rest.first == byte else { throw mismatch(String(decoding: bytes, as: UTF8.self)) }
                    rest = rest.dropFirst()
                }
            case .longYear: year = try number(4...4, "2006")
            case .year:
                let short = try number(2...2, "06")
                year = short >= 69 ? short + 1900 : short + 2000
            case .longMonth: month = try choice(GoTime.months, short: false, "January") + 1
            case .month: month = try choice(GoTime.months, short: true, "Jan") + 1
            case .numericMonth, .zeroMonth:
                if case .zeroMonth = part { month = try number(2...2, "01") } else { month = try number(1...2, "1") }
                guard (1...12).contains(month) else { throw outOfRange("month") }
            case .longWeekday: _ = try choice(GoTime.weekdays, short: false, "Monday")
            case .weekday: _ = try choice(GoTime.weekdays, short: true, "Mon")
            case .day: day = try number(1...2, "2")
            case .spaceDay:
                if rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
                day = try number(1...2, "_2")
            case .zeroDay: day = try number(2...2, "02")
            case .spaceYearDay:
                while rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
                dayOfYear = try number(1...3, "__2")
            case .zeroYearDay: dayOfYear = try number(3...3, "002")
            case .hour:
                hour = try number(2...2, "15")
                guard hour < 24 else { throw outOfRange("hour") }
            case .hour12, .zeroHour12:
                if case .hour12 = part { hour = try number(1...2, "3") } else { hour = try number(2...2, "03") }
                guard hour <= 12 else { throw outOfRange("hour") }
            case .minute, .zeroMinute:
                if case .minute = part { minute = try number(1...2, "4") } else { minute = try number(2...2, "04") }
                guard minute < 60 else { throw outOfRange("minute") }
            case .second, .zeroSecond:
                if case .second = part { second = try number(1...2, "5") } else { second = try number(2...2, "05") }
                guard second < 60 else { throw outOfRange("second") }
                // A fraction is taken also where the layout has none.
                if case .fraction? = parts.dropFirst(index + 1).first { break }
                takeFraction()
            case .upperHalf: afternoon = try choice(["AM", "PM"], short: false, "PM") == 1
            case .lowerHalf: afternoon = try choice(["am", "pm"], short: false, "pm") == 1
            case .zoneName:
                let letters = rest.prefix { (65...90).contains($0) }
                guard letters.count >= 3 else { throw mismatch("MST") }
                zone = String(decoding: letters.prefix(4), as: UTF8.self)
                rest = rest.dropFirst(min(letters.count, 4))
            case .offset(let form):
                if form.hasPrefix("Z"), rest.first == UInt8(ascii: "Z") {
                    rest = rest.dropFirst()
                    break
                }
                guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw mismatch(form) }
                rest = rest.dropFirst()
                var total = try number(2...2, form) * 3600
                let digits = form.utf8.count { (48...57).contains($0) }
                for unit in [Int64(60), 1].prefix(digits / 2 - 1) {
                    if form.contains(":") {
                        guard rest.first == UInt8(ascii: ":") else { throw mismatch(form) }
                        rest = rest.dropFirst()
                    }
                    total += try number(2...2, form) * unit
                }
                offset = sign == UInt8(ascii: "-") ? -total : total
                zone = offset == 0 ? "UTC" : ""
            case .fraction(let digits, let trims, _):
                if trims {
                    takeFraction()
                } else {
                    guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") else { throw mismatch(String(repeating: "0", count: digits)) }
                    rest = rest.dropFirst()
                    nanoseconds = try number(digits...digits, String(repeating: "0", count: digits))
                    for _ in 0..<max(0, 9 - digits) { nanoseconds *= 10 }
                }
            }
        }
        guard rest.isEmpty else {
            throw Mismatch(description: "parsing time \"\(text)\": extra text: \"\(String(decoding: rest, as: UTF8.self))\"")
        }
        if let afternoon {
            if afternoon, hour < 12 { hour += 12 } else if !afternoon, hour == 12 { hour = 0 }
        }
        var days = CivilDate(year: year, month: month, day: day).days
        if let dayOfYear {
            days = CivilDate(year: year, month: 1, day: 1).days + dayOfYear - 1
        } else {
            guard (1...GoTime.daysIn(month: month, year: year)).contains(day) else { throw outOfRange("day") }
        }
        return GoTime(
            seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds, offset: offset, zone: zone)
    }
}
