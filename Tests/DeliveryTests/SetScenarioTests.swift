import Basics
import Cluster
import Delivery
import DevCluster
import Git
import Logging
import Rollout
import Scenarios
import TestKit
import Testing

/// Every rollout of a StatefulSet or DaemonSet on the embedded cluster, with the loop in this process.
@Suite struct SetScenarioTests {
    /// The others run with the real control plane.
    @Test(.timeLimit(.minutes(4)), arguments: SetScenario.allCases.filter { $0.course == .forward })
    func embedded(_ scenario: SetScenario) async throws {
        let folder = try TemporaryFolder("martlet-set")
        let repository = try await TestRepository(in: folder)
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        var options = EmbeddedCluster.Options()
        options.nodes = NodeOptions(count: 4)
        let cluster = EmbeddedCluster(options: options, logger: logger)
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick, times.progress) = (.seconds(1), .milliseconds(300), .seconds(1), .seconds(8))
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
