internal import Basics

/// The dates of HTTP fields.
enum HTTPDate {
    /// The three forms of RFC 9110 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    static func parse(_ text: String) -> Timestamp? {
        var words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        guard words.count >= 5, words.count <= 6 else { return nil }
        words.removeFirst()
        if words.last == "GMT" || words.last == "UTC" { words.removeLast() }
        guard words.count == 4 else { return nil }
        // asctime's form begins with the month and ends with the year.
        let isAscTime = months[words[0].lowercased()] != nil
        let (day, month, year, time) = isAscTime ? (words[1], words[0], words[3], words[2]) : (words[0], words[1], words[2], words[3])
        guard let month = months[month.lowercased()], let dayNumber = Int(day), (1...31).contains(dayNumber), let yearNumber = Int(year),
            (0...9999).contains(yearNumber)
        else { return nil }
        // Two digits: this century's, as no server sends a date of the last one.
        let fullYear = year.utf8.count == 2 ? 2000 + yearNumber : yearNumber
        return Timestamp("\(padded(fullYear, 4))-\(padded(month, 2))-\(padded(dayNumber, 2))T\(time)Z")
    }

    private static let months = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
    ]

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
