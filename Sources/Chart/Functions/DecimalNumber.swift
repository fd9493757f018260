internal import Document

/// A decimal number as shopspring/decimal computes with them: 1.1 + 2.2 is 3.3.
struct DecimalNumber {
    private var mantissa: BigInteger
    private var exponent: Int

    /// Nil for what no decimal number is: infinity and NaN.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let shortest = ShortestDecimal(value.description)
        mantissa = BigInteger(digits: shortest.digits, isNegative: shortest.isNegative)
        exponent = shortest.point - shortest.digits.utf8.count
    }

    private init(_ mantissa: BigInteger, _ exponent: Int) {
        self.mantissa = mantissa
        self.exponent = exponent
    }

    var double: Double { Double((mantissa.isNegative ? "-" : "") + mantissa.digits + "e\(exponent)") ?? 0 }

    static func + (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        let exponent = min(left.exponent, right.exponent)
        return DecimalNumber(
            left.mantissa.shifted(by: left.exponent - exponent) + right.mantissa.shifted(by: right.exponent - exponent), exponent)
    }

    static func - (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        left + DecimalNumber(-right.mantissa, right.exponent)
    }

    static func * (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        DecimalNumber(left.mantissa * right.mantissa, left.exponent + right.exponent)
    }

    /// To 16 digits after the point, half away from zero; nil for a divisor of zero.
    func divided(by other: DecimalNumber) -> DecimalNumber? {
        let shift = 16 + exponent - other.exponent
        let divisor = other.mantissa.shifted(by: -shift)
        guard let (quotient, remainder) = mantissa.shifted(by: shift).divided(by: divisor) else { return nil }
        let half = remainder.magnitude + remainder.magnitude
        guard !BigInteger.isLess(half, divisor.magnitude) else { return DecimalNumber(quotient, -16) }
        let one = BigInteger(digits: "1", isNegative: mantissa.isNegative != other.mantissa.isNegative)
        return DecimalNumber(quotient + one, -16)
    }
}
