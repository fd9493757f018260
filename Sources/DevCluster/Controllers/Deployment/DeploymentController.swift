internal import Basics
internal import Document
package import Kubernetes

/// Keeps a Deployment's ReplicaSets as its template and strategy ask
/// (`pkg/controller/deployment`, seen on 1.20 and 1.36).
package struct DeploymentController: Controller {
    package let name = "deployment-controller"
    package let kind = GroupKind.deployment
    package let watches: [GroupKind] = [.replicaSet, .pod]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        switch change.object.groupKind {
        case .deployment: return [change.object.key]
        case .replicaSet:
            let owners = change.ownerKeys(.deployment)
            if !owners.isEmpty { return owners }
            // An orphan may be one to adopt.
            return observed.objects(.deployment, namespace: change.object.namespace)
                .filter { $0.podSelector?.matches(change.object.labels) ?? false }.map(\.key)
        default:
            // Recreate waits for the last old pod to go.
            guard change.new == nil, let owner = change.object.controllerReference, owner.groupKind == .replicaSet,
                let set = observed.object(.replicaSet, namespace: change.object.namespace, name: owner.name),
                let deployment = set.controllerReference, deployment.groupKind == .deployment
            else { return [] }
            return [ObjectKey(group: kind.group, kind: kind.kind, namespace: set.namespace, name: deployment.name)]
        }
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let deployment = situation.observed.object(key) else { return .nothing }
        guard let selector = deployment.podSelector else {
            var status = StatusFields(observing: deployment)
            status.set("conditions", Conditions(of: deployment).value)
            return Decision([status.update(deployment)].compactMap { $0 })
        }
        let claim = Claim(of: deployment, selector: selector, .replicaSet, in: situation.observed)
        var pass = DeploymentPass(deployment, sets: claim.dependents, situation: situation)
        pass.run()
        return Decision(claim.actions + pass.actions, again: pass.again)
    }
}

/// A Deployment's own fields, with the API server's defaults where one is missing.
package struct DeploymentSpec: Sendable {
    package let replicas: Int
    package let isPaused: Bool
    package let isRolling: Bool
    package let minReadySeconds: Int
    /// Nil: no deadline.
    package let progressDeadline: Duration?
    /// Nil: everything is kept.
    package let revisionHistoryLimit: Int?
    private let surge: IntOrPercent
    private let unavailable: IntOrPercent

    package init(_ deployment: Object) {
        replicas = deployment.replicas
        isPaused = deployment.bool("spec", "paused")
        isRolling = (deployment.string("spec", "strategy", "type") ?? "RollingUpdate") == "RollingUpdate"
        minReadySeconds = max(0, deployment.int("spec", "minReadySeconds") ?? 0)
        let forever = Int(Int32.max)
        let deadline = deployment.int("spec", "progressDeadlineSeconds") ?? 600
        progressDeadline = deadline >= forever ? nil : .seconds(deadline)
        let limit = deployment.int("spec", "revisionHistoryLimit") ?? 10
        revisionHistoryLimit = limit >= forever ? nil : max(0, limit)
        let rolling = deployment.value[path: "spec", "strategy", "rollingUpdate"]
        surge = IntOrPercent(rolling?["maxSurge"]) ?? .percent(25)
        unavailable = IntOrPercent(rolling?["maxUnavailable"]) ?? .percent(25)
    }

    /// Pods over the wanted number, at most: shares round up. Only a rolling update has any.
    package var maxSurge: Int { isRolling ? max(0, surge.resolved(of: replicas, roundingUp: true)) : 0 }

    /// Pods under the wanted number, at most: shares round down, but where both
    /// limits come to nothing one pod may go, else nothing could move.
    package var maxUnavailable: Int {
        guard isRolling, replicas > 0 else { return 0 }
        let count = max(0, unavailable.resolved(of: replicas, roundingUp: false))
        return min(count == 0 && surge.resolved(of: replicas, roundingUp: true) == 0 ? 1 : count, replicas)
    }
}

/// Annotations by which the deployment controller remembers.
package enum DeploymentAnnotations {
    package static let revision = "deployment.kubernetes.io/revision"
    package static let revisionHistory = "deployment.kubernetes.io/revision-history"
    package static let desiredReplicas = "deployment.kubernetes.io/desired-replicas"
    package static let maxReplicas = "deployment.kubernetes.io/max-replicas"

    /// Not copied from a Deployment to its ReplicaSets.
    static let own: Set<String> = [
        revision, revisionHistory, desiredReplicas, maxReplicas, "deprecated.deployment.rollback.to",
        "kubectl.kubernetes.io/last-applied-configuration",
    ]
}
