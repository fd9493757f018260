package import Basics
package import Cluster
internal import Delivery
internal import Document
package import Kubernetes
package import Rollout

/// What the server may see of the pods of a workload.
package struct PodsView: Sendable {
    /// The live pods of a workload, and which version each is of while a rollout runs.
    package struct Found: Sendable {
        package var pods: [Object]
        /// The hash in a pod's labels to the version.
        package var arms: [String: Arm]

        package init(pods: [Object], arms: [String: Arm] = [:]) { (self.pods, self.arms) = (pods, arms) }
    }

    package struct LogQuery: Sendable, Hashable {
        package var container: String?
        /// Of the container that ran before the last restart.
        package var isPrevious = false
        package var lines = 200

        package init() {}
    }

    package var pods: @Sendable (ObjectKey) async throws(ClusterError) -> Found
    package var logs: @Sendable (_ pod: ObjectKey, LogQuery) async throws(ClusterError) -> String

    /// In bytes, of a log.
    package static let logLimit = 1 << 20

    package init(
        pods: @escaping @Sendable (ObjectKey) async throws(ClusterError) -> Found,
        logs: @escaping @Sendable (ObjectKey, LogQuery) async throws(ClusterError) -> String
    ) {
        (self.pods, self.logs) = (pods, logs)
    }

    /// By the cluster itself.
    package init(client: ClusterClient, time: any TimeSource, random: RandomSource) {
        let desk = RolloutDesk(client: client, time: time, random: random)
        self.init(
            pods: { key async throws(ClusterError) in
                let workload = try await client.get(try await client.resource(for: key.groupKind), namespace: key.namespace, name: key.name)
                let pods = try await Self.pods(of: workload, client)
                var arms: [String: Arm] = [:]
                if workload.annotation(MartletAnnotations.rollout) != nil {
                    for (arm, version) in try await desk.report(key).versions { arms[version.hash] = arm }
                }
                return Found(pods: pods.sorted { $0.key < $1.key }, arms: arms)
            },
            logs: { pod, query async throws(ClusterError) in
                var items: [(String, String?)] = [
                    ("container", query.container), ("tailLines", String(query.lines)), ("limitBytes", String(Self.logLimit)),
                ]
                if query.isPrevious { items.append(("previous", "true")) }
                return try await client.raw(
                    Self.resource.path(namespace: pod.namespace, name: pod.name, subresource: "log"), query: items
                ).text
            })
    }

    /// A Pod's is itself, a CronJob's are those of its Jobs, and others have those that they select.
    private static func pods(of workload: Object, _ client: ClusterClient) async throws(ClusterError) -> [Object] {
        switch (workload.gvk.group, workload.kind) {
        case ("", "Pod"): return [workload]
        case ("batch", "CronJob"):
            let jobs = try await client.list(try await client.resource(for: GroupKind(group: "batch", kind: "Job")), namespace: workload.namespace).items
            let newest = jobs.filter { $0.isControlled(by: workload.uid) }.sorted { $0.creationTimestamp > $1.creationTimestamp }
            var pods: [Object] = []
            for job in newest.prefix(mostJobs) { pods += try await selected(by: job, client) }
            return pods
        default: return try await selected(by: workload, client)
        }
    }

    /// Of a CronJob: more than it keeps, unless its limits were raised.
    private static let mostJobs = 20

    private static func selected(by workload: Object, _ client: ClusterClient) async throws(ClusterError) -> [Object] {
        guard let selector = workload.podSelector else { return [] }
        return try await client.list(resource, namespace: workload.namespace, labelSelector: selector.query).items
    }

    private static let resource = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "Pod"), name: "pods", isNamespaced: true, verbs: ["get", "list"], subresources: ["log"])
}
