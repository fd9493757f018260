import Basics
import Testing

@Suite struct StableHashTests {
    /// From the reference's own list (isthe.com/chongo/src/fnv/test_fnv.c).
    @Test(arguments: [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)] as [(String, UInt64)])
    func knownOnes(_ text: String, _ hash: UInt64) {
        #expect(stableHash(text.utf8) == hash)
        #expect(stableHash(text.utf8.dropFirst(), after: stableHash(text.utf8.prefix(1))) == hash)
    }
}
