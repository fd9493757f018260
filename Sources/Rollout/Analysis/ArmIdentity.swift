/// How the requests of one arm are known among all that Prometheus knows.
package struct ArmIdentity: Sendable, Hashable {
    package var namespace: String
    /// The Deployment's name.
    package var workload: String
    /// `pod-template-hash` of the arm's pods.
    package var hash: String
    /// Names of its pods that are older than `youngest`.
    package var pods: Set<String>
    /// Names of the Services that lead to this arm alone: its arm Service, and the user's own where it is pinned to this arm.
    package var services: [String]
    /// Names of the Envoy clusters that lead to this arm alone (`envoyClusters`).
    package var clusters: [String]

    /// What a pod answers in its first minute is left out: caches and compilers get warm.
    package static let youngest = Duration.seconds(60)

    package init(namespace: String, workload: String, hash: String, pods: Set<String>, services: [String] = [], clusters: [String] = []) {
        (self.namespace, self.workload, self.hash) = (namespace, workload, hash)
        (self.pods, self.services, self.clusters) = (pods, services, clusters)
    }
}
