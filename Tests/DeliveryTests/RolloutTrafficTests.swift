import Cluster
import DevCluster
import Git
import Logging
import Rollout
import Scenarios
import TestKit
import Testing

/// Users all the while, on the embedded cluster, with the loop in this process.
@Suite struct RolloutTrafficTests {
    @Test(.timeLimit(.minutes(3)), arguments: RolloutTrafficScenario.all)
    func embedded(_ traffic: RolloutTrafficScenario) async throws {
        let folder = try TemporaryFolder("martlet-traffic")
        let repository = try await TestRepository(in: folder)
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        var options = EmbeddedCluster.Options()
        // Programs that go take their time, or their last requests would find nobody.
        options.nodes.stopDelay = .seconds(1)
        let cluster = EmbeddedCluster(options: options, logger: logger)
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.milliseconds(400), .milliseconds(400), .seconds(1))
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let loop = InProcessOperator(
                client: cluster.client(),
                remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(60), rolloutTimes: times)
            try await traffic.run(in: World(client: cluster.client(userAgent: "test"), repository: repository, operator: loop))
            group.cancelAll()
        }
    }
}
