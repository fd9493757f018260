import DevCluster
import Rollout
import Scenarios
import Testing

/// Strategies by routers on the embedded cluster, with the loop in this process; no request is lost.
@Suite struct RoutedScenarioTests {
    /// A few of all; the others run with the real control plane.
    private static let some = [
        RoutedScenario(.canary, .httpRoute), RoutedScenario(.abTest, .virtualService), RoutedScenario(.blueGreen, .none),
        RoutedScenario(.canary, .ingress), RoutedScenario(.canary, .httpRoute, killedAt: .verifying),
        RoutedScenario(.blueGreen, .none, killedAt: .template), RoutedScenario(.mirror, .virtualService, isAborted: true),
    ]

    @Test(.timeLimit(.minutes(3)), arguments: some)
    func embedded(_ scenario: RoutedScenario) async throws {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.milliseconds(500), .milliseconds(500), .seconds(1))
        // Programs that go take their time, or their last requests would find nobody.
        try await EmbeddedWorld.run(nodes: NodeOptions(stopDelay: .seconds(1)), times: times) { try await scenario.run(in: $0.world) }
    }
}
