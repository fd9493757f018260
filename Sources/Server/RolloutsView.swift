package import Basics
package import Cluster
package import Delivery
package import Rollout

/// What the server may see and do of rollouts: read how they stand, and leave requests on the workloads.
package struct RolloutsView: Sendable {
    package var report: @Sendable (_ namespace: String, _ name: String) async throws(ClusterError) -> RolloutReport
    package var ask: @Sendable (RolloutRequest.Verb, _ namespace: String, _ name: String) async throws(ClusterError) -> RolloutRequest

    package init(
        report: @escaping @Sendable (_ namespace: String, _ name: String) async throws(ClusterError) -> RolloutReport,
        ask: @escaping @Sendable (RolloutRequest.Verb, _ namespace: String, _ name: String) async throws(ClusterError) -> RolloutRequest
    ) {
        (self.report, self.ask) = (report, ask)
    }

    /// By the cluster itself.
    package init(client: ClusterClient, time: any TimeSource, random: RandomSource) {
        let desk = RolloutDesk(client: client, time: time, random: random)
        self.init(
            report: { (namespace, name) async throws(ClusterError) in try await desk.report(namespace: namespace, name: name) },
            ask: { (verb, namespace, name) async throws(ClusterError) in try await desk.ask(verb, namespace: namespace, name: name) })
    }
}
