internal import Basics
internal import Document
package import Kubernetes

/// Keeps as many pods as a ReplicaSet asks for (`pkg/controller/replicaset`).
package struct ReplicaSetController: Controller {
    package let name = "replicaset-controller"
    package let kind = GroupKind.replicaSet
    package let watches: [GroupKind] = [.pod]

    /// At most so many pods are made or removed in one pass.
    private let burst = 500

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        if change.object.groupKind == kind { return [change.object.key] }
        let owners = change.ownerKeys(kind)
        if !owners.isEmpty || change.new?.controllerReference != nil { return owners }
        return observed.objects(kind, namespace: change.object.namespace)
            .filter { $0.podSelector?.matches(change.object.labels) ?? false }.map(\.key)
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let set = situation.observed.object(key), let selector = set.podSelector else { return .nothing }
        let claim = Claim(of: set, selector: selector, .pod, in: situation.observed, eligible: \.isActivePod)
        var decision = Decision(claim.actions)
        if let update = status(of: set, pods: claim.dependents, situation).update(set) { decision.actions.append(update) }
        guard !set.isBeingDeleted else { return decision }
        let difference = set.replicas - claim.dependents.count
        if difference > 0, let pod = Object(podOf: set) {
            decision.actions += Array(repeating: .create(pod), count: min(difference, burst))
        } else if difference < 0 {
            let victims = deletionOrder(claim.dependents, crowd: crowd(around: set, situation.observed)).prefix(min(-difference, burst))
            decision.actions += victims.map { .delete($0.key, uid: $0.uid) }
        }
        if abs(difference) > burst { decision.lookAgain(after: .zero) }
        let minReady = max(0, set.int("spec", "minReadySeconds") ?? 0)
        for pod in claim.dependents {
            if let wait = pod.untilAvailable(minReadySeconds: minReady, now: situation.now) { decision.lookAgain(after: wait) }
        }
        return decision
    }

    /// Pods per node of all sets with the same controller: where two stand together one is spared first.
    private func crowd(around set: Object, _ observed: Observed) -> [String: Int] {
        let siblings = set.controllerReference.map { observed.owned(by: $0.uid, .replicaSet) } ?? [set]
        var crowd: [String: Int] = [:]
        for pod in siblings.flatMap({ observed.owned(by: $0.uid, .pod) }) where pod.isActivePod { crowd[pod.nodeName, default: 0] += 1 }
        return crowd
    }

    private func status(of set: Object, pods: [Object], _ situation: Situation) -> StatusFields {
        let minReady = max(0, set.int("spec", "minReadySeconds") ?? 0)
        let labels = set.mapping("spec", "template", "metadata", "labels")
        let ready = pods.filter(\.isReadyPod)
        var status = StatusFields(observing: set)
        status.count("replicas", pods.count, always: true)
        status.count("fullyLabeledReplicas", pods.filter { pod in labels.allSatisfy { pod.labels[$0.key] == $0.value } }.count)
        status.count("readyReplicas", ready.count)
        status.count(
            "availableReplicas", ready.filter { $0.isAvailablePod(minReadySeconds: minReady, now: situation.now) }.count)
        var conditions = Conditions(of: set)
        if let failure = situation.failure, failure.concernsPods {
            let reason = set.replicas > pods.count ? "FailedCreate" : "FailedDelete"
            conditions.set(Condition("ReplicaFailure", true, reason: reason, message: failure.message), now: situation.now, whenSame: false)
        } else {
            conditions.remove("ReplicaFailure")
        }
        status.set("conditions", conditions.value)
        return status
    }
}

extension Object {
    /// A pod from an owner's `spec.template`, named by the server.
    package init?(podOf owner: Object, name: String? = nil) {
        let template = owner.value[path: "spec", "template"] ?? [:]
        var metadata: Value = ["namespace": .string(owner.namespace), "ownerReferences": [owner.asController]]
        if let name { metadata["name"] = .string(name) } else { metadata["generateName"] = .string("\(owner.name)-") }
        for field in ["labels", "annotations", "finalizers"] {
            if let value = template[path: "metadata", field], !value.isNull { metadata[field] = value }
        }
        self.init(["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"] ?? [:]])
    }
}
