internal import Basics
internal import Document
package import Kubernetes

/// Binds pods to nodes in turn: the scheduler of a cluster where every node is large enough.
package struct PodScheduler: Controller {
    package let name = "default-scheduler"
    package let fieldManager = "kube-scheduler"
    package let kind = GroupKind.pod
    package let watches: [GroupKind] = [.node]

    private let turn = Locked(0)
    /// Nodes to use; nil for all.
    private let nodes: Set<String>?

    package init(nodes: Set<String>? = nil) { self.nodes = nodes }

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        if change.object.groupKind == kind { return change.new.map { $0.needsNode ? [$0.key] : [] } ?? [] }
        // Heartbeats change nothing for a pod that waits.
        if let old = change.old, let new = change.new, old.value["spec"] == new.value["spec"], old.labels == new.labels { return [] }
        return observed.objects(.pod).filter(\.needsNode).map(\.key)
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let pod = situation.observed.object(key), pod.needsNode else { return .nothing }
        let candidates = situation.observed.objects(.node).filter { !$0.isBeingDeleted && nodes?.contains($0.name) ?? true }
        let choice = Self.place(pod, on: candidates, turn: turn.withLock { $0 })
        if let node = choice.node {
            turn.withLock { $0 = ($0 &+ 1) & 0xffff }
            let message = "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)"
            return Decision([.bind(pod: key, uid: pod.uid, node: node), .event(EventRecord(.normal, "Scheduled", message, on: pod))])
        }
        var conditions = Conditions(of: pod)
        let before = conditions
        conditions.set(Condition("PodScheduled", false, reason: "Unschedulable", message: choice.reason), now: situation.now)
        if conditions == before { return .nothing }
        return Decision([
            .patchStatus(key, ["metadata": ["uid": .string(pod.uid)], "status": ["phase": "Pending", "conditions": conditions.value ?? []]]),
            .event(EventRecord(.warning, "FailedScheduling", choice.reason, on: pod)),
        ])
    }

    /// The node whose turn it is among those that fit, or why none does, in the scheduler's words.
    package static func place(_ pod: Object, on nodes: [Object], turn: Int) -> (node: String?, reason: String) {
        let fit = NodeFit(pod)
        var reasons: [String: Int] = [:]
        var fitting: [Object] = []
        for node in nodes {
            if let reason = fit.refusal(node) { reasons[reason, default: 0] += 1 } else { fitting.append(node) }
        }
        let index = fitting.isEmpty ? 0 : max(0, turn) % fitting.count
        if let node = fitting.dropFirst(index).first { return (node.name, "") }
        let details = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return (nil, "0/\(nodes.count) nodes are available" + (details.isEmpty ? "." : ": \(details)."))
    }
}

extension Object {
    /// A pod that waits for the scheduler.
    fileprivate var needsNode: Bool {
        nodeName.isEmpty && isActivePod && sequence("spec", "schedulingGates").isEmpty
    }
}
