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

@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct EndToEndTests {
    /// Every scenario with the real program, a git server over https and a real control plane.
    @Test(.timeLimit(.minutes(15))) func realControlPlane() async throws {
        let world = try await GitHost()
        await onControlPlanes(Scenario.allCases, width: 3) { try await world.run($0, client: $2, kubeconfig: $1.kubeconfigFile) }
    }

    /// The same with the embedded cluster, over its port: both must end in the same states.
    @Test(.timeLimit(.minutes(10))) func embeddedCluster() async throws {
        let world = try await GitHost()
        await sideBySide(Scenario.allCases, width: 3) { scenario in
            try await withEmbeddedCluster { cluster, kubeconfig in
                try await world.run(scenario, client: cluster.client(userAgent: "test"), kubeconfig: kubeconfig)
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
            throw ScenarioFailure("\(error)\n\(trouble)")
        }
        let state = try await world.endState()
        let other = Self.endStates.withLock { states -> [String]? in
            defer { states[scenario] = states[scenario] ?? state }
            return states[scenario]
        }
        if let other, other != state { throw ScenarioFailure("the clusters end in different states: \(other) and \(state)") }
    }
}
