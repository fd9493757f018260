import DevCluster
import Rollout
import Scenarios
import Testing

/// Rollouts of StatefulSets and DaemonSets on the embedded cluster, with the loop in this process.
@Suite struct SetScenarioTests {
    /// The others run with the real control plane.
    @Test(.timeLimit(.minutes(4)), arguments: SetScenario.allCases.filter { $0.course == .forward || $0.course == .gated })
    func embedded(_ scenario: SetScenario) async throws {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick, times.progress) = (.seconds(1), .milliseconds(300), .seconds(1), .seconds(60))
        try await EmbeddedWorld.run(nodes: NodeOptions(count: 4), times: times) { try await scenario.run(in: $0.world) }
    }
}
