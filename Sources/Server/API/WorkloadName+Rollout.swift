package import Automation
package import Kubernetes
internal import Rollout

extension WorkloadName {
    /// The workload that is meant, of a kind that has rollouts; nil for another kind.
    package var rolloutKey: ObjectKey? {
        RolloutSpec.kinds.sorted { ($0.kind != "Deployment" ? 1 : 0, $0.kind) < ($1.kind != "Deployment" ? 1 : 0, $1.kind) }
            .map { ObjectKey(group: $0.group, kind: $0.kind, namespace: namespace ?? "", name: name) }.first { matches($0) }
    }
}
