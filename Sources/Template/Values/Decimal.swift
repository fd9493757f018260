/// A double as decimal digits: 0.d1d2d3… × 10^point. Go's strconv works on the same form.
struct Decimal {
    var digits: [UInt8]
    var point: Int
    var isNegative: Bool

    /// The fewest digits that read back as the same number.
    init(shortest value: Double) {
        isNegative = value.sign == .minus
        digits = []
        point = 0
        var exponent = 0
        var seenPoint = false
        var rest = Substring(value.magnitude.description)
        if let mark = rest.firstIndex(of: "e") {
            exponent = Int(rest[rest.index(after: mark)...]) ?? 0
            rest = rest[..<mark]
        }
        for byte in rest.utf8 {
            if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else if (48...57).contains(byte) {
                digits.append(byte &- 48)
                if !seenPoint { point += 1 }
            }
        }
        point += exponent
        normalize()
    }

    /// All digits, of which a double has at most some 770.
    init(exact value: Double) {
        isNegative = value.sign == .minus
        var significand = value.significandBitPattern
        var exponent = Int(value.exponentBitPattern) - 1075
        if value.exponentBitPattern == 0 { exponent += 1 } else { significand |= 1 << 52 }
        // Whole numbers in base 10^9; for a fraction multiply by 5^n and move the point by n.
        var limbs: [UInt64] = [significand % 1_000_000_000, significand / 1_000_000_000]
        func multiply(by factor: UInt64) {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] &* factor &+ carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var moved = 0
        if value == 0 {
            exponent = 0
        }
        while exponent > 0 {
            let step = min(exponent, 29)
            multiply(by: 1 << UInt64(step))
            exponent -= step
        }
        while exponent < 0 {
            let step = min(-exponent, 12)
            var factor: UInt64 = 1
            for _ in 0..<step { factor &*= 5 }
            multiply(by: factor)
            exponent += step
            moved += step
        }
        digits = []
        for limb in limbs.reversed() {
            var divisor: UInt64 = 100_000_000
            for _ in 0..<9 {
                digits.append(UInt8(limb / divisor % 10))
                divisor /= 10
            }
        }
        point = digits.count - moved
        normalize()
    }

    private mutating func normalize() {
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        point -= zeros
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// Keeps so many digits, rounding half to even.
    mutating func round(to count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            point = 0
            return
        }
        let next = digits[count]
        let isHalf = next == 5 && count + 1 == digits.count
        let up = isHalf ? count > 0 && digits[count - 1] % 2 == 1 : next >= 5
        digits.removeLast(digits.count - count)
        if up {
            var index = count - 1
            while index >= 0, digits[index] == 9 { index -= 1 }
            if index < 0 {
                digits = [1]
                point += 1
            } else {
                digits[index] += 1
                digits.removeLast(digits.count - index - 1)
            }
        }
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// `d.ddde±dd`
    func exponentForm(fraction: Int, mark: Character) -> String {
        var text = String(digits.first ?? 0)
        if fraction > 0 {
            text += "."
            for index in 1...fraction { text += String(index < digits.count ? digits[index] : 0) }
        }
        let exponent = digits.isEmpty ? 0 : point - 1
        text += "\(mark)\(exponent < 0 ? "-" : "+")"
        return text + (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
    }

    /// `ddd.ddd`
    func plainForm(fraction: Int) -> String {
        var bytes: [UInt8] = []
        if point > 0 {
            for index in 0..<point { bytes.append(48 &+ (index < digits.count ? digits[index] : 0)) }
        } else {
            bytes.append(48)
        }
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            for index in 0..<fraction {
                let place = point + index
                bytes.append(48 &+ (digits.indices.contains(place) ? digits[place] : 0))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Go's `strconv.FormatFloat(value, format, precision, 64)`; precision -1 means as few digits as do.
package func goFormat(_ value: Double, _ format: Character, precision: Int = -1) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    let sign = value.sign == .minus ? "-" : ""
    switch format {
    case "b":
        let isSubnormal = value.exponentBitPattern == 0
        let mantissa = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
        let exponent = max(1, Int(value.exponentBitPattern)) - 1075
        return sign + "\(mantissa)p\(exponent < 0 ? "-" : "+")\(abs(exponent))"
    case "x", "X": return sign + hexadecimal(value.magnitude, precision, isUpper: format == "X")
    default: break
    }
    let isShortest = precision < 0
    // Doubles have at most 767 significant digits; more precision adds zeros only.
    let precision = min(precision, 100_000)
    var decimal = isShortest ? Decimal(shortest: value) : Decimal(exact: value)
    switch format {
    case "e", "E":
        if !isShortest { decimal.round(to: precision + 1) }
        return sign + decimal.exponentForm(fraction: isShortest ? max(0, decimal.digits.count - 1) : precision, mark: format)
    case "f", "F":
        if !isShortest { decimal.round(to: decimal.point + precision) }
        return sign + decimal.plainForm(fraction: isShortest ? max(0, decimal.digits.count - decimal.point) : precision)
    default:
        let mark: Character = format == "G" ? "E" : "e"
        let wanted = precision == 0 ? 1 : precision
        if !isShortest { decimal.round(to: wanted) }
        // Shortest digits count as six here: 1234567 is 1.234567e+06.
        var limit = isShortest ? 6 : wanted
        if !isShortest, limit > decimal.digits.count, decimal.digits.count >= decimal.point { limit = decimal.digits.count }
        let exponent = decimal.point - 1
        if exponent < -4 || exponent >= limit {
            return sign + decimal.exponentForm(fraction: max(0, decimal.digits.count - 1), mark: mark)
        }
        return sign + decimal.plainForm(fraction: max(0, decimal.digits.count - decimal.point))
    }
}

/// `0x1.8p+01`
private func hexadecimal(_ value: Double, _ precision: Int, isUpper: Bool) -> String {
    var exponent = 0
    var mantissa: UInt64 = 0  // 1.52 bits
    if value != 0 {
        exponent = Int(value.exponent)
        mantissa = value.significand.significandBitPattern | 1 << 52
    }
    if precision >= 0, precision < 13 {
        let drop = UInt64(52 - precision * 4)
        let half: UInt64 = 1 << (drop - 1)
        let rest = mantissa & ((1 << drop) - 1)
        mantissa >>= drop
        if rest > half || (rest == half && mantissa & 1 == 1) { mantissa += 1 }
        mantissa <<= drop
        if mantissa >> 53 != 0 {
            mantissa >>= 1
            exponent += 1
        }
    }
    var text = "0x" + String(mantissa >> 52)
    var fraction = String(mantissa & ((1 << 52) - 1), radix: 16)
    fraction = String(repeating: "0", count: 13 - fraction.utf8.count) + fraction
    if precision < 0 {
        while fraction.hasSuffix("0") { fraction.removeLast() }
    } else if precision <= 13 {
        fraction = String(fraction.prefix(precision))
    } else {
        fraction += String(repeating: "0", count: min(precision, 100_000) - 13)
    }
    if !fraction.isEmpty { text += "." + fraction }
    text += "p\(exponent < 0 ? "-" : "+")" + (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
    return isUpper ? text.uppercased() : text
}
