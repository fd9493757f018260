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

/// Scenarios a few at once: most of their time is waiting. One that fails does not keep the others from running.
func sideBySide<Case: Sendable>(_ cases: [Case], width: Int = 4, _ run: @escaping @Sendable (Case) async throws -> Void) async {
    let queue = Locked(cases[...])
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<max(1, min(width, cases.count)) {
            group.addTask {
                while let next = queue.withLock({ $0.popFirst() }) { _ = await isDone(next) { try await run(next) } }
            }
        }
    }
}

/// Scenarios on a few control planes at once, each of which takes the next as soon as it is empty again.
func onControlPlanes<Case: Sendable>(
    _ cases: [Case], width: Int = 4, nodes: NodeOptions = NodeOptions(provisionsVolumes: true),
    _ run: @escaping @Sendable (Case, ControlPlane, ClusterClient) async throws -> Void
) async {
    let queue = Locked(cases[...])
    @Sendable func work() async throws {
        while let first = queue.withLock({ $0.popFirst() }) {
            var next: Case? = first
            try await withControlPlane(nodes: nodes) { plane, client in
                while let current = next {
                    // What a failure leaves behind is nobody else's trouble.
                    guard await isDone(current, { try await run(current, plane, client) }), !queue.withLock({ $0.isEmpty }) else { return }
                    try await clear(client)
                    next = queue.withLock { $0.popFirst() }
                }
            }
        }
    }
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<max(1, min(width, cases.count)) {
            group.addTask { do { try await work() } catch { Issue.record(error) } }
        }
    }
}

private func isDone<Case>(_ current: Case, _ run: () async throws -> Void) async -> Bool {
    let start = ContinuousClock.now
    do {
        try await run()
        print("\(current): \((ContinuousClock.now - start).formatted)")
        return true
    } catch {
        Issue.record("\(current), after \((ContinuousClock.now - start).formatted): \(error)")
        return false
    }
}

extension Duration {
    fileprivate var formatted: String { "\(components.seconds).\(components.attoseconds / 100_000_000_000_000_000) s" }
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
