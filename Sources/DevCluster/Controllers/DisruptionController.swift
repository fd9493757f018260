internal import Basics
internal import Document
package import Kubernetes

/// Says how many pods of a PodDisruptionBudget may be evicted now (`pkg/controller/disruption`).
package struct DisruptionController: Controller {
    package let name = "disruption-controller"
    package let kind = GroupKind.disruptionBudget
    package let watches: [GroupKind] = [.pod, .replicaSet, .deployment, .statefulSet]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        let object = change.object
        if object.groupKind == kind { return [object.key] }
        let budgets = observed.objects(kind, namespace: object.namespace)
        guard object.groupKind == .pod else { return budgets.map(\.key) }
        return budgets.filter { budget in
            guard let selector = budget.podSelector else { return true }
            return change.sides.contains { selector.matches($0.labels) }
        }.map(\.key)
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let budget = situation.observed.object(key), !budget.isBeingDeleted else { return .nothing }
        guard let value = budget.value[path: "spec", "selector"], let selector = try? LabelSelector(value) else { return .nothing }
        let pods = situation.observed.objects(.pod, namespace: key.namespace).filter {
            selector.matches($0.labels) && $0.phase != "Succeeded" && $0.phase != "Failed"
        }
        let healthy = pods.filter { $0.isReadyPod && !$0.isBeingDeleted }.count
        let (expected, desired) = counts(budget, pods, situation.observed)
        let allowed = max(0, expected == 0 ? 0 : healthy - desired)
        var conditions = Conditions(of: budget)
        conditions.set(
            Condition("DisruptionAllowed", allowed > 0, reason: allowed > 0 ? "SufficientPods" : "InsufficientPods"), now: situation.now)
        var status = StatusFields(observing: budget)
        status.count("disruptionsAllowed", allowed, always: true)
        status.count("currentHealthy", healthy, always: true)
        status.count("desiredHealthy", desired, always: true)
        status.count("expectedPods", expected, always: true)
        status.set("conditions", conditions.value)
        return Decision([status.update(budget)].compactMap { $0 })
    }

    private func counts(_ budget: Object, _ pods: [Object], _ observed: Observed) -> (expected: Int, desired: Int) {
        if let limit = IntOrPercent(budget.value[path: "spec", "maxUnavailable"]) {
            let expected = scale(of: pods, observed)
            return (expected, max(0, expected - limit.resolved(of: expected, roundingUp: true)))
        }
        switch IntOrPercent(budget.value[path: "spec", "minAvailable"]) {
        case .count(let count)?: return (pods.count, max(0, count))
        case .percent?:
            let expected = scale(of: pods, observed)
            let limit = IntOrPercent(budget.value[path: "spec", "minAvailable"])
            return (expected, max(0, limit?.resolved(of: expected, roundingUp: true) ?? 0))
        case nil: return (pods.count, 0)
        }
    }

    /// What the pods' controllers ask for together.
    private func scale(of pods: [Object], _ observed: Observed) -> Int {
        var asked: [ObjectKey: Int] = [:]
        for pod in pods {
            guard let owner = pod.controllerReference else { continue }
            let key = ObjectKey(group: owner.groupKind.group, kind: owner.kind, namespace: pod.namespace, name: owner.name)
            guard let controller = observed.object(key) else { continue }
            // The Deployment, not its sets: during a rollout those hold more.
            if let above = controller.controllerReference,
                let deployment = observed.object(above.groupKind, namespace: pod.namespace, name: above.name)
            {
                asked[deployment.key] = deployment.replicas
            } else {
                asked[key] = controller.replicas
            }
        }
        return asked.values.reduce(0, +)
    }
}
