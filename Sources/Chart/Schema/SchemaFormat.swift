internal import RegularExpression
internal import Template

/// A `format` that is checked; one of another name is a remark.
enum SchemaFormat: String, Sendable {
    case regex
    case jsonPointer = "json-pointer", relativeJSONPointer = "relative-json-pointer"
    case uuid, duration, period, semver
    case ipv4, ipv6, hostname, email
    case date, time, dateTime = "date-time"
    case uri, iri, uriReference = "uri-reference", iriReference = "iri-reference", uriTemplate = "uri-template"

    var name: String { rawValue }

    /// What is wrong with a text; nil where nothing is.
    func problem(_ text: String) -> String? {
        switch self {
        case .regex: Self.regexProblem(text)
        case .jsonPointer: Self.pointerProblem(text)
        case .relativeJSONPointer: Self.relativePointerProblem(text)
        case .uuid: Self.uuidProblem(text)
        case .duration: Self.durationProblem(text)
        case .period: Self.periodProblem(text)
        case .semver: Self.semverProblem(text)
        case .ipv4: NetworkFormats.ipv4Problem(text)
        case .ipv6: NetworkFormats.ipv6Problem(text)
        case .hostname: NetworkFormats.hostnameProblem(text)
        case .email: NetworkFormats.emailProblem(text)
        case .date: Self.dateProblem(text)
        case .time: Self.timeProblem(text)
        case .dateTime: Self.dateTimeProblem(text)
        case .uri, .iri: NetworkFormats.urlProblem(text, isReference: false)
        case .uriReference, .iriReference: NetworkFormats.urlProblem(text, isReference: true)
        case .uriTemplate: NetworkFormats.templateProblem(text)
        }
    }

    private static func regexProblem(_ text: String) -> String? {
        do throws(RegularExpressionError) {
            _ = try RegularExpression(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// RFC 6901, section 3.
    private static func pointerProblem(_ text: String) -> String? {
        if text.isEmpty { return nil }
        guard text.hasPrefix("/") else { return "not starting with /" }
        return SchemaPointer(text: text).isWellFormed ? nil : "~ must be followed by 0 or 1"
    }

    private static func relativePointerProblem(_ text: String) -> String? {
        let digits = text.utf8.prefix { isDigit($0) }
        if digits.isEmpty { return "must start with non-negative integer" }
        if digits.count > 1, text.hasPrefix("0") { return "starts with zero" }
        let rest = String(text.dropFirst(digits.count))
        return rest == "#" ? nil : pointerProblem(rest)
    }

    private static func uuidProblem(_ text: String) -> String? {
        let sizes = [8, 4, 4, 4, 12]
        let groups = goSplit(text, "-")
        guard groups.count == sizes.count else { return "must have 5 elements" }
        for (index, (group, size)) in zip(groups, sizes).enumerated() {
            guard group.utf8.count == size else { return "element \(index + 1) must be \(size) characters long" }
            if let other = group.unicodeScalars.first(where: { !($0.isASCII && Character($0).isHexDigit) }) {
                return "non-hex character \(quoted(other))"
            }
        }
        return nil
    }

    /// RFC 3339, appendix A.
    private static func durationProblem(_ text: String) -> String? {
        guard text.hasPrefix("P") else { return "must start with P" }
        let rest = String(text.dropFirst())
        if rest.isEmpty { return "nothing after P" }
        if rest.hasSuffix("W") {
            let weeks = rest.dropLast()
            if weeks.isEmpty { return "no number in week" }
            return weeks.utf8.allSatisfy(isDigit) ? nil : "invalid week"
        }
        let allUnits = ["YMD", "HMS"]
        for (index, part) in goSplit(rest, "T").enumerated() {
            if index > 0, part.isEmpty { return "no time elements" }
            guard allUnits.indices.contains(index) else { return "more than one T" }
            var units = Substring(allUnits[index])
            var rest = Substring(part).utf8
            while !rest.isEmpty {
                let digits = rest.prefix(while: isDigit)
                if digits.isEmpty { return "missing number" }
                rest = rest[digits.endIndex...]
                guard let unit = rest.first else { return "missing unit" }
                let name = quoted(Unicode.Scalar(unit))
                guard let place = units.utf8.firstIndex(of: unit) else {
                    return allUnits[index].utf8.contains(unit) ? "unit \(name) out of order" : "invalid unit \(name)"
                }
                units = units[units.utf8.index(after: place)...]
                rest = rest.dropFirst()
            }
        }
        return nil
    }

    private static func periodProblem(_ text: String) -> String? {
        guard let (start, end) = goCut(text, "/") else { return "missing slash" }
        if start.hasPrefix("P") {
            if let problem = durationProblem(start) { return "invalid start duration: \(problem)" }
            return dateTimeProblem(end).map { "invalid end date-time: \($0)" }
        }
        if let problem = dateTimeProblem(start) { return "invalid start date-time: \(problem)" }
        if end.hasPrefix("P") { return durationProblem(end).map { "invalid end duration: \($0)" } }
        return dateTimeProblem(end).map { "invalid end date-time: \($0)" }
    }

    private static func semverProblem(_ text: String) -> String? {
        var text = text
        func invalid(_ identifier: String) -> Unicode.Scalar? {
            identifier.unicodeScalars.first { !($0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) || $0 == "-") }
        }
        if let (rest, build) = goCut(text, "+") {
            if build.isEmpty { return "build is empty" }
            for identifier in goSplit(build, ".") {
                if identifier.isEmpty { return "build identifier is empty" }
                if let scalar = invalid(identifier) { return "invalid character \(quoted(scalar)) in build identifier" }
            }
            text = rest
        }
        if let (rest, release) = goCut(text, "-") {
            for identifier in goSplit(release, ".") {
                if identifier.isEmpty { return "pre-release identifier is empty" }
                if let scalar = invalid(identifier) { return "invalid character \(quoted(scalar)) in pre-release identifier" }
                if identifier.utf8.allSatisfy(isDigit), identifier.utf8.count > 1, identifier.hasPrefix("0") {
                    return "pre-release numeric identifier starts with zero"
                }
            }
            text = rest
        }
        let numbers = goSplit(text, ".")
        guard numbers.count == 3 else { return "versionCore must have 3 numbers separated by dot" }
        for (name, number) in zip(["major", "minor", "patch"], numbers) {
            if number.isEmpty { return "\(name) is empty" }
            if number.utf8.count > 1, number.hasPrefix("0") { return "\(name) starts with zero" }
            if !number.utf8.allSatisfy(isDigit) { return "\(name) contains non-digit" }
        }
        return nil
    }

    // MARK: dates

    private static func dateProblem(_ text: String) -> String? {
        do throws(GoTimeLayout.Mismatch) {
            _ = try GoTimeLayout.parse("2006-01-02", text)
            return nil
        } catch {
            return error.description
        }
    }

    private static func dateTimeProblem(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        if bytes.count < 20 { return "less than 20 characters long" }
        if bytes[10] != UInt8(ascii: "t"), bytes[10] != UInt8(ascii: "T") { return "11th character must be t or T" }
        if let problem = dateProblem(String(decoding: bytes[..<10], as: UTF8.self)) { return "invalid date element: \(problem)" }
        return timeProblem(String(decoding: bytes[11...], as: UTF8.self)).map { "invalid time element: \($0)" }
    }

    /// RFC 3339, section 5.6, leap seconds included.
    private static func timeProblem(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        if bytes.count < 9 { return "less than 9 characters long" }
        if bytes[2] != UInt8(ascii: ":") || bytes[5] != UInt8(ascii: ":") { return "missing colon in correct place" }
        var clock: [Int] = []
        for part in goSplit(String(decoding: bytes[..<8], as: UTF8.self), ":", limit: 3) {
            guard let number = Int(part) else { return "invalid hour/min/sec" }
            if number < 0 { return "non-positive hour/min/sec" }
            clock.append(number)
        }
        guard clock.count == 3 else { return "missing hour/min/sec" }
        if clock[0] > 23 || clock[1] > 59 || clock[2] > 60 { return "hour/min/sec out of range" }
        var rest = bytes[8...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            if digits.isEmpty { return "no digits in second fraction" }
            rest = rest.dropFirst(1 + digits.count)
        }
        var minutes = clock[0] * 60 + clock[1]
        if !rest.elementsEqual("z".utf8), !rest.elementsEqual("Z".utf8) {
            guard rest.count == 6, let first = rest.first else { return "offset must be 6 characters long" }
            guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return "offset must begin with plus/minus" }
            let offset = Array(rest.dropFirst())
            guard offset[2] == UInt8(ascii: ":") else { return "missing colon in offset in correct place" }
            var numbers: [Int] = []
            for part in goSplit(String(decoding: offset, as: UTF8.self), ":", limit: 2) {
                guard let number = Int(part) else { return "invalid hour/min in offset" }
                if number < 0 { return "non-positive hour/min in offset" }
                numbers.append(number)
            }
            guard numbers.count == 2, numbers[0] <= 23, numbers[1] <= 59 else { return "hour/min in offset out of range" }
            let shift = numbers[0] * 60 + numbers[1]
            minutes += first == UInt8(ascii: "+") ? -shift : shift
            if minutes < 0 { minutes += 24 * 60 }
        }
        if clock[2] >= 60, minutes != 23 * 60 + 59 { return "invalid leap second" }
        return nil
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A character as Go's `%q` has it.
    static func quoted(_ scalar: Unicode.Scalar) -> String {
        if scalar == "'" { return #"'\''"# }
        if scalar == "\"" { return #"'"'"# }
        return "'\(goQuoted(String(scalar)).dropFirst().dropLast())'"
    }
}
