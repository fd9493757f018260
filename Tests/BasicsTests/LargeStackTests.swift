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
            try withLargeStack(bytes: 512 << 20) { () throws(Refused) in try descend(200_000) }
        }
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
