import Rollout
import Scenarios
import Testing

/// Every rollout scenario on the embedded cluster, with the loop in this process.
@Suite struct RolloutScenarioTests {
    @Test(.timeLimit(.minutes(10)), arguments: RolloutScenario.allCases)
    func embedded(_ scenario: RolloutScenario) async throws {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.milliseconds(300), .milliseconds(300), .seconds(1))
        try await EmbeddedWorld.run(times: times) { try await scenario.run(in: $0.world) }
    }
}
