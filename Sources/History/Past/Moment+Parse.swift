internal import Automation
package import Basics

extension Moment {
    /// From what people write: RFC 3339, `2026-11-20 14:00`, `2026-11-20`, `2h ago`, `3 days ago`, `yesterday`,
    /// `yesterday 14:00`, `today 9:30`, `14:00`, `now`; anything else is a revision. Times without a zone are UTC,
    /// as everything else that is told.
    package init(_ text: String, now: Timestamp) throws(HistoryError) {
        let words = text.split(separator: " ").map(String.init)
        guard !words.isEmpty else { throw HistoryError(.invalid, "an empty text is no time and no revision", advice: Self.advice) }
        if let time = try Self.time(words, now) {
            self = .time(time)
        } else if words.count == 1 {
            self = .revision(text)
        } else {
            throw HistoryError(.invalid, "\"\(printable(text, limit: 80))\" is no time and no revision", advice: Self.advice)
        }
    }

    /// A time and nothing else; `10m` alone is ten minutes ago, as for `kubectl logs --since`.
    package static func time(_ text: String, now: Timestamp) throws(HistoryError) -> Timestamp {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 1, let first = text.unicodeScalars.first, ("0"..."9").contains(first), text.last?.isLetter == true,
            let time = try? ago(words[...], now)
        {
            return time
        }
        guard let time = try time(words, now) else {
            throw HistoryError(.invalid, "\"\(printable(text, limit: 80))\" is no time", advice: advice)
        }
        return time
    }

    private static let advice = "write a time like 2026-11-20T14:00:00Z, \"2026-11-20 14:00\", \"2h ago\" or \"yesterday 14:00\""

    private static let day = Duration.seconds(86_400)

    private static func time(_ words: [String], _ now: Timestamp) throws(HistoryError) -> Timestamp? {
        let words = words.map { $0.lowercased() }
        guard let first = words.first else { return nil }
        if words.last == "ago" { return try ago(words.dropLast(), now) }
        let today = String(now.description.prefix(10))
        let yesterday = String(now.adding(.zero - day).description.prefix(10))
        switch (first, words.count) {
        case ("now", 1): return now
        case ("today", 1): return stamp(today, "00:00")
        case ("yesterday", 1): return now.adding(.zero - day)
        case ("today", 2): return try clock(words, today)
        case ("yesterday", 2): return try clock(words, yesterday)
        case (_, 1):
            if let whole = Timestamp(first.uppercased()) { return whole }
            if isDate(first) { return stamp(first, "00:00") }
            if isClock(first) { return try clock(["", first], today) }
            if let t = first.firstIndex(of: "t"), isDate(String(first[..<t])) { return stamp(String(first[..<t]), String(first[first.index(after: t)...])) }
            return nil
        case (_, 2) where isDate(first): return try clock(words, first)
        default: return nil
        }
    }

    private static func clock(_ words: [String], _ date: String) throws(HistoryError) -> Timestamp {
        guard let clock = words.last, let time = stamp(date, clock) else {
            throw HistoryError(.invalid, "\"\(printable(words.last ?? "", limit: 40))\" is no time of a day", advice: advice)
        }
        return time
    }

    /// `14:00`, `9:30`, `14:00:05`, with a zone or without.
    private static func stamp(_ date: String, _ clock: String) -> Timestamp? {
        let clock = clock.drop { $0 == "t" }.uppercased()
        let zoneStart = clock.firstIndex { "Z+-".contains($0) } ?? clock.endIndex
        let zone = clock[zoneStart...]
        var parts = clock[..<zoneStart].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), let hour = parts.first, let minute = parts.dropFirst().first, minute.count == 2 else { return nil }
        if hour.count == 1 { parts[0] = "0" + hour }
        if parts.count == 2 { parts.append("00") }
        return Timestamp("\(date)T\(parts.joined(separator: ":"))\(zone.isEmpty ? "Z" : String(zone))")
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [4, 2, 2] && text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isClock(_ text: String) -> Bool {
        text.contains(":") && text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ":") }
    }

    /// `2h`, `90m`, `1h30m`, `3 days`, `2 weeks`, `a year`.
    private static func ago(_ words: ArraySlice<String>, _ now: Timestamp) throws(HistoryError) -> Timestamp {
        let text = words.joined(separator: " ")
        let units: [(names: [String], seconds: Int64)] = [
            (["s", "sec", "second"], 1), (["m", "min", "minute"], 60), (["h", "hour"], 3600), (["d", "day"], 86_400), (["w", "week"], 604_800),
            (["month"], 2_629_746), (["y", "year"], 31_556_952),
        ]
        var total: Int64 = 0
        var rest = Substring(text.filter { $0 != " " })
        var isFirst = true
        while !rest.isEmpty || isFirst {
            isFirst = false
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            var word = String(name)
            var number = Int64(digits)
            if digits.isEmpty {
                // "an hour", "a day"
                for article in ["an", "a"] where number == nil && word.hasPrefix(article) {
                    word = String(word.dropFirst(article.count))
                    number = 1
                }
            }
            if word.count > 1, word.hasSuffix("s") { word.removeLast() }
            guard let number, let unit = units.first(where: { $0.names.contains(word) }) else {
                throw HistoryError(.invalid, "\"\(printable(text, limit: 80)) ago\" is no time", advice: advice)
            }
            let (seconds, isOver) = number.multipliedReportingOverflow(by: unit.seconds)
            let (sum, isTooMuch) = total.addingReportingOverflow(seconds)
            guard !isOver, !isTooMuch, sum < 1_000_000_000_000 else {
                throw HistoryError(.invalid, "\"\(printable(text, limit: 80)) ago\" is before all time", advice: advice)
            }
            total = sum
        }
        return now.adding(.seconds(-total))
    }
}
