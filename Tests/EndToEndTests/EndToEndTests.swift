import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import HTTP
import Kubernetes
import Logging
import Scenarios
import TestKit
import Testing

/// The real parts are only there when asked for: `make e2e`.
private let environment = ProcessInfo.processInfo.environment
private let isWanted = environment["MARTLET_E2E"] != nil

/// A control plane with simulated nodes, for one test.
private func withControlPlane(_ body: (ControlPlane, ClusterClient) async throws -> Void) async throws {
    let plane = try ControlPlane(binaries: environment["MARTLET_CONTROL_PLANE"] ?? "")
    do {
        try await plane.start()
        let time = SystemTime()
        let random = RandomSource()
        func client(_ name: String) -> ClusterClient {
            ClusterClient(
                configuration: plane.configuration, transport: CurlTransport(tls: plane.configuration.tls, userAgent: name), time: time,
                random: random, userAgent: name)
        }
        var logger = Logger(label: "nodes") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let nodes = NodeSimulator(client: client("nodes"), time: time, random: random, options: NodeOptions(provisionsVolumes: true))
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await nodes.run() }
            try await body(plane, client("test"))
            group.cancelAll()
        }
    } catch {
        await plane.stop()
        throw error
    }
    await plane.stop()
}

/// The program that was built beside these tests.
private var program: String {
    let tests = CommandLine.arguments.first ?? ""
    let folder = tests.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    for candidate in [environment["MARTLET"] ?? "", "\(folder)/martlet", ".build/debug/martlet"] where FileManager.default.fileExists(atPath: candidate) {
        return candidate
    }
    return ".build/debug/martlet"
}

/// Empties a cluster between scenarios: a control plane takes seconds to start.
private func clear(_ client: ClusterClient) async throws {
    let time = SystemTime()
    let namespaces = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Namespace"))
    let own = [World.namespace, "shop", "sock-shop", "podinfo"]
    for name in own { _ = try await client.delete(namespaces, namespace: "", name: name) }
    for _ in 0..<600 {
        var left = 0
        for name in own where try await client.getIfPresent(namespaces, namespace: "", name: name) != nil { left += 1 }
        if left == 0 { return }
        try await time.sleep(for: .milliseconds(100))
    }
    throw ScenarioFailure("namespaces do not go away")
}

@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct EndToEndTests {
    /// Every scenario with the real program, a git server over https and a real control plane.
    @Test(.timeLimit(.minutes(15))) func realControlPlane() async throws {
        try await withControlPlane { plane, client in
            let world = try await GitHost()
            for scenario in Scenario.allCases {
                try await world.run(scenario, client: client, kubeconfig: plane.kubeconfigFile)
                try await clear(client)
            }
        }
    }

    /// The same with the embedded cluster, over its port: both must end in the same states.
    @Test(.timeLimit(.minutes(10))) func embeddedCluster() async throws {
        let world = try await GitHost()
        for scenario in Scenario.allCases {
            let folder = try TemporaryFolder("martlet-embedded")
            var options = EmbeddedCluster.Options()
            options.port = 0
            var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
            logger.logLevel = .critical
            let cluster = EmbeddedCluster(options: options, logger: logger)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try? await cluster.run() }
                try await cluster.ready()
                try folder.write("kubeconfig", Array(cluster.kubeconfig().utf8))
                try await world.run(scenario, client: cluster.client(userAgent: "test"), kubeconfig: folder.file("kubeconfig"))
                group.cancelAll()
            }
        }
    }
}

/// Git servers as users have them, and the end state of each scenario for comparison.
private final class GitHost: Sendable {
    let folder: TemporaryFolder
    let server: GitServer
    private static let endStates = Locked<[Scenario: [String]]>([:])

    init() async throws {
        folder = try TemporaryFolder("martlet-git")
        server = try await GitServer(root: folder.path, access: .basic(user: "git", password: "a token"), certificates: TestCertificates())
        try folder.write("git-ca.pem", server.certificates.ca)
        try folder.write("git-token", Array("a token\n".utf8))
    }

    func run(_ scenario: Scenario, client: ClusterClient, kubeconfig: String) async throws {
        let work = try TemporaryFolder("martlet-program")
        let name = "\(scenario.rawValue)-\(ULID(at: SystemTime().now, random: RandomSource())).git"
        let repository = try await TestRepository(in: folder, name: name)
        let loop = try ProgramOperator(
            program: program, kubeconfig: kubeconfig, url: server.url(name),
            git: ["--git-token-file", folder.file("git-token"), "--git-ca-file", folder.file("git-ca.pem")], name: "shop", folder: work,
            pollInterval: scenario == .poll ? "2s" : "60s")
        let world = World(client: client, repository: repository, operator: loop)
        do {
            try await scenario.run(in: world)
        } catch {
            let trouble = loop.trouble
            await loop.kill()
            throw ScenarioFailure("\(scenario): \(error)\n\(trouble)")
        }
        let state = try await world.endState()
        let other = Self.endStates.withLock { states -> [String]? in
            defer { states[scenario] = states[scenario] ?? state }
            return states[scenario]
        }
        if let other, other != state { throw ScenarioFailure("\(scenario): the clusters end in different states: \(other) and \(state)") }
    }
}
