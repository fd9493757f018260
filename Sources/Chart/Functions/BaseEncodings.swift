internal import Document

extension Base64 {
    /// Where Go's decoder gives up on a text that is no base 64.
    static func faultOffset(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var digits = 0
        var index = 0
        var quantumStart = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0a || byte == 0x0d {
                index += 1
                continue
            }
            if byte == UInt8(ascii: "=") {
                if digits % 4 < 2 { return index }
                // One more padding is due after two digits, none after three.
                var next = index + 1
                if digits % 4 == 2 {
                    while next < bytes.count, bytes[next] == 0x0a || bytes[next] == 0x0d { next += 1 }
                    if next >= bytes.count { return bytes.count }
                    if bytes[next] != UInt8(ascii: "=") { return next }
                    next += 1
                }
                return next
            }
            guard Base32.isBase64Digit(byte) else { return index }
            if digits % 4 == 0 { quantumStart = index }
            digits += 1
            index += 1
        }
        return digits % 4 == 0 ? bytes.count : quantumStart
    }
}

/// RFC 4648 base 32 with padding, as Go's `base32.StdEncoding`.
enum Base32 {
    struct Fault: Error, CustomStringConvertible {
        var offset: Int
        var description: String { "illegal base32 data at input byte \(offset)" }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func isBase64Digit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 43 || byte == 47
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var bits: UInt64 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt64(byte)
            count += 8
            while count >= 5 {
                count -= 5
                output.append(alphabet[Int(bits >> UInt64(count) & 31)])
            }
        }
        if count > 0 { output.append(alphabet[Int(bits << UInt64(5 - count) & 31)]) }
        while output.count % 8 != 0 { output.append(UInt8(ascii: "=")) }
        return String(decoding: output, as: UTF8.self)
    }

    static func decode(_ text: String) -> Result<[UInt8], Fault> {
        let bytes = text.utf8.filter { $0 != 0x0a && $0 != 0x0d }
        var output: [UInt8] = []
        var bits: UInt64 = 0
        var digits = 0
        var padding = 0
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let digit = alphabet.firstIndex(of: byte) else { return .failure(Fault(offset: index)) }
            bits = bits << 5 | UInt64(digit)
            digits += 1
            if digits % 8 == 0 {
                for shift in stride(from: 32, through: 0, by: -8) { output.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
                bits = 0
            }
        }
        let rest = digits % 8
        let expected = [0: 0, 2: 6, 4: 4, 5: 3, 7: 1]
        guard expected[rest] == padding else { return .failure(Fault(offset: bytes.count - padding - rest)) }
        var count = rest * 5
        while count >= 8 {
            count -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> UInt64(count)))
        }
        return .success(output)
    }
}
