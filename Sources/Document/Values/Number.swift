/// Reads numbers from bytes that the caller has checked against a grammar.
enum Number {
    /// `[-+]?digits[.digits][e[-+]digits]`, also `.5`; nil where a double cannot hold it.
    static func double(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        if let exact = exactDouble(bytes) { return exact }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// Numbers whose digits and power of ten are both exact doubles need one
    /// division or multiplication (Clinger, "How to read floating point numbers
    /// accurately", 1990): nearly all that occur.
    private static func exactDouble(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var index = 0
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        var isFraction = false
        scan: while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits == 15 { return nil }
                mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
                if mantissa > 0 { digits &+= 1 }
                if isFraction { exponent &-= 1 }
            case UInt8(ascii: "."): isFraction = true
            default: break scan
            }
            index &+= 1
        }
        if index < bytes.count {
            guard let written = Int(String(decoding: bytes[(index &+ 1)...], as: UTF8.self)), abs(written) < 1000 else { return nil }
            exponent &+= written
        }
        guard abs(exponent) < powers.count else { return nil }
        let magnitude = exponent < 0 ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
        return isNegative ? -magnitude : magnitude
    }

    /// The powers of ten a double holds exactly.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
        1e21, 1e22,
    ]

    /// Digits of a base without sign; nil for a digit outside the base, none at all, or over 64 bits.
    static func unsigned(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, base: UInt64) -> UInt64? {
        guard start < bytes.count else { return nil }
        var value: UInt64 = 0
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            let digit: UInt64 =
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte &- UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte &- UInt8(ascii: "a") &+ 10)
                case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte &- UInt8(ascii: "A") &+ 10)
                default: 99
                }
            guard digit < base else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: base)
            let (sum, carry) = product.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
            index &+= 1
        }
        return value
    }
}
