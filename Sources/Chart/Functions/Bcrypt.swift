/// bcrypt (Provos & Mazières, "A Future-Adaptable Password Scheme", 1999).
enum Bcrypt {
    /// "$2a$10$…": the hash of at most 72 bytes with a salt of 16.
    static func hash(_ password: [UInt8], salt: [UInt8], cost: Int) -> String {
        var cipher = Blowfish()
        let key = password.prefix(72) + [0]
        cipher.expand(key: Array(key), salt: salt)
        for _ in 0..<(1 << min(max(cost, 4), 31)) {
            cipher.expand(key: Array(key), salt: nil)
            cipher.expand(key: salt, salt: nil)
        }
        var words = Blowfish.words(Array("OrpheanBeholderScryDoubt".utf8))
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            for _ in 0..<64 { (words[index], words[index + 1]) = cipher.encrypt(words[index], words[index + 1]) }
        }
        let bytes = words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        return "$2a$\(digits)$" + base64(salt) + base64(Array(bytes.prefix(23)))
    }

    private static let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                output.append(alphabet[Int(bits >> count & 63)])
            }
        }
        if count > 0 { output.append(alphabet[Int(bits << (6 - count) & 63)]) }
        return String(decoding: output, as: UTF8.self)
    }
}

/// The cipher under bcrypt (Schneier, "Description of a New Variable-Length Key,
/// 64-Bit Block Cipher", 1993). Its tables are the first bits of pi after the point.
private struct Blowfish {
    private var subkeys: [UInt32]
    private var boxes: [UInt32]

    private static let initial: [UInt32] = Pi.fraction(words: 18 + 1024)

    init() {
        subkeys = Array(Self.initial.prefix(18))
        boxes = Array(Self.initial.dropFirst(18))
    }

    static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count - 3, by: 4).map { index in
            bytes[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    func encrypt(_ left: UInt32, _ right: UInt32) -> (UInt32, UInt32) {
        var left = left, right = right
        for round in stride(from: 0, to: 16, by: 2) {
            left ^= subkeys[round]
            right ^= mix(left)
            right ^= subkeys[round + 1]
            left ^= mix(right)
        }
        return (right ^ subkeys[17], left ^ subkeys[16])
    }

    private func mix(_ word: UInt32) -> UInt32 {
        let a = boxes[Int(word >> 24)], b = boxes[256 + Int(word >> 16 & 255)]
        let c = boxes[512 + Int(word >> 8 & 255)], d = boxes[768 + Int(word & 255)]
        return ((a &+ b) ^ c) &+ d
    }

    mutating func expand(key: [UInt8], salt: [UInt8]?) {
        var position = 0
        for index in subkeys.indices {
            var word: UInt32 = 0
            for _ in 0..<4 {
                word = word << 8 | UInt32(key[position])
                position = (position + 1) % key.count
            }
            subkeys[index] ^= word
        }
        let saltWords = salt.map(Self.words) ?? [0, 0, 0, 0]
        var left: UInt32 = 0, right: UInt32 = 0
        var offset = 0
        func next() -> (UInt32, UInt32) { (left ^ saltWords[offset], right ^ saltWords[offset + 1]) }
        for index in stride(from: 0, to: subkeys.count, by: 2) {
            let (a, b) = next()
            (left, right) = encrypt(a, b)
            (subkeys[index], subkeys[index + 1]) = (left, right)
            offset ^= 2
        }
        for index in stride(from: 0, to: boxes.count, by: 2) {
            let (a, b) = next()
            (left, right) = encrypt(a, b)
            (boxes[index], boxes[index + 1]) = (left, right)
            offset ^= 2
        }
    }
}

/// Bits of pi, computed rather than written down: 16·arctan(1/5) − 4·arctan(1/239)
/// (Machin, 1706), in fixed point.
private enum Pi {
    static func fraction(words count: Int) -> [UInt32] {
        // Two words more than needed take the rounding.
        let length = count + 3
        var sum = arctangent(ofInverse: 5, times: 16, length: length)
        subtract(arctangent(ofInverse: 239, times: 4, length: length), from: &sum)
        return Array(sum[1..<(count + 1)])
    }

    /// The integer part in the first word, the fraction in the rest.
    private static func arctangent(ofInverse x: UInt64, times factor: UInt32, length: Int) -> [UInt32] {
        var power = [UInt32](repeating: 0, count: length)
        power[0] = factor
        divide(&power, by: x)
        var sum = power
        var isPositive = false
        var divisor: UInt64 = 3
        while power.contains(where: { $0 != 0 }) {
            divide(&power, by: x * x)
            var term = power
            divide(&term, by: divisor)
            if isPositive { add(term, to: &sum) } else { subtract(term, from: &sum) }
            isPositive.toggle()
            divisor += 2
        }
        return sum
    }

    private static func divide(_ number: inout [UInt32], by divisor: UInt64) {
        var remainder: UInt64 = 0
        for index in number.indices {
            let part = remainder << 32 | UInt64(number[index])
            number[index] = UInt32(truncatingIfNeeded: part / divisor)
            remainder = part % divisor
        }
    }

    private static func add(_ other: [UInt32], to number: inout [UInt32]) {
        var carry: UInt64 = 0
        for index in number.indices.reversed() {
            let sum = UInt64(number[index]) + UInt64(other[index]) + carry
            number[index] = UInt32(truncatingIfNeeded: sum)
            carry = sum >> 32
        }
    }

    private static func subtract(_ other: [UInt32], from number: inout [UInt32]) {
        var borrow: Int64 = 0
        for index in number.indices.reversed() {
            let difference = Int64(number[index]) - Int64(other[index]) - borrow
            number[index] = UInt32(truncatingIfNeeded: difference)
            borrow = difference < 0 ? 1 : 0
        }
    }
}
