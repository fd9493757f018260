import Testing

@testable import History

@Suite struct BoundedCacheTests {
    @Test func whatWasNotUsedGoesFirst() {
        var cache = BoundedCache<Int, Int>(limit: 10) { $0 }
        for key in 0..<5 { cache[key] = 2 }
        #expect(cache[0] == 2)
        cache[9] = 2
        #expect(cache[0] == 2)
        #expect(cache[9] == 2)
        #expect(cache[1] == nil)
    }

    @Test func oneThatIsTooLargeIsKeptAlone() {
        var cache = BoundedCache<Int, Int>(limit: 10) { $0 }
        cache[1] = 3
        cache[2] = 1_000
        #expect(cache[1] == nil)
        #expect(cache[2] == 1_000)
        cache[2] = nil
        #expect(cache[2] == nil)
    }
}
