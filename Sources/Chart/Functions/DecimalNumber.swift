internal import Document

/// A decimal number of up to 38 digits, as shopspring/decimal computes with them:
/// 1.1 + 2.2 is 3.3. What does not fit is computed in floating point.
struct DecimalNumber {
    private var mantissa: Int128
    private var exponent: Int
    /// Set once a number did not fit.
    private var inexact: Double?

    init(_ value: Double) {
        mantissa = 0
        exponent = 0
        guard value.isFinite else {
            inexact = value
            return
        }
        let shortest = ShortestDecimal(value.description)
        mantissa = Int128(shortest.digits) ?? 0
        if shortest.isNegative { mantissa = -mantissa }
        exponent = shortest.point - shortest.digits.utf8.count
    }

    private init(mantissa: Int128, exponent: Int) {
        self.mantissa = mantissa
        self.exponent = exponent
    }

    private init(inexact: Double) {
        mantissa = 0
        exponent = 0
        self.inexact = inexact
    }

    var isZero: Bool { inexact.map { $0 == 0 } ?? (mantissa == 0) }

    var double: Double { inexact ?? Double("\(mantissa)e\(exponent)") ?? 0 }

    static func + (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        guard let (a, b, exponent) = aligned(left, right) else { return DecimalNumber(inexact: left.double + right.double) }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? DecimalNumber(inexact: left.double + right.double) : DecimalNumber(mantissa: sum, exponent: exponent)
    }

    static func - (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        guard let (a, b, exponent) = aligned(left, right) else { return DecimalNumber(inexact: left.double - right.double) }
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        return overflow
            ? DecimalNumber(inexact: left.double - right.double) : DecimalNumber(mantissa: difference, exponent: exponent)
    }

    static func * (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        let (product, overflow) = left.mantissa.multipliedReportingOverflow(by: right.mantissa)
        guard left.inexact == nil, right.inexact == nil, !overflow else { return DecimalNumber(inexact: left.double * right.double) }
        return DecimalNumber(mantissa: product, exponent: left.exponent + right.exponent)
    }

    /// To 16 digits after the point, half away from zero.
    func divided(by other: DecimalNumber) -> DecimalNumber {
        let shift = 16 + exponent - other.exponent
        guard inexact == nil, other.inexact == nil, other.mantissa != 0, let scaled = Self.shifted(mantissa, by: max(shift, 0)),
            let divisor = Self.shifted(other.mantissa, by: max(-shift, 0))
        else { return DecimalNumber(inexact: double / other.double) }
        var (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: divisor)
        if remainder.magnitude >= divisor.magnitude - remainder.magnitude { quotient += scaled.signum() * divisor.signum() }
        return DecimalNumber(mantissa: quotient, exponent: -16)
    }

    private static func aligned(_ left: DecimalNumber, _ right: DecimalNumber) -> (Int128, Int128, Int)? {
        guard left.inexact == nil, right.inexact == nil else { return nil }
        let exponent = min(left.exponent, right.exponent)
        guard let a = shifted(left.mantissa, by: left.exponent - exponent),
            let b = shifted(right.mantissa, by: right.exponent - exponent)
        else { return nil }
        return (a, b, exponent)
    }

    private static func shifted(_ number: Int128, by digits: Int) -> Int128? {
        guard number != 0 else { return 0 }
        guard digits < 39 else { return nil }
        var result = number
        for _ in 0..<max(0, digits) {
            let (next, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = next
        }
        return result
    }
}
