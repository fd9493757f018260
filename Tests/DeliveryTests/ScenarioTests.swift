import Scenarios
import Testing

/// Every scenario on the embedded cluster, with the loop in this process.
@Suite struct ScenarioTests {
    @Test(.timeLimit(.minutes(10)), arguments: Scenario.allCases)
    func embedded(_ scenario: Scenario) async throws {
        try await EmbeddedWorld.run(pollInterval: .seconds(scenario == .poll ? 2 : 60)) { try await scenario.run(in: $0.world) }
    }
}
