import Basics
import Cluster
import DevCluster
import Document
import Kubernetes
import Logging
import Rollout
import TestKit

@testable import Commands

/// A Deployment in the middle of a rollout that nobody carries on, on an embedded cluster.
struct RolloutStage: Sendable {
    let candidate: CandidateStage
    let client: ClusterClient
    /// What the restorer says that it does.
    let told = Locked<[String]>([])

    static func run(_ body: @escaping @Sendable (RolloutStage) async throws -> Void) async throws {
        let cluster = EmbeddedCluster(logger: Logger(label: "test") { SwiftLogNoOpLogHandler($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.run() }
            group.addTask {
                try await cluster.ready()
                let client = cluster.client()
                try await body(RolloutStage(candidate: CandidateStage(client: client, namespace: "shop", patience: .milliseconds(50)), client: client))
            }
            // The cluster itself never ends.
            try await group.next()
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    var visit: RolloutVisit { RolloutVisit(client: client, namespace: "shop", time: SystemTime(), random: RandomSource(seed: 5)) }

    var restorer: RolloutRestorer {
        var restorer = RolloutRestorer(visit: visit, isForced: false, limit: .seconds(30)) { [told] text in told.withLock { $0.append(text) } }
        restorer.drain = .milliseconds(20)
        return restorer
    }

    /// Version 1 on all pods, held, and version 2 beside it.
    ///
    /// - Returns: The pods of version 1.
    func begin(replicas: Int, next: Int, phase: RolloutState.Phase = .analysing) async throws -> Set<String> {
        try await candidate.deploy("web:1", replicas: replicas)
        let pods = try await candidate.pods("web:1")
        let stable = try await candidate.stable()
        var state = RolloutState(
            id: "01K", phase: phase, since: SystemTime().now, template: "t", stableHash: stable.label(templateHashLabel) ?? "",
            candidateHash: "candidate1", revision: "main@4f4f4f4", size: replicas)
        state.originals = ["strategy": try await candidate.deployment().value[path: "spec", "strategy"] ?? .null]
        try await candidate.pause()
        try await write(state)
        try await candidate.unmark(stable.name)
        try await candidate.createCandidate(candidate.manifest("web:2", replicas: replicas), replicas: next)
        try await candidate.holds([stable.name: replicas, "web-candidate1": next])
        return pods
    }

    func write(_ state: RolloutState) async throws {
        let annotations: Mapping = [MartletAnnotations.strategy: "canary", MartletAnnotations.rollout: .string(state.text)]
        try await candidate.patch(["metadata": ["annotations": .mapping(annotations)]])
    }

    func state() async throws -> RolloutState? {
        try await candidate.deployment().annotation(MartletAnnotations.rollout).flatMap(RolloutState.init(text:))
    }

    func apply(_ text: String) async throws {
        for document in try YAML.documents(Array(text.utf8), file: "test", options: .cluster) {
            guard let object = Object(document.value) else { continue }
            _ = try await client.apply(try await client.resource(for: object.gvk), object, force: true)
        }
    }

    func object(_ group: String, _ kind: String, _ name: String) async throws -> Object? {
        do {
            return try await client.get(try await client.resource(for: GroupKind(group: group, kind: kind)), namespace: "shop", name: name)
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }

    /// Makes the cluster know HTTPRoutes.
    func defineRoutes() async throws {
        try await apply(Self.routeDefinition)
        try await candidate.eventually("HTTPRoutes") { try await client.resources(refresh: true).contains { $0.gvk.kind == "HTTPRoute" } }
    }

    /// The Gateway API's routes, as loose as a test may have them.
    private static let routeDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: httproutes.gateway.networking.k8s.io}
        spec:
          group: gateway.networking.k8s.io
          scope: Namespaced
          names: {kind: HTTPRoute, plural: httproutes, singular: httproute}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
}
