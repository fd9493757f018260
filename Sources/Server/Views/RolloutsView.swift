package import Basics
package import Cluster
package import Delivery
package import Kubernetes
package import Rollout

/// What the server may see and do of rollouts: read how they stand, and leave requests on the workloads.
package struct RolloutsView: Sendable {
    package var report: @Sendable (ObjectKey) async throws(ClusterError) -> RolloutReport
    package var ask: @Sendable (RolloutRequest.Verb, ObjectKey) async throws(ClusterError) -> RolloutRequest

    package init(
        report: @escaping @Sendable (ObjectKey) async throws(ClusterError) -> RolloutReport,
        ask: @escaping @Sendable (RolloutRequest.Verb, ObjectKey) async throws(ClusterError) -> RolloutRequest
    ) {
        (self.report, self.ask) = (report, ask)
    }

    /// By the cluster itself.
    package init(client: ClusterClient, time: any TimeSource, random: RandomSource) {
        let desk = RolloutDesk(client: client, time: time, random: random)
        self.init(
            report: { key async throws(ClusterError) in try await desk.report(key) },
            ask: { (verb, key) async throws(ClusterError) in try await desk.ask(verb, key) })
    }
}
