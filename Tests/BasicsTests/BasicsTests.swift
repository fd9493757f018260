import Basics
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-21T05:12:33Z", 1_795_237_953_000), ("2000-02-29T23:59:59Z", 951_868_799_000),
        ("1969-12-31T23:59:59Z", -1000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ] as [(String, Int64)])
    func readsAndWrites(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func readsFractionsAndOffsets() {
        #expect(Timestamp("2026-11-21T07:12:33.25+02:00")?.milliseconds == 1_795_237_953_250)
        #expect(Timestamp(milliseconds: 1_795_237_953_007).microTime == "2026-11-21T05:12:33.007000Z")
    }

    @Test(arguments: ["", "2026", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx"])
    func refuses(text: String) { #expect(Timestamp(text) == nil) }
}

@Suite struct SmallThingsTests {
    @Test func identifiersSortByTime() {
        let random = RandomSource(seed: 7)
        let now = Timestamp(milliseconds: 1_795_000_000_123)
        #expect(ULID.timestamp(of: ULID(at: now, random: random).description) == now)
        for text in ["", "01KAK000000000000000000A2", "01KAK0000000000000000000AU", "01kak0000000000000000000A2"] { #expect(ULID.timestamp(of: text) == nil) }
        let early = ULID(at: Timestamp(milliseconds: 1), random: random), late = ULID(at: Timestamp(milliseconds: 2), random: random)
        #expect(early.description < late.description)
        #expect(early.description.count == 26)
    }

    @Test func backoffDoublesUpToItsLimit() {
        let random = RandomSource(seed: 1)
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        let waits = (0..<8).map { _ in backoff.next(random) }
        #expect(waits[0] <= .milliseconds(100))
        #expect(waits[1] > .milliseconds(99) && waits[1] <= .milliseconds(200))
        #expect(waits.allSatisfy { $0 <= .seconds(1) && $0 >= .milliseconds(50) })
        #expect(waits[7] >= .milliseconds(500))
    }

    @Test func nearestSpelling() {
        #expect(nearest(to: "automatd", among: ["automated", "locked"]) == "automated")
        #expect(nearest(to: "sterategy", among: ["strategy", "steps"]) == "strategy")
        #expect(nearest(to: "zebra", among: ["strategy", "steps"]) == nil)
    }
}
