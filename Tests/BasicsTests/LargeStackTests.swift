import Testing

@testable import Basics

@Suite struct LargeStackTests {
    private struct Refused: Error, Equatable { var depth: Int }

    private func descend(_ depth: Int, room: (Int, Int, Int, Int) = (0, 0, 0, 0)) throws(Refused) -> Int {
        if depth == 0 { throw Refused(depth: room.0) }
        return try descend(depth - 1, room: (room.0 + 1, depth, depth, depth)) + room.3
    }

    @Test func deepRecursionEndsInItsOwnError() {
        #expect(throws: Refused(depth: 200_000)) {
            try withLargeStack { () throws(Refused) in try descend(200_000) }
        }
    }

    @Test func threadsAreUsedByOneAtATime() async {
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { withLargeStack { withLargeStack { number } } }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 19_900)
    }

    @Test func theResultComesBack() {
        var seen = 0
        let result = withLargeStack {
            seen = 2
            return "done"
        }
        #expect(result == "done")
        #expect(seen == 2)
    }
}
