/// Texts that plain style would turn into something else.
extension PlainScalar {
    /// Whether a string must be quoted to stay one: it resolves to another type,
    /// or another reader's YAML 1.1 would take it for a date or a base-60 number.
    static func isReserved(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        if resolve(bytes) != nil { return true }
        guard first &- UInt8(ascii: "0") < 10 || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else { return false }
        return isTimestamp(bytes) || isSexagesimal(bytes)
    }

    /// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
    private static func isSexagesimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = bytes[...]
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let first = rest.first, isDigit(first) else { return false }
        rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: "_") }
        guard rest.first == UInt8(ascii: ":") else { return false }
        while rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            let digits = rest.prefix { isDigit($0) }
            guard digits.count == 1 || (digits.count == 2 && digits.first ?? 0xff <= UInt8(ascii: "5")) else { return false }
            rest = rest.dropFirst(digits.count)
        }
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop { isDigit($0) || $0 == UInt8(ascii: "_") } }
        return rest.isEmpty
    }

    /// What Go's `time.Parse` accepts in go-yaml's four forms: a date, alone or
    /// with a time; one-digit fields allowed.
    private static func isTimestamp(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var fields = TimestampFields(rest: bytes[...])
        guard bytes.prefix(4).allSatisfy(isDigit), let year = fields.number(4), fields.skip("-"), let month = fields.shortNumber(),
            fields.skip("-"), let day = fields.shortNumber(), (1...12).contains(month),
            day >= 1, day <= days(in: month, of: year)
        else { return false }
        if fields.rest.isEmpty { return true }
        let hasZone = fields.skip("T") || fields.skip("t")
        guard hasZone || fields.skip(" "), let hour = fields.shortNumber(), hour < 24, fields.skip(":"),
            let minute = fields.shortNumber(), minute < 60, fields.skip(":"), let second = fields.shortNumber(), second < 60
        else { return false }
        fields.skipFraction()
        if hasZone, !fields.skip("Z") {
            guard fields.skip("+") || fields.skip("-"), let hours = fields.number(2), hours <= 24, fields.skip(":"),
                let minutes = fields.number(2), minutes <= 60
            else { return false }
        }
        return fields.rest.isEmpty
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    fileprivate static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}

/// Reads the fields of a timestamp one after the other.
private struct TimestampFields {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(truncatingIfNeeded: character.value) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy(PlainScalar.isDigit) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) }
    }

    /// One digit or two.
    mutating func shortNumber() -> Int? { number(2) ?? number(1) }

    mutating func skipFraction() {
        guard let first = rest.first, first == UInt8(ascii: ".") || first == UInt8(ascii: ","),
            let digit = rest.dropFirst().first, PlainScalar.isDigit(digit)
        else { return }
        rest = rest.dropFirst().drop { PlainScalar.isDigit($0) }
    }
}
