package import Basics
package import Cluster
internal import Document
package import Kubernetes
package import Rollout

/// Where people ask of rollouts, over the API server alone: a request is an annotation on the live workload, so
/// that Kubernetes' own rules say who may, and the answer is the rollout's state on the same object.
package struct RolloutDesk: Sendable {
    private let client: ClusterClient
    private let time: any TimeSource
    private let random: RandomSource

    package init(client: ClusterClient, time: any TimeSource, random: RandomSource) {
        (self.client, self.time, self.random) = (client, time, random)
    }

    private static func resource(_ kind: String, group: String = "apps") -> APIResource {
        APIResource(
            gvk: GroupVersionKind(group: group, version: "v1", kind: kind), name: kind.lowercased() + "s", isNamespaced: true,
            verbs: ["get", "list", "watch", "create", "patch", "delete"])
    }

    /// How a workload's rollout is.
    ///
    /// - Throws: `.notFound` where there is no such workload.
    package func report(_ key: ObjectKey) async throws(ClusterError) -> RolloutReport {
        let workload = try await workload(key)
        guard workload.annotation(MartletAnnotations.rollout) != nil else { return RolloutReport(workload) }
        return RolloutReport(workload, parts: try await parts(of: workload))
    }

    package func workload(_ key: ObjectKey) async throws(ClusterError) -> Object {
        try await client.get(Self.resource(key.kind), namespace: key.namespace, name: key.name)
    }

    /// What tells a workload's versions apart: a Deployment's ReplicaSets, the pods and the ControllerRevisions of others.
    package func parts(of workload: Object) async throws(ClusterError) -> [Object] {
        let selector = workload.podSelector?.query
        var found: [Object] = []
        let kinds = workload.kind == "Deployment" ? [Self.resource("ReplicaSet")] : [Self.resource("ControllerRevision"), Self.resource("Pod", group: "")]
        for kind in kinds {
            found += try await client.list(kind, namespace: workload.namespace, labelSelector: selector).items
        }
        return found.filter { $0.isControlled(by: workload.uid) }
    }

    /// The workloads that have a rollout's state on them.
    package func underWay(namespace: String?) async throws(ClusterError) -> [Object] {
        try await all(namespace: namespace).filter { $0.annotation(MartletAnnotations.rollout) != nil }.sorted { $0.key < $1.key }
    }

    /// The workloads there are, for whoever mistyped one's name.
    package func names(namespace: String?) async throws(ClusterError) -> [ObjectKey] {
        try await all(namespace: namespace).map(\.key)
    }

    private func all(namespace: String?) async throws(ClusterError) -> [Object] {
        var found: [Object] = []
        for kind in RolloutSpec.kinds.sorted(by: { $0.kind < $1.kind }) {
            found += try await client.list(Self.resource(kind.kind), namespace: namespace).items
        }
        return found
    }

    /// Leaves a request; the daemon carries it out when it sees it, and says so by `handledRequest`.
    ///
    /// - Returns: The request's own ID.
    package func ask(_ verb: RolloutRequest.Verb, _ key: ObjectKey) async throws(ClusterError) -> RolloutRequest {
        let request = RolloutRequest(id: ULID(at: time.now, random: random).description, verb: verb)
        _ = try await client.patch(
            Self.resource(key.kind), namespace: key.namespace, name: key.name,
            ["metadata": ["annotations": .mapping([RolloutRequest.annotation: .string(request.text)])]], type: .merge,
            fieldManager: rolloutFieldManager)
        return request
    }

    /// Rings at each change of the workload, until the task is cancelled.
    package func watch(_ key: ObjectKey, _ bell: Doorbell) async {
        let reflector = Reflector(
            client: client, resource: Self.resource(key.kind), scope: ListScope(namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)"), time: time,
            random: random)
        await reflector.run { effect in
            switch effect {
            case .replace, .change: bell.ring()
            case .list, .openWatch, .readWatch, .pause, .heard, .opened, .failed, .regressed: break
            }
        }
    }
}
