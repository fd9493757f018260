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

    /// Every way of releasing without routes, with the loop in this process and the real controllers.
    @Test(.timeLimit(.minutes(15))) func rolloutsOnARealControlPlane() async throws {
        try await onARealControlPlane { client, world in
            for scenario in RolloutScenario.allCases {
                try await scenario.run(in: try await world())
                try await clear(client)
            }
        }
    }

    /// Each strategy by each router, forward and back, and killed on the way; no request is lost.
    @Test(.timeLimit(.minutes(30))) func routedOnARealControlPlane() async throws {
        let definitions = try routeDefinitions()
        try await onARealControlPlane { client, world in
            for scenario in RoutedScenario.all + RoutedScenario.aborted + RoutedScenario.crashes {
                do {
                    try await scenario.run(in: try await world(), definitions: definitions)
                } catch {
                    Issue.record(error)
                }
                try await clear(client)
            }
        }
    }

    private func onARealControlPlane(_ body: (ClusterClient, _ world: () async throws -> World) async throws -> Void) async throws {
        let nodes = NodeOptions(stopDelay: .seconds(1), provisionsVolumes: true)
        try await withControlPlane(nodes: nodes) { plane, client in
            let own = ClusterClient(
                configuration: plane.configuration, transport: CurlTransport(tls: plane.configuration.tls, userAgent: "martlet"), time: SystemTime(),
                random: RandomSource(), userAgent: "martlet")
            var folders: [TemporaryFolder] = []
            try await body(client) {
                let folder = try TemporaryFolder("martlet-rollout")
                folders.append(folder)
                let repository = try await TestRepository(in: folder)
                return World(
                    client: client, repository: repository,
                    operator: InProcessOperator(
                        client: own, remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]),
                        mirrorPath: folder.file("mirror.git"), name: "shop", pollInterval: .seconds(60), rolloutTimes: quick))
            }
        }
    }

    /// The projects' own definitions where there are some; else as much of them as is needed.
    private func routeDefinitions() throws -> [String] {
        guard let data else { return RouteDefinitions.all }
        let names = ["gateway.networking.k8s.io_httproutes", "istio_virtualservices", "istio_destinationrules"]
        return try names.map { name in
            // Kubernetes 1.20 takes an empty default for null, and refuses it.
            String(decoding: try TemporaryFolder.read("\(data)/crds/\(name).yaml"), as: UTF8.self).replacing("default: \"\"\n", with: "\n")
        }
    }

    /// Minutes of caution are seconds here.
    private var quick: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.seconds(1), .seconds(1), .seconds(2))
        return times
    }
}
