internal import Glibc

/// Keys met before, shared instead of allocated again: manifests repeat a few
/// hundred keys thousands of times.
///
/// Keys of up to 15 bytes live inside `String` itself and need no sharing. The
/// hash is a cheap one: it only names a slot here and filters the search for
/// duplicate keys, where equal hashes are settled by comparing the strings.
struct KeyCache {
    private var slots = [String](repeating: "", count: 1024)

    @inline(__always)
    mutating func key(_ bytes: UnsafeBufferPointer<UInt8>) -> (key: String, hash: UInt64) {
        let hash = Self.hash(bytes)
        guard bytes.count > 15 else { return (String(decoding: bytes, as: UTF8.self), hash) }
        return (shared(bytes, slot: Int(truncatingIfNeeded: hash & 1023)), hash)
    }

    private mutating func shared(_ bytes: UnsafeBufferPointer<UInt8>, slot: Int) -> String {
        let isSame =
            slots[slot].utf8.withContiguousStorageIfAvailable { known in
                guard known.count == bytes.count, let left = known.baseAddress, let right = bytes.baseAddress else { return false }
                return memcmp(left, right, bytes.count) == 0
            } ?? false
        if isSame { return slots[slot] }
        let key = String(decoding: bytes, as: UTF8.self)
        slots[slot] = key
        return key
    }

    @inline(__always)
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = bytes.baseAddress else { return 0 }
        let raw = UnsafeRawPointer(base)
        let count = bytes.count
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15
        var index = 0
        while index &+ 8 <= count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < count {
            tail = tail << 8 | UInt64(base[index])
            index &+= 1
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* 0xff51_afd7_ed55_8ccd
        return product ^ (product >> 32)
    }
}
