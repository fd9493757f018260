internal import Template

/// spf13/cast: any value to a number, 0 for what is none.
enum Conversion {
    static func int64(_ value: Datum) -> Int64 {
        switch value {
        case .int(let number, _): return number
        case .float(let number): return truncated(number)
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text): return integer(withoutZeroFraction(text)) ?? 0
        case .object(let object as NamedNumber): return object.number
        default: return 0
        }
    }

    static func float64(_ value: Datum) -> Double {
        switch value {
        case .float(let number): return number
        case .int(let number, _): return Double(number)
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text): return float(text) ?? 0
        default: return 0
        }
    }

    /// What amd64 makes of a float too large for an integer.
    static func truncated(_ number: Double) -> Int64 {
        Int64(exactly: number.rounded(.towardZero)) ?? .min
    }

    /// Go's `strconv.ParseInt(text, 0, 64)`: base by prefix, "0755" is octal, "_" between digits.
    static func integer(_ text: String) -> Int64? {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        var base = 10
        if rest.first == "0", rest.count > 1 {
            switch rest.dropFirst().first {
            case "x", "X": (base, rest) = (16, rest.dropFirst(2))
            case "b", "B": (base, rest) = (2, rest.dropFirst(2))
            case "o", "O": (base, rest) = (8, rest.dropFirst(2))
            default: (base, rest) = (8, rest.dropFirst())
            }
        }
        if rest.contains("_") {
            guard underscoresSeparateDigits(Array(text.utf8)) else { return nil }
            rest = Substring(rest.filter { $0 != "_" })
        }
        guard let first = rest.first, first != "-", first != "+" else { return nil }
        return Int64((isNegative ? "-" : "") + rest, radix: base)
    }

    /// Go's `strconv.Atoi`, its error left out: too large is the largest.
    static func decimal(_ text: String) -> Int64 {
        let digits = text.utf8.first == 43 || text.utf8.first == 45 ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return 0 }
        return Int64(text) ?? (text.utf8.first == 45 ? .min : .max)
    }

    static func octal(_ text: String) -> Int64? { Int64(text, radix: 8) }

    /// Go's `strconv.ParseFloat`; nil for what is none, and for what is too large.
    static func float(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        var digits = Array(text.utf8)
        if digits.contains(UInt8(ascii: "_")) {
            guard underscoresSeparateDigits(digits) else { return nil }
            digits.removeAll { $0 == UInt8(ascii: "_") }
        }
        let unsigned = digits.first == 43 || digits.first == 45 ? digits.dropFirst() : digits[...]
        if unsigned.first == 48, unsigned.dropFirst().first.map({ $0 | 32 }) == UInt8(ascii: "x") {
            guard unsigned.contains(where: { $0 | 32 == UInt8(ascii: "p") }) else { return nil }
        } else {
            guard unsigned.allSatisfy({ (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46 || $0 | 32 == 101 }) else { return nil }
        }
        // Swift wants a digit behind the point.
        if let point = digits.firstIndex(of: UInt8(ascii: ".")), !digits.dropFirst(point + 1).prefix(1).contains(where: { (48...57).contains($0) }) {
            guard point > 0, (48...57).contains(digits[point - 1]) else { return nil }
            digits.insert(48, at: point + 1)
        }
        return Double(String(decoding: digits, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Go's rule for "_" in numbers: between digits, or behind a prefix.
    private static func underscoresSeparateDigits(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        if rest.first == 43 || rest.first == 45 { rest.removeFirst() }
        var isHex = false
        var last: Character = "^"
        if rest.first == 48, let mark = rest.dropFirst().first.map({ $0 | 32 }), "box".utf8.contains(mark) {
            rest = rest.dropFirst(2)
            isHex = mark == UInt8(ascii: "x")
            last = "0"
        }
        for byte in rest {
            if (48...57).contains(byte) || isHex && (97...102).contains(byte | 32) {
                last = "0"
            } else if byte == UInt8(ascii: "_") {
                if last != "0" { return false }
                last = "_"
            } else {
                if last == "_" { return false }
                last = "!"
            }
        }
        return last != "_"
    }

    /// "12.00" counts as "12", "12.9" as what it is.
    private static func withoutZeroFraction(_ text: String) -> String {
        guard let point = text.utf8.lastIndex(of: UInt8(ascii: ".")) else { return text }
        let fraction = text.utf8[text.utf8.index(after: point)...]
        guard !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return text }
        return String(text[..<point])
    }
}
