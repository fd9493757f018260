import Basics
import Logging
import ServiceLifecycle
import Testing

@testable import Commands

@Suite struct LoopServiceTests {
    /// As where a tag is followed, and nothing is automated; or where the history's file cannot be opened.
    @Test(.timeLimit(.minutes(5))) func aLoopThatEndsLeavesTheOthers() async throws {
        let turns = Locked(0)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: LoopService {}),
                    .init(
                        service: LoopService {
                            while !Task.isCancelled {
                                turns.withLock { $0 += 1 }
                                try? await Task.sleep(for: .milliseconds(10))
                            }
                        }),
                ], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await group.run() }
        for _ in 0..<6000 where turns.withLock({ $0 }) < 5 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(turns.withLock { $0 } >= 5)
        await group.triggerGracefulShutdown()
        try await running.value
    }
}
