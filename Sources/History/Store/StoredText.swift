internal import Archive
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

    /// The same number for the same text (Fowler, Noll & Vo, "FNV-1a", 64 bits).
    static func digest(_ bytes: [UInt8]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
