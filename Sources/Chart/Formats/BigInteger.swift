/// A whole number without limit, as decimal arithmetic needs it: limbs of nine decimal digits.
struct BigInteger {
    /// The lowest limb first, none for zero.
    private var limbs: [UInt32]
    private(set) var isNegative: Bool

    private static let base: UInt64 = 1_000_000_000

    private init(limbs: [UInt32], isNegative: Bool) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    /// From decimal digits.
    init(digits: String, isNegative: Bool) {
        var limbs: [UInt32] = []
        var rest = Array(digits.utf8)[...]
        while !rest.isEmpty {
            limbs.append(rest.suffix(9).reduce(0) { $0 &* 10 &+ UInt32($1 &- 48) })
            rest = rest.dropLast(9)
        }
        self.init(limbs: limbs, isNegative: isNegative)
    }

    var isZero: Bool { limbs.isEmpty }

    var magnitude: BigInteger { BigInteger(limbs: limbs, isNegative: false) }

    /// The decimal digits, without a sign.
    var digits: String {
        guard let top = limbs.last else { return "0" }
        var text = String(top)
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            text += String(repeating: "0", count: 9 - part.utf8.count) + part
        }
        return text
    }

    static prefix func - (number: BigInteger) -> BigInteger { BigInteger(limbs: number.limbs, isNegative: !number.isNegative) }

    static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        if left.isNegative == right.isNegative {
            return BigInteger(limbs: sum(left.limbs, right.limbs), isNegative: left.isNegative)
        }
        if isLess(left.limbs, right.limbs) {
            return BigInteger(limbs: difference(right.limbs, left.limbs), isNegative: right.isNegative)
        }
        return BigInteger(limbs: difference(left.limbs, right.limbs), isNegative: left.isNegative)
    }

    static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (place, limb) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (offset, other) in right.limbs.enumerated() {
                let product = UInt64(limb) &* UInt64(other) &+ UInt64(result[place + offset]) &+ carry
                result[place + offset] = UInt32(truncatingIfNeeded: product % base)
                carry = product / base
            }
            if carry > 0 { result[place + right.limbs.count] = UInt32(truncatingIfNeeded: carry) }
        }
        return BigInteger(limbs: result, isNegative: left.isNegative != right.isNegative)
    }

    static func isLess(_ left: BigInteger, _ right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isLess(right.limbs, left.limbs) : isLess(left.limbs, right.limbs)
    }

    /// Ten to some power, times the number.
    func shifted(by places: Int) -> BigInteger {
        guard places > 0, !isZero else { return self }
        var power: UInt32 = 1
        for _ in 0..<(places % 9) { power &*= 10 }
        let whole = BigInteger(limbs: [UInt32](repeating: 0, count: places / 9) + limbs, isNegative: isNegative)
        return whole * BigInteger(limbs: [power], isNegative: false)
    }

    /// Quotient and remainder, towards zero; nil for a divisor of zero.
    func divided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger)? {
        guard !divisor.isZero else { return nil }
        let other = divisor.magnitude
        var quotient = [UInt32](repeating: 0, count: limbs.count)
        var rest = BigInteger(limbs: [], isNegative: false)
        for (place, limb) in limbs.enumerated().reversed() {
            rest = BigInteger(limbs: [limb] + rest.limbs, isNegative: false)
            // The digit is found by halving: thirty products of one limb.
            var low: UInt32 = 0, high = UInt32(Self.base)
            while high - low > 1 {
                let middle = low + (high - low) / 2
                if Self.isLess(rest, other * BigInteger(limbs: [middle], isNegative: false)) { high = middle } else { low = middle }
            }
            quotient[place] = low
            if low > 0 { rest = rest + -(other * BigInteger(limbs: [low], isNegative: false)) }
        }
        return (
            BigInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
            BigInteger(limbs: rest.limbs, isNegative: isNegative)
        )
    }

    private static func isLess(_ left: [UInt32], _ right: [UInt32]) -> Bool {
        left.count == right.count ? left.reversed().lexicographicallyPrecedes(right.reversed()) : left.count < right.count
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for place in 0..<max(left.count, right.count) {
            let total = UInt64(place < left.count ? left[place] : 0) &+ UInt64(place < right.count ? right[place] : 0) &+ carry
            result.append(UInt32(truncatingIfNeeded: total % base))
            carry = total / base
        }
        if carry > 0 { result.append(UInt32(truncatingIfNeeded: carry)) }
        return result
    }

    /// Of the greater less the smaller.
    private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var borrow: UInt64 = 0
        for place in left.indices {
            let total = UInt64(left[place]) &+ base &- UInt64(place < right.count ? right[place] : 0) &- borrow
            result.append(UInt32(truncatingIfNeeded: total % base))
            borrow = total < base ? 1 : 0
        }
        return result
    }
}
