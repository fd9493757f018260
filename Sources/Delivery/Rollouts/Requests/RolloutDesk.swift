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

    /// What has rollouts.
    package static let kind = GroupKind(group: "apps", kind: "Deployment")

    private static let sets = APIResource(
        gvk: GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet"), name: "replicasets", isNamespaced: true,
        verbs: ["get", "list", "watch", "create", "patch", "delete"])
    private static let deployments = APIResource(
        gvk: GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"), name: "deployments", isNamespaced: true,
        verbs: ["get", "list", "watch", "create", "patch", "delete"])

    /// How a workload's rollout is.
    ///
    /// - Throws: `.notFound` where there is no such Deployment.
    package func report(namespace: String, name: String) async throws(ClusterError) -> RolloutReport {
        let workload = try await client.get(Self.deployments, namespace: namespace, name: name)
        guard workload.annotation(MartletAnnotations.rollout) != nil else { return RolloutReport(workload, sets: []) }
        return RolloutReport(workload, sets: try await sets(of: workload))
    }

    /// The ReplicaSets that a Deployment owns.
    package func sets(of workload: Object) async throws(ClusterError) -> [Object] {
        let labels = workload.value[path: "spec", "selector", "matchLabels"]?.mapping ?? [:]
        let selector = labels.sorted.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: ",")
        let list = try await client.list(Self.sets, namespace: workload.namespace, labelSelector: selector.isEmpty ? nil : selector)
        return list.items.filter { $0.isOwned(by: workload) }
    }

    /// The Deployments that have a rollout's state on them.
    package func underWay(namespace: String?) async throws(ClusterError) -> [Object] {
        let list = try await client.list(Self.deployments, namespace: namespace)
        return list.items.filter { $0.annotation(MartletAnnotations.rollout) != nil }.sorted { $0.key < $1.key }
    }

    /// The Deployments there are, for whoever mistyped one's name.
    package func names(namespace: String?) async throws(ClusterError) -> [ObjectKey] {
        try await client.list(Self.deployments, namespace: namespace).items.map(\.key)
    }

    /// Leaves a request; the daemon carries it out when it sees it, and says so by `handledRequest`.
    ///
    /// - Returns: The request's own ID.
    package func ask(_ verb: RolloutRequest.Verb, namespace: String, name: String) async throws(ClusterError) -> RolloutRequest {
        let request = RolloutRequest(id: ULID(at: time.now, random: random).description, verb: verb)
        _ = try await client.patch(
            Self.deployments, namespace: namespace, name: name,
            ["metadata": ["annotations": .mapping([RolloutRequest.annotation: .string(request.text)])]], type: .merge,
            fieldManager: rolloutFieldManager)
        return request
    }

    /// Rings at each change of the workload, until the task is cancelled.
    package func watch(namespace: String, name: String, _ bell: Doorbell) async {
        let reflector = Reflector(
            client: client, resource: Self.deployments, scope: ListScope(namespace: namespace, fieldSelector: "metadata.name=\(name)"), time: time,
            random: random)
        await reflector.run { effect in
            switch effect {
            case .replace, .change: bell.ring()
            case .list, .openWatch, .readWatch, .pause, .heard, .opened, .failed, .regressed: break
            }
        }
    }
}
