import DevCluster
import Rollout
import Scenarios
import Testing

/// Strategies by routers on the embedded cluster, with the loop in this process; no request is lost.
@Suite struct RoutedScenarioTests {
    /// A few of all; the others run with the real control plane.
    private static let some = [
        RoutedScenario(.canary, .httpRoute), RoutedScenario(.abTest, .virtualService), RoutedScenario(.blueGreen, .none),
        RoutedScenario(.canary, .ingress), RoutedScenario(.mirror, .virtualService, isAborted: true),
    ]

    private static let crashes = [
        CrashScenario(.canary, .trafficConfirmed, .forward), CrashScenario(.blueGreen, .templateApplied, .superseded),
        CrashScenario(.ramped, .scaled, .abort),
    ]

    /// Programs that go take their time, or their last requests would find nobody.
    private let nodes = NodeOptions(stopDelay: .seconds(5))

    private var times: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.seconds(2), .seconds(2), .seconds(1))
        return times
    }

    @Test(.timeLimit(.minutes(10)), arguments: some)
    func embedded(_ scenario: RoutedScenario) async throws {
        try await EmbeddedWorld.run(nodes: nodes, times: times) { try await scenario.run(in: $0.world) }
    }

    /// The operator killed on the way.
    @Test(.timeLimit(.minutes(10)), arguments: crashes)
    func embedded(_ scenario: CrashScenario) async throws {
        try await EmbeddedWorld.run(nodes: nodes, times: times) { try await $0.run(scenario) }
    }
}
