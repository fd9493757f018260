import Basics
import Cluster
import Delivery
import DevCluster
import Git
import Logging
import Scenarios
import Testing
import TestKit

/// Every scenario on the embedded cluster, with the loop in this process.
@Suite struct ScenarioTests {
    @Test(.timeLimit(.minutes(2)), arguments: Scenario.allCases)
    func embedded(_ scenario: Scenario) async throws {
        let folder = try TemporaryFolder("martlet-scenario")
        let repository = try await TestRepository(in: folder)
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let cluster = EmbeddedCluster(logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let loop = InProcessOperator(
                client: cluster.client(),
                remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(scenario == .poll ? 2 : 60))
            try await scenario.run(in: World(client: cluster.client(userAgent: "test"), repository: repository, operator: loop))
            group.cancelAll()
        }
    }
}
