import Automation
import Basics
import Chart
import Cluster
import Delivery
import DevCluster
import FoundationEssentials
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
        await sideBySide(JudgedScenario.allCases, width: JudgedScenario.allCases.count) { [nodes, quick] scenario in
            try await EmbeddedWorld.run(nodes: nodes, times: quick) { try await scenario.run(in: $0) }
        }
    }

    /// Every way of releasing without routes, with the loop in this process and the real controllers.
    @Test(.timeLimit(.minutes(15))) func rolloutsOnARealControlPlane() async {
        await onRealControlPlanes(RolloutScenario.allCases) { try await $0.run(in: $1) }
    }

    /// Each strategy by each router; no request is lost.
    @Test(.timeLimit(.minutes(15))) func routedOnARealControlPlane() async {
        await onRealControlPlanes(RoutedScenario.all) { try await $0.run(in: $1) }
    }

    /// The same with the routers' own definitions, whole as their projects give them: an API server checks every field.
    @Test(.enabled(if: data != nil, "MARTLET_DATA names a folder with definitions"), .timeLimit(.minutes(15)))
    func routedByTheProjectsDefinitions() async throws {
        let folder = "\(data ?? "")/crds"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        let definitions = try files.map { String(decoding: try TemporaryFolder.read("\(folder)/\($0)"), as: UTF8.self) }
        try #require(!definitions.isEmpty, "there are no definitions in \(folder)")
        let installed = Locked<Set<String>>([])
        await onRealControlPlanes(RoutedScenario.all.filter { [.httpRoute, .virtualService].contains($0.router) }) { scenario, world in
            // They are large, and stay when a cluster is emptied.
            let server = world.client.configuration.server
            let isFirst = installed.withLock { $0.insert(server).inserted }
            try await scenario.run(in: world, definitions: isFirst ? definitions : [])
        }
    }

    /// The way back of each.
    @Test(.timeLimit(.minutes(15))) func thereAndBack() async {
        await onRealControlPlanes(RoutedScenario.aborted) { try await $0.run(in: $1) }
    }

    /// The operator killed on the way.
    @Test(.timeLimit(.minutes(15))) func crashes() async {
        await onControlPlanes(CrashScenario.sample, nodes: nodes) { [quick] scenario, plane, client in
            let folder = try TemporaryFolder("martlet-crash")
            let repository = try await TestRepository(in: folder)
            let metric = MetricDouble()
            let made = Locked<KillSwitch?>(nil)
            let own = plane.client("martlet") { transport in
                let killer = KillSwitch(transport)
                made.withLock { $0 = killer }
                return killer
            }
            let killer = try #require(made.withLock { $0 })
            let writer = Self.writer(repository, in: folder)
            let loop = InProcessOperator(client: own, following: repository, in: folder, rolloutTimes: quick) {
                $0.analysis = try metric.analysis(time: $0.time)
                $0.revert = { release in
                    let report = try await writer.perform(.revert(release))
                    try await killer.pass(.commitBackWritten)
                    return report.commit.map(\.short) ?? report.message
                }
            }
            do {
                try await scenario.run(in: World(client: client, repository: repository, operator: loop), killer: killer, metric: metric)
            } catch {
                await loop.kill()
                throw error
            }
        }
    }

    /// Commits reverts.
    private static func writer(_ repository: TestRepository, in folder: TemporaryFolder) -> BranchWriter {
        let remote = GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"])
        let mirror = SharedMirror(path: folder.file("writer.git"), remote: remote)
        return BranchWriter(
            branch: MirrorBranch(name: "main", root: "", signing: nil) { () async throws(GitError) in try await mirror.open() },
            settings: BranchWriter.Settings(root: "", name: "shop", author: Requester(name: "Martlet", email: "martlet@example.com")),
            time: SystemTime(), random: RandomSource(), logger: Logger(label: "writer") { _ in SwiftLogNoOpLogHandler() },
            context: { { _ in RenderContext(now: SystemTime().now) } })
    }

    private func onRealControlPlanes<Case: Sendable>(_ cases: [Case], _ run: @escaping @Sendable (Case, World) async throws -> Void) async {
        await onControlPlanes(cases, nodes: nodes) { [quick] scenario, plane, client in
            let folder = try TemporaryFolder("martlet-rollout")
            let repository = try await TestRepository(in: folder)
            let loop = InProcessOperator(client: plane.client("martlet"), following: repository, in: folder, rolloutTimes: quick)
            do {
                try await run(scenario, World(client: client, repository: repository, operator: loop))
            } catch {
                await loop.kill()
                throw error
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
