import Basics
import Cluster
import Delivery
import DevCluster
import Git
import HTTP
import Logging
import Rollout
import Scenarios
import TestKit
import Testing

/// New versions on their way to users: with a real control plane, and judged by a real Prometheus.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct RolloutTests {
    /// Side by side, each on a cluster of its own: most of their time is waiting for traffic.
    @Test(.timeLimit(.minutes(10))) func judgedByPrometheus() async throws {
        try #require(PrometheusServer.isInstalled, "install Debian's prometheus: make setup-e2e")
        await withTaskGroup(of: Void.self) { group in
            for scenario in JudgedScenario.allCases {
                group.addTask {
                    do { try await EmbeddedWorld.run(nodes: nodes, times: quick) { try await scenario.run(in: $0) } } catch { Issue.record(error) }
                }
            }
        }
    }

    /// Every way of releasing without routes, with the loop in this process and the real controllers.
    @Test(.timeLimit(.minutes(15))) func rolloutsOnARealControlPlane() async throws {
        try await onARealControlPlane { client, world in
            for scenario in RolloutScenario.allCases {
                try await scenario.run(in: try await world())
                try await clear(client)
            }
        }
    }

    /// Each strategy by each router; no request is lost.
    @Test(.timeLimit(.minutes(20))) func routedOnARealControlPlane() async throws {
        try await onARealControlPlane { client, world in
            for scenario in RoutedScenario.all {
                do { try await scenario.run(in: try await world()) } catch { Issue.record(error) }
                try await clear(client)
            }
        }
    }

    /// The way back, and the operator killed on the way: each on a cluster of its own, some side by side.
    @Test(.timeLimit(.minutes(20)), arguments: [0, 1, 2, 3]) func thereAndBack(_ part: Int) async throws {
        for (index, scenario) in (RoutedScenario.aborted + RoutedScenario.crashes).enumerated() where index % 4 == part {
            do { try await EmbeddedWorld.run(nodes: nodes, times: quick) { try await scenario.run(in: $0.world) } } catch { Issue.record(error) }
        }
    }

    private func onARealControlPlane(_ body: (ClusterClient, _ world: () async throws -> World) async throws -> Void) async throws {
        try await withControlPlane(nodes: nodes) { plane, client in
            let own = plane.client("martlet")
            var folders: [TemporaryFolder] = []
            try await body(client) {
                let folder = try TemporaryFolder("martlet-rollout")
                folders.append(folder)
                let repository = try await TestRepository(in: folder)
                return World(
                    client: client, repository: repository,
                    operator: InProcessOperator(client: own, following: repository, in: folder, rolloutTimes: quick))
            }
        }
    }

    /// Programs that go take their time, or their last requests would find nobody.
    private var nodes: NodeOptions { NodeOptions(stopDelay: .seconds(1), provisionsVolumes: true) }

    /// Minutes of caution are seconds here.
    private var quick: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.seconds(1), .seconds(1), .seconds(2))
        return times
    }
}
