/// An identifier that sorts by time: 48 bits of milliseconds, 80 random bits, in
/// Crockford's base 32 (github.com/ulid/spec).
package struct ULID: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(at moment: Timestamp, random: RandomSource) {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
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
}
