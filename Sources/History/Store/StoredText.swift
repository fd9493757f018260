internal import Archive
internal import Basics
internal import Document

/// A value as the store keeps it: JSON, compressed where that makes it smaller.
enum StoredText {
    /// Shorter texts gain nothing from being compressed.
    private static let compressedFrom = 400
    /// Of one value; nothing that is written comes near.
    private static let limit = 16 << 20

    static func write(_ value: Value) -> [UInt8] {
        let plain = JSON.write(value)
        guard plain.count >= compressedFrom, let packed = try? Gzip.compress(plain), packed.count < plain.count else { return plain }
        return packed
    }

    /// Nil for bytes that are none of ours.
    static func read(_ bytes: [UInt8]) -> Value? {
        guard bytes.first == 0x1f else { return try? JSON.parse(bytes) }
        guard let plain = try? Gzip.decompress(bytes, limit: limit) else { return nil }
        return try? JSON.parse(plain)
    }

    /// The same number for the same text.
    static func digest(_ bytes: [UInt8]) -> Int64 { Int64(bitPattern: stableHash(bytes)) }
}
