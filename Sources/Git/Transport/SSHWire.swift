/// Reads the data types of RFC 4251: what OpenSSH's keys are written in.
struct SSHWireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(Array(bytes)) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func number() -> UInt32? { bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) } }

    mutating func string() -> [UInt8]? {
        guard let count = number() else { return nil }
        return bytes(Int(count))
    }

    mutating func text() -> String? { string().map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of a number that is not negative, without zeros in front.
    mutating func integer() -> [UInt8]? { string().map { Array($0.drop { $0 == 0 }) } }
}

/// Writes them.
struct SSHWireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ content: some Sequence<UInt8>) { bytes += content }

    mutating func number(_ value: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func string(_ content: some Collection<UInt8>) {
        number(UInt32(truncatingIfNeeded: content.count))
        bytes += content
    }

    mutating func text(_ content: String) { string(Array(content.utf8)) }

    /// A number that is not negative, big end first.
    mutating func integer(_ content: some Sequence<UInt8>) {
        let digits = Array(content.drop { $0 == 0 })
        string(digits.first.map { $0 >= 0x80 } ?? false ? [0] + digits : digits)
    }
}
