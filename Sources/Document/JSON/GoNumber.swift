/// Floating-point numbers in the forms Go prints: the shortest digits that read
/// back as the same number, laid out as encoding/json, `%v` and go-yaml do.
package enum GoNumber {
    /// encoding/json: plain digits from 1e-6 up to 1e21, else an exponent
    /// without leading zero. "null" for what JSON cannot say.
    package static func json(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let decimal = ShortestDecimal(value.description)
        if value != 0, abs(value) < 1e-6 || abs(value) >= 1e21 {
            return decimal.scientific(minimumExponentDigits: 1)
        }
        return decimal.plain
    }

    /// `strconv.FormatFloat(value, 'g', -1, 64)`, which `%v` and go-yaml use,
    /// with YAML's names for infinity and NaN.
    package static func general(_ value: Double) -> String {
        if let special = special(value.isNaN, value.isInfinite, value < 0) { return special }
        return ShortestDecimal(value.description).general
    }

    /// The same in single precision, where Go formats a float32.
    package static func general(_ value: Float) -> String {
        if let special = special(value.isNaN, value.isInfinite, value < 0) { return special }
        return ShortestDecimal(value.description).general
    }

    private static func special(_ isNaN: Bool, _ isInfinite: Bool, _ isNegative: Bool) -> String? {
        isNaN ? ".nan" : isInfinite ? (isNegative ? "-.inf" : ".inf") : nil
    }
}

/// The digits of a number and where its point is: `0.digits × 10^point`.
package struct ShortestDecimal: Sendable, Hashable {
    package var isNegative: Bool
    /// ASCII, without leading or trailing zeros; "0" for zero.
    package var digits: String
    package var point: Int

    /// From Swift's description of a finite number, whose digits are the shortest already.
    package init(_ description: String) {
        isNegative = description.hasPrefix("-")
        var digits: [UInt8] = []
        var point = 0
        var exponent = 0
        var seenPoint = false
        let magnitude = description.utf8.drop { $0 == UInt8(ascii: "-") }
        scan: for (index, byte) in zip(magnitude.indices, magnitude) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if seenPoint { point &-= 1 }
                    continue
                }
                digits.append(byte)
                if !seenPoint { point &+= 1 }
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "e"):
                exponent = Int(String(Substring(magnitude[magnitude.index(after: index)...]))) ?? 0
                break scan
            default: continue
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.point = digits.isEmpty ? 1 : point &+ exponent
        self.digits = digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)
    }

    /// Go's 'f' with the fewest digits.
    package var plain: String {
        let count = digits.utf8.count
        let text: String
        if point <= 0 {
            text = digits == "0" ? "0" : "0." + String(repeating: "0", count: min(-point, 400)) + digits
        } else if point >= count {
            text = digits + String(repeating: "0", count: min(point - count, 400))
        } else {
            text = digits.prefix(point) + "." + digits.dropFirst(point)
        }
        return (isNegative ? "-" : "") + text
    }

    /// Go's 'e' with the fewest digits.
    package func scientific(minimumExponentDigits: Int) -> String {
        let exponent = point - 1
        let fraction = digits.dropFirst()
        let power = String(abs(exponent))
        return (isNegative ? "-" : "") + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
            + (exponent < 0 ? "e-" : "e+") + String(repeating: "0", count: max(0, minimumExponentDigits - power.count)) + power
    }

    /// Go's 'g' with the fewest digits: an exponent below 1e-4 and from 1e6 on
    /// (the shortest form decides as if it had six digits).
    package var general: String {
        let exponent = point - 1
        return exponent < -4 || exponent >= 6 ? scientific(minimumExponentDigits: 2) : plain
    }
}
