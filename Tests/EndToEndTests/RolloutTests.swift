import Basics
import Cluster
import Delivery
import DevCluster
import Document
import Git
import HTTP
import Kubernetes
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
                    do { try await judged(scenario) } catch { Issue.record(error) }
                }
            }
        }
    }

    private func judged(_ scenario: JudgedScenario) async throws {
        let folder = try TemporaryFolder("martlet-judged")
        let repository = try await TestRepository(in: folder)
        var options = EmbeddedCluster.Options()
        options.nodes.stopDelay = .seconds(1)
        let cluster = EmbeddedCluster(options: options, logger: Logger(label: "cluster") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { inner in
            inner.addTask { try? await cluster.run() }
            try await cluster.ready()
            try await scenario.run(client: cluster.client(userAgent: "test"), repository: repository) { analysis in
                InProcessOperator(
                    client: cluster.client(), remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                    mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(60), rolloutTimes: quick, analysis: analysis)
            }
            inner.cancelAll()
        }
    }

    /// Every scenario with the loop in this process and the real controllers.
    @Test(.timeLimit(.minutes(15))) func realControlPlane() async throws {
        try await withControlPlane { plane, client in
            let own = ClusterClient(
                configuration: plane.configuration, transport: CurlTransport(tls: plane.configuration.tls, userAgent: "martlet"), time: SystemTime(),
                random: RandomSource(), userAgent: "martlet")
            func world(_ folder: TemporaryFolder) async throws -> World {
                let repository = try await TestRepository(in: folder)
                return World(
                    client: client, repository: repository,
                    operator: InProcessOperator(
                        client: own, remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                        mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(60), rolloutTimes: quick))
            }
            for scenario in RolloutScenario.allCases {
                let folder = try TemporaryFolder("martlet-rollout")
                try await scenario.run(in: try await world(folder))
                try await clear(client)
            }
            for scenario in RoutedScenario.all + RoutedScenario.crashes {
                let folder = try TemporaryFolder("martlet-routed")
                try await scenario.run(in: try await world(folder))
                try await clear(client)
            }
        }
    }

    /// Minutes of caution are seconds here.
    private var quick: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.seconds(1), .seconds(1), .seconds(2))
        return times
    }
}
