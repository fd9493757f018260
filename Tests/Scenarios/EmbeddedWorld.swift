internal import Basics
package import Cluster
package import Delivery
package import DevCluster
internal import Git
internal import Logging
package import Rollout
package import TestKit

/// An embedded cluster and a repository of its own, for one scenario with the loop in this process.
package struct EmbeddedWorld: Sendable {
    package let client: ClusterClient
    package let repository: TestRepository
    private let cluster: EmbeddedCluster
    private let folder: TemporaryFolder
    private let pollInterval: Duration
    private let times: RolloutTimes

    /// Runs `body` beside the cluster, which ends with it.
    ///
    /// - Parameters:
    ///   - nodes: how the simulated nodes behave.
    ///   - times: of rollouts, whose minutes of caution a test cannot wait for.
    package static func run(
        nodes: NodeOptions = EmbeddedCluster.Options().nodes, pollInterval: Duration = .seconds(60), times: RolloutTimes = RolloutTimes(),
        _ body: (EmbeddedWorld) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder("martlet-scenario")
        let repository = try await TestRepository(in: folder)
        var options = EmbeddedCluster.Options()
        options.nodes = nodes
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let cluster = EmbeddedCluster(options: options, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            try await body(
                EmbeddedWorld(
                    client: cluster.client(userAgent: "test"), repository: repository, cluster: cluster, folder: folder,
                    pollInterval: pollInterval, times: times))
            group.cancelAll()
        }
    }

    /// The loop under test; with a metrics server where one is to be asked.
    package func `operator`(analysis: RolloutAnalysis? = nil, revert: RevertWriter? = nil) -> InProcessOperator {
        InProcessOperator(
            client: cluster.client(), following: repository, in: folder, pollInterval: pollInterval, rolloutTimes: times, analysis: analysis
        ) { $0.revert = revert }
    }

    package var world: World { World(client: client, repository: repository, operator: `operator`()) }

    package func run(_ scenario: CrashScenario) async throws {
        let metric = MetricDouble()
        let killer = Locked<KillSwitch?>(nil)
        let client = cluster.client {
            let made = KillSwitch($0)
            killer.withLock { $0 = made }
            return made
        }
        let loop = InProcessOperator(client: client, following: repository, in: folder, pollInterval: pollInterval, rolloutTimes: times) {
            $0.analysis = try metric.analysis(time: $0.time)
        }
        guard let killer = killer.withLock({ $0 }) else { return }
        let world = World(client: self.client, repository: repository, operator: loop)
        do {
            try await scenario.run(in: world, killer: killer, metric: metric)
        } catch {
            await loop.kill()
            throw error
        }
    }
}
