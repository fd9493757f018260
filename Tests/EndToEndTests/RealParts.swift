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
let isWanted = environment["MARTLET_E2E"] != nil

/// A folder with repositories of other people, where there is one.
let data = environment["MARTLET_DATA"].flatMap { $0.isEmpty ? nil : $0 }

/// A control plane with simulated nodes, for one test.
func withControlPlane(
    nodes options: NodeOptions = NodeOptions(provisionsVolumes: true), _ body: (ControlPlane, ClusterClient) async throws -> Void
) async throws {
    let plane = try ControlPlane(binaries: environment["MARTLET_CONTROL_PLANE"] ?? "")
    do {
        try await plane.start()
        var logger = Logger(label: "nodes") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let nodes = NodeSimulator(client: plane.client("nodes"), time: SystemTime(), random: RandomSource(), options: options)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await nodes.run() }
            try await body(plane, plane.client("test"))
            group.cancelAll()
        }
    } catch {
        let log = plane.serverLog
        await plane.stop()
        throw ScenarioFailure("\(error)\nthe API server's last words:\n\(log)")
    }
    await plane.stop()
}

/// The program that was built beside these tests.
var program: String {
    let tests = CommandLine.arguments.first ?? ""
    let folder = tests.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    for candidate in [environment["MARTLET"] ?? "", "\(folder)/martlet", ".build/debug/martlet"] where FileManager.default.fileExists(atPath: candidate) {
        return candidate
    }
    return ".build/debug/martlet"
}

/// Empties a cluster between scenarios: a control plane takes seconds to start.
func clear(_ client: ClusterClient) async throws {
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

/// An embedded cluster on a port, with a kubeconfig for programs, for one test.
func withEmbeddedCluster(_ body: (EmbeddedCluster, _ kubeconfig: String) async throws -> Void) async throws {
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
        try await body(cluster, folder.file("kubeconfig"))
        group.cancelAll()
    }
}
