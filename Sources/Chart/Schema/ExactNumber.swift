internal import Document
internal import Template

/// A decimal number of any size, as Go's `big.Rat` has it: bounds and multiples are exact,
/// `0.3` is a multiple of `0.1`.
struct ExactNumber: Sendable {
    let isNegative: Bool
    /// 0...9 each, without zeros at either end; none for zero.
    let digits: [UInt8]
    /// The digits are a whole number of this power of ten.
    let exponent: Int
    /// The nearest float64; infinite beyond its range.
    let double: Double

    /// From a number's text; nil where the exponent is beyond a million, as Go refuses it.
    init?(_ text: String) {
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        let negative = text.utf8.first == UInt8(ascii: "-")
        scan: for (index, byte) in zip(text.utf8.indices, text.utf8) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { exponent &-= 1 }
                if byte == UInt8(ascii: "0"), digits.isEmpty { continue }
                digits.append(byte &- UInt8(ascii: "0"))
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let power = Int(text[text.utf8.index(after: index)...]), (-10_000_000...10_000_000).contains(power) else { return nil }
                exponent &+= power
                break scan
            default: continue
            }
        }
        guard (-1_000_000...1_000_000).contains(exponent) else { return nil }
        self.init(isNegative: negative, digits: digits, exponent: exponent, double: Double(text) ?? 0)
    }

    /// The shortest decimal that reads as this float64, which is what Go compares.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let shortest = ShortestDecimal("\(value)")
        let digits = shortest.digits.utf8.map { $0 &- UInt8(ascii: "0") }
        self.init(isNegative: shortest.isNegative, digits: digits, exponent: shortest.point &- digits.count, double: value)
    }

    init(_ value: Int64) {
        let digits = String(value.magnitude).utf8.map { $0 &- UInt8(ascii: "0") }
        self.init(isNegative: value < 0, digits: digits, exponent: 0, double: Double(value))
    }

    /// Nil for what is no number.
    init?(_ value: Datum) {
        switch value {
        case .int(let value, _): self.init(value)
        case .float(let value): self.init(value)
        default: return nil
        }
    }

    private init(isNegative: Bool, digits: [UInt8], exponent: Int, double: Double) {
        var kept = digits[...]
        var exponent = exponent
        while kept.last == 0 {
            kept.removeLast()
            exponent &+= 1
        }
        kept = kept.drop { $0 == 0 }
        self.isNegative = isNegative && !kept.isEmpty
        self.digits = Array(kept)
        self.exponent = kept.isEmpty ? 0 : exponent
        self.double = kept.isEmpty ? 0 : double
    }

    var isZero: Bool { digits.isEmpty }
    var isInteger: Bool { exponent >= 0 }

    /// The low 64 bits of an integer, what Go makes of a count; nil for a fraction.
    var count: Int? {
        guard isInteger else { return nil }
        var bits: UInt64 = 0
        for digit in digits { bits = bits &* 10 &+ UInt64(digit) }
        for _ in 0..<min(exponent, 64) { bits = bits &* 10 }
        let value = Int(truncatingIfNeeded: bits)
        return isNegative ? 0 &- value : value
    }

    /// Below 0, 0 or above 0.
    func compare(_ other: ExactNumber) -> Int {
        if double < other.double { return -1 }
        if double > other.double { return 1 }
        if isNegative != other.isNegative { return isNegative ? -1 : 1 }
        if isZero || other.isZero { return isZero ? (other.isZero ? 0 : -1) : 1 }
        let sign = isNegative ? -1 : 1
        let left = digits.count &+ exponent, right = other.digits.count &+ other.exponent
        if left != right { return left < right ? -sign : sign }
        if digits == other.digits { return 0 }
        return digits.lexicographicallyPrecedes(other.digits) ? -sign : sign
    }

    /// True when this is another number times an integer.
    func isMultiple(of other: ExactNumber) -> Bool {
        if isZero { return true }
        let divisor = other.digits
        // The digits do not end in zero, so a missing power of ten cannot come from them.
        guard !divisor.isEmpty, exponent >= other.exponent, divisor.count <= 1000, digits.count <= 100_000 else { return false }
        // More powers of ten than the divisor can have factors 2 and 5 add nothing.
        let zeros = min(exponent &- other.exponent, divisor.count &* 4)
        if divisor.count <= 18 {
            let modulus = divisor.reduce(0 as UInt64) { $0 &* 10 &+ UInt64($1) }
            var rest: UInt64 = 0
            for digit in digits { rest = (rest &* 10 &+ UInt64(digit)) % modulus }
            for _ in 0..<zeros { rest = (rest &* 10) % modulus }
            return rest == 0
        }
        var rest = LongRemainder(divisor)
        for digit in digits { rest.append(digit) }
        for _ in 0..<zeros { rest.append(0) }
        return rest.isZero
    }

    /// The number as a message in English has it: `1,234.5`, `1×10⁰⁶`.
    static func localized(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-∞" : "∞" }
        let shortest = ShortestDecimal("\(value)")
        let exponent = shortest.point - 1
        if exponent >= -4, exponent < 6 {
            let parts = goSplit(shortest.plain, ".")
            return grouped(parts[0]) + parts.dropFirst().map { "." + $0 }.joined()
        }
        let parts = goSplit(shortest.scientific(minimumExponentDigits: 2), "e")
        let power = parts.last.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 } ?? ""
        return (parts.first ?? "") + "×10" + String(String.UnicodeScalarView(power.unicodeScalars.map(superscript)))
    }

    static func localized(_ value: Int) -> String { grouped(String(value)) }

    private static func grouped(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = Array(text.dropFirst(sign.count))
        var result = sign
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    private static func superscript(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "-": "\u{207b}"
        case "1": "\u{b9}"
        case "2": "\u{b2}"
        case "3": "\u{b3}"
        default: Unicode.Scalar(0x2070 &+ (scalar.value &- 0x30)) ?? scalar
        }
    }
}

/// What remains of a number of any length, digit by digit, when divided by a long one.
private struct LongRemainder {
    private let divisor: [UInt8]
    /// As long as the divisor and a digit more.
    private var rest: [UInt8]

    init(_ divisor: [UInt8]) {
        self.divisor = [0] + divisor
        rest = [UInt8](repeating: 0, count: divisor.count + 1)
    }

    var isZero: Bool { rest.allSatisfy { $0 == 0 } }

    mutating func append(_ digit: UInt8) {
        rest.removeFirst()
        rest.append(digit)
        while !rest.lexicographicallyPrecedes(divisor) {
            var borrow: Int8 = 0
            for index in rest.indices.reversed() {
                var difference = Int8(rest[index]) &- Int8(divisor[index]) &- borrow
                borrow = difference < 0 ? 1 : 0
                if difference < 0 { difference &+= 10 }
                rest[index] = UInt8(truncatingIfNeeded: difference)
            }
        }
    }
}
