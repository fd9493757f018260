/// FNV-1a of 64 bits (isthe.com/chongo/tech/comp/fnv): the same in every run and on every machine, which Swift's own hashes
/// are not. Whoever chooses the bytes chooses the hash: it keeps no secret and proves nothing.
///
/// - Parameter hash: of what comes before the bytes.
package func stableHash(_ bytes: some Sequence<UInt8>, after hash: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
    bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
