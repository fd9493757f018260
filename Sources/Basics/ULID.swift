/// An identifier that sorts by time: 48 bits of milliseconds, 80 random bits, in
/// Crockford's base 32 (github.com/ulid/spec).
package struct ULID: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(at moment: Timestamp, random: RandomSource) {
        let alphabet = Self.alphabet
        var bytes: [UInt8] = []
        bytes.reserveCapacity(26)
        let time = UInt64(bitPattern: max(0, moment.milliseconds))
        for shift in stride(from: 45, through: 0, by: -5) { bytes.append(alphabet[Int(time >> UInt64(shift) & 31)]) }
        for _ in 0..<2 {
            let bits = random.next()
            for shift in stride(from: 35, through: 0, by: -5) { bytes.append(alphabet[Int(bits >> UInt64(shift) & 31)]) }
        }
        description = String(decoding: bytes, as: UTF8.self)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The moment in the text of one; nil for any other text.
    package static func timestamp(of text: String) -> Timestamp? {
        guard text.utf8.count == 26 else { return nil }
        var time: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            if index < 10 { time = time << 5 | UInt64(digit) }
        }
        return Int64(exactly: time).map { Timestamp(milliseconds: $0) }
    }
}
