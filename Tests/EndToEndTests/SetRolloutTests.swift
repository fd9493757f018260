import Basics
import Cluster
import Delivery
import DevCluster
import Git
import HTTP
import Kubernetes
import Rollout
import Scenarios
import TestKit
import Testing

/// Rollouts of StatefulSets and DaemonSets under the controllers of Kubernetes itself, with the loop in this process.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct SetRolloutTests {
    @Test(.timeLimit(.minutes(15))) func realControllers() async {
        await onControlPlanes(SetScenario.allCases) { try await Self.run($0, $1, $2) }
    }

    private static func run(_ scenario: SetScenario, _ plane: ControlPlane, _ client: ClusterClient) async throws {
        let folder = try TemporaryFolder("martlet-set")
        let repository = try await TestRepository(in: folder)
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick, times.progress) = (.seconds(1), .milliseconds(300), .seconds(1), .seconds(25))
        let loop = InProcessOperator(client: plane.client("martlet"), following: repository, in: folder, rolloutTimes: times)
        let world = World(client: client, repository: repository, operator: loop)
        do {
            try await scenario.run(in: world)
        } catch {
            await loop.kill()
            throw error
        }
    }
}
