internal import Basics
internal import Document
internal import Template

extension FunctionTable {
    /// Sprig's random texts, from the caller's source: seeded the same, they are the same.
    mutating func registerRandom(_ random: RandomSource) {
        func text(_ count: Int, _ alphabet: [UInt8]) throws -> Datum {
            guard count <= Limits.items else { throw FunctionError("more than \(Limits.items) random characters") }
            let bytes = (0..<max(0, count)).map { _ in alphabet[Int(random.next(below: UInt64(alphabet.count)))] }
            return .string(String(decoding: bytes, as: UTF8.self))
        }
        let letters = Array(65...90) + Array(97...122) as [UInt8]
        let digits = Array(48...57) as [UInt8]
        register("randAlphaNum", .int) { _, a in try text(a.int(0), letters + digits) }
        register("randAlpha", .int) { _, a in try text(a.int(0), letters) }
        register("randNumeric", .int) { _, a in try text(a.int(0), digits) }
        register("randAscii", .int) { _, a in try text(a.int(0), Array(32...126)) }
        register("randBytes", .int) { _, a in
            guard (0...Limits.items).contains(a.int(0)) else { throw FunctionError("runtime error: makeslice: len out of range") }
            return .string(Base64.encode(random.bytes(a.int(0))))
        }
        register("randInt", .int, .int) { _, a in
            let (span, overflow) = a.int(1).subtractingReportingOverflow(a.int(0))
            guard span > 0, !overflow else { throw FunctionError("invalid argument to Intn") }
            return .int(Int64(a.int(0) &+ Int(random.next(below: UInt64(span)))))
        }
        register("shuffle", .string) { _, a in
            var scalars = Array(a.string(0).unicodeScalars)
            for index in scalars.indices.dropFirst().reversed() {
                scalars.swapAt(index, Int(random.next(below: UInt64(index + 1))))
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        }
        register("uuidv4") { _, _ in
            var bytes = random.bytes(16)
            bytes[6] = bytes[6] & 0x0f | 0x40
            bytes[8] = bytes[8] & 0x3f | 0x80
            let digits = Hexadecimal.text(bytes)
            var parts: [Substring] = []
            var rest = Substring(digits)
            for length in [8, 4, 4, 4, 12] {
                parts.append(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            return .string(parts.joined(separator: "-"))
        }
    }
}

extension RandomSource {
    func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            var word = next()
            for _ in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }
}

enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
