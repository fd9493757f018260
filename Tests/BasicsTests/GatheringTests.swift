import Basics
import Testing

@Suite struct GatheringTests {
    struct Refusal: Error, Equatable { var of: Int }

    @Test func answersComeInTheOrderOfTheQuestions() async {
        let answers = await gathered(0..<50, atOnce: 7) { number in
            for _ in 0..<(50 - number) { await Task.yield() }
            return number * 2
        }
        #expect(answers == (0..<50).map { $0 * 2 })
        #expect(await gathered([Int](), atOnce: 3) { $0 }.isEmpty)
        #expect(await gathered([1, 2], atOnce: 0) { $0 } == [1, 2])
    }

    @Test func neverMoreAtOnceThanAskedFor() async {
        let underWay = Locked((now: 0, most: 0))
        _ = await gathered(0..<40, atOnce: 4) { _ in
            underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<20 { await Task.yield() }
            underWay.withLock { $0.now -= 1 }
        }
        let most = underWay.withLock(\.most)
        #expect(most <= 4)
        #expect(most > 1)
    }

    @Test func theFirstFailureEndsTheRest() async {
        let asked = Locked(0)
        let failure = await #expect(throws: Refusal.self) {
            try await gathered(0..<1_000, atOnce: 2) { (number: Int) async throws(Refusal) in
                asked.withLock { $0 += 1 }
                if number == 5 { throw Refusal(of: number) }
            }
        }
        #expect(failure == Refusal(of: 5))
        #expect(asked.withLock { $0 } < 20)
    }
}
