import Basics
import Cluster
import Delivery
import DevCluster
import Git
import Logging
import Rollout
import Scenarios
import Testing
import TestKit

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
        let folder = try TemporaryFolder("martlet-routed")
        let repository = try await TestRepository(in: folder)
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        var options = EmbeddedCluster.Options()
        options.nodes.stopDelay = .seconds(1)
        let cluster = EmbeddedCluster(options: options, logger: logger)
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.milliseconds(500), .milliseconds(500), .seconds(1))
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let loop = InProcessOperator(
                client: cluster.client(),
                remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(60), rolloutTimes: times)
            try await scenario.run(in: World(client: cluster.client(userAgent: "test"), repository: repository, operator: loop))
            group.cancelAll()
        }
    }
}
