package import Document

/// An amount of a resource as Kubernetes writes it (`resource.Quantity`): `500m`,
/// `2Gi`, `1e3`. Compared by value: `1000m` equals `1`, `2048Mi` equals `2Gi`.
package struct Quantity: Sendable {
    /// Billionths: the smallest part Kubernetes keeps. Its largest number, 2^63 − 1, fits many times.
    private let nanos: Int128
    private let format: Format

    private enum Format { case decimalExponent, decimalSI, binarySI }

    private static let nano: Int128 = 1_000_000_000
    private static let limit = Int128(Int64.max) * nano

    /// Nil for anything but a quantity.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        var amount = Amount()
        guard amount.read(&rest), let unit = Unit(String(Substring(rest))) else { return nil }
        let magnitude = amount.nanos(times: unit)
        nanos = isNegative ? -magnitude : magnitude
        format = unit.format
    }

    /// A number or a string, as JSON may hold it.
    package init?(_ value: Value) {
        switch value {
        case .string(let text): self.init(text)
        case .int(let number): self.init(String(number))
        case .double(let number): self.init("\(number)")
        default: return nil
        }
    }

    /// Thousandths, rounded up: what CPU is counted in.
    package var milli: Int64 { Int64(clamping: Self.quotientRoundedUp(nanos, 1_000_000)) }

    /// Whole units, rounded up: what memory is counted in.
    package var whole: Int64 { Int64(clamping: Self.quotientRoundedUp(nanos, Self.nano)) }

    fileprivate static func quotientRoundedUp(_ number: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder > 0 ? quotient + 1 : remainder < 0 ? quotient - 1 : quotient
    }

    /// As the API server would write it: the largest unit that leaves a whole
    /// number. Binary units below 1024 become decimal ones.
    package var canonical: String {
        if nanos == 0 { return "0" }
        if format == .binarySI, nanos.magnitude >= UInt128(1024 * Self.nano) {
            var number = Self.quotientRoundedUp(nanos, Self.nano)
            var power = 0
            while power < 6, number % 1024 == 0 { (number, power) = (number / 1024, power + 1) }
            return "\(number)" + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]
        }
        var number = nanos
        var exponent = -9
        while exponent < 18, number % 1000 == 0 { (number, exponent) = (number / 1000, exponent + 3) }
        if format == .decimalExponent { return exponent == 0 ? "\(number)" : "\(number)e\(exponent)" }
        return "\(number)" + ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][(exponent + 9) / 3]
    }

    /// The digits before the unit.
    private struct Amount {
        var digits: Int128 = 0
        var fractionDigits = 0
        var isRoundedUp = false
        var isTooLarge = false

        mutating func read(_ rest: inout Substring.UTF8View) -> Bool {
            var count = 0
            var inFraction = false
            while let byte = rest.first {
                if byte == UInt8(ascii: "."), !inFraction {
                    inFraction = true
                } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                    count += 1
                    add(Int128(byte - UInt8(ascii: "0")), inFraction: inFraction)
                } else {
                    break
                }
                rest.removeFirst()
            }
            return count > 0
        }

        private mutating func add(_ digit: Int128, inFraction: Bool) {
            if inFraction, fractionDigits == 9 {
                if digit > 0 { isRoundedUp = true }
            } else if digits > 1_000_000_000_000_000_000_000 {
                if !inFraction { isTooLarge = true }
            } else {
                digits = digits * 10 + digit
                if inFraction { fractionDigits += 1 }
            }
        }

        func nanos(times unit: Unit) -> Int128 {
            if digits == 0 { return isRoundedUp ? 1 : 0 }
            if isTooLarge { return Quantity.limit }
            let power = unit.exponent + 9 - fractionDigits
            var result = digits.multipliedReportingOverflow(by: unit.multiplier)
            for _ in 0..<max(0, power) where !result.overflow { result = result.partialValue.multipliedReportingOverflow(by: 10) }
            if result.overflow { return Quantity.limit }
            var nanos = result.partialValue
            var isRounded = isRoundedUp
            for _ in 0..<min(60, max(0, -power)) {
                if nanos % 10 != 0 { isRounded = true }
                nanos /= 10
            }
            return min(isRounded ? nanos + 1 : nanos, Quantity.limit)
        }
    }

    /// What stands behind the digits.
    private struct Unit {
        var multiplier: Int128 = 1
        var exponent = 0
        var format = Format.decimalSI

        init?(_ text: String) {
            switch text {
            case "": break
            case "n": exponent = -9
            case "u": exponent = -6
            case "m": exponent = -3
            case "k": exponent = 3
            case "M": exponent = 6
            case "G": exponent = 9
            case "T": exponent = 12
            case "P": exponent = 15
            case "E": exponent = 18
            case "Ki", "Mi", "Gi", "Ti", "Pi", "Ei":
                let power = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: text) ?? 0
                multiplier = Int128(1) << Int128(10 * (power + 1))
                format = .binarySI
            default:
                guard text.hasPrefix("e") || text.hasPrefix("E"), let number = Int(text.dropFirst()), (-60...60).contains(number)
                else { return nil }
                exponent = number
                format = .decimalExponent
            }
        }
    }
}

extension Quantity: Hashable, Comparable, CustomStringConvertible {
    package static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    package func hash(into hasher: inout Hasher) { hasher.combine(nanos) }
    package static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    package var description: String { canonical }
}
