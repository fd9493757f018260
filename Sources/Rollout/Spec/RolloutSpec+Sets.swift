internal import Document
package import Kubernetes

extension RolloutSpec {
    /// What can have rollouts.
    package static let kinds: Set<GroupKind> = [
        GroupKind(group: "apps", kind: "Deployment"), GroupKind(group: "apps", kind: "StatefulSet"),
        GroupKind(group: "apps", kind: "DaemonSet"),
    ]

    /// Why a StatefulSet or DaemonSet cannot have a strategy as it is written; nil where it can.
    ///
    /// Its pods have names or nodes of their own, so there is no second set of them beside the first: only `ramped`
    /// goes, pod by pod in their places.
    static func objection(_ object: Object, _ strategy: Strategy) -> (annotation: String, text: String)? {
        let name = MartletAnnotations.strategy
        guard strategy == .ramped else {
            return (
                name,
                "a \(object.kind) cannot have \"\(strategy.rawValue)\", for its pods have no second set beside them: use \"ramped\", which replaces them step by step"
            )
        }
        let own = object.value[path: "spec", "updateStrategy"]
        let rolling = own?["rollingUpdate"]
        if object.kind == "StatefulSet" {
            if own?["type"]?.string == "OnDelete" {
                return (name, "the StatefulSet says updateStrategy OnDelete, so its pods wait for a person: leave one of the two out")
            }
            if let partition = rolling?["partition"]?.int, partition > 0 {
                return (name, "the StatefulSet says partition: \(partition), which the steps set from now on: leave it out")
            }
        } else if let surge = rolling?["maxSurge"], surge != 0, surge != "0", surge != "0%" {
            return (name, "the DaemonSet says maxSurge, but the steps replace pods in their places: leave it out, and say maxUnavailable")
        }
        return nil
    }
}
