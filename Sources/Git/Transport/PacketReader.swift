/// Reads git's pkt-lines (`protocol-common.txt`) from a stream: four hexadecimal digits of length, then the content.
struct PacketReader {
    enum Packet: Sendable, Hashable {
        case data([UInt8])
        /// `0000`
        case flush
    }

    private let stream: any SmartStream
    private var buffer: ArraySlice<UInt8> = []

    init(_ stream: any SmartStream) { self.stream = stream }

    /// The next packet; nil where the stream ends, fails or makes no sense.
    mutating func next() -> Packet? {
        guard let head = take(4), let length = Self.length(head) else { return nil }
        switch length {
        case 0: return .flush
        case 4...: return take(length - 4).map { .data($0) }
        // Version 2's delimiters: not in what is spoken here.
        default: return nil
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while buffer.count < count {
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            guard let read = piece.withUnsafeMutableBytes({ stream.read(into: $0) }), read > 0 else { return nil }
            buffer += piece.prefix(read)
        }
        defer { buffer = buffer.dropFirst(count) }
        return Array(buffer.prefix(count))
    }

    static func length(_ digits: [UInt8]) -> Int? {
        guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    /// A packet as it is written.
    static func packet(_ content: [UInt8]) -> [UInt8] {
        let digits = String(content.count + 4, radix: 16)
        return Array((String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits).utf8) + content
    }
}
