import Basics
import Testing

@Suite("Waiting lines", .timeLimit(.minutes(10))) struct WaitingLineTests {
    @Test func firstComeFirstServed() async throws {
        let line = WaitingLine(places: 1)
        let order = Locked<[Int]>([])
        let (isIn, entered) = AsyncStream<Void>.makeStream()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await line.pass {
                entered.finish()
                for await _ in gate {}
            }
        }
        for await _ in isIn {}
        var others: [Task<Void, any Error>] = []
        for number in 0..<5 {
            others.append(Task { try await line.pass { order.withLock { $0.append(number) } } })
            while line.waiting < number + 1 { try await Task.sleep(for: .milliseconds(1)) }
        }
        others[2].cancel()
        while line.waiting > 4 { try await Task.sleep(for: .milliseconds(1)) }
        opener.finish()
        try await first.value
        for (number, task) in others.enumerated() where number != 2 { try await task.value }
        await #expect(throws: CancellationError.self) { try await others[2].value }
        #expect(order.withLock { $0 } == [0, 1, 3, 4])
    }
}
