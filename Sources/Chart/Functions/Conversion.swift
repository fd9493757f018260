internal import Template

/// spf13/cast: any value to a number, 0 for what is none.
enum Conversion {
    static func int64(_ value: Datum) -> Int64 {
        switch value {
        case .int(let number, _): return number
        case .float(let number): return truncated(number)
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text): return integer(withoutZeroFraction(text)) ?? 0
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
            if rest.hasPrefix("_"), base == 10 { return nil }
            if rest.hasSuffix("_") || rest.contains("__") { return nil }
            rest = Substring(rest.filter { $0 != "_" })
        }
        guard let first = rest.first, first != "-", first != "+" else { return nil }
        return Int64((isNegative ? "-" : "") + rest, radix: base)
    }

    static func decimal(_ text: String) -> Int64? { Int64(text) }

    static func octal(_ text: String) -> Int64? { Int64(text, radix: 8) }

    static func float(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default:
            let isPlain = text.utf8.allSatisfy {
                (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 101 || $0 == 69
            }
            guard isPlain else { return text.lowercased().hasPrefix("0x") && text.lowercased().contains("p") ? Double(text) : nil }
            if text.hasSuffix(".") { return Double(text + "0") }
            return Double(text)
        }
    }

    /// "12.00" counts as "12", "12.9" as what it is.
    private static func withoutZeroFraction(_ text: String) -> String {
        guard let point = text.utf8.lastIndex(of: UInt8(ascii: ".")) else { return text }
        let fraction = text.utf8[text.utf8.index(after: point)...]
        guard !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return text }
        return String(text[..<point])
    }
}
