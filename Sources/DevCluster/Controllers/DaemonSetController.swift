internal import Basics
internal import Document
package import Kubernetes

/// Keeps one pod on each node a DaemonSet fits (`pkg/controller/daemon`).
package struct DaemonSetController: Controller {
    package let name = "daemonset-controller"
    package let kind = GroupKind.daemonSet
    package let watches: [GroupKind] = [.pod, .node, .controllerRevision]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        switch change.object.groupKind {
        case kind: return [change.object.key]
        case .node:
            if let old = change.old, let new = change.new, old.labels == new.labels, old.value["spec"] == new.value["spec"] { return [] }
            return observed.objects(kind).map(\.key)
        default: return change.ownerKeys(kind)
        }
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let set = situation.observed.object(key), let selector = set.podSelector else { return .nothing }
        let claim = Claim(of: set, selector: selector, .pod, in: situation.observed)
        if !claim.actions.isEmpty { return Decision(claim.actions, again: .zero) }
        var pass = DaemonSetPass(set, pods: claim.dependents, situation: situation)
        pass.run()
        return pass.decision
    }
}

/// One look at a DaemonSet: pods per node, what is missing or too many, and one batch of an update.
private struct DaemonSetPass {
    let set: Object
    let situation: Situation
    let history: RevisionHistory
    let hash: String
    let minReady: Int
    /// Nodes the DaemonSet wants a pod on.
    let wanted: [Object]
    var pods: [String: [Object]] = [:]
    var requests: [Action] = []
    var wait: Duration?

    init(_ set: Object, pods: [Object], situation: Situation) {
        self.set = set
        self.situation = situation
        history = RevisionHistory(of: set, in: situation.observed)
        hash = history.update?.revisionHash ?? ""
        minReady = max(0, set.int("spec", "minReadySeconds") ?? 0)
        let pod = Object(podOf: set)
        wanted = situation.observed.objects(.node).filter { node in
            pod.map { NodeFit($0).admits(node, asDaemon: true) } ?? false
        }
        for pod in pods { self.pods[pod.daemonNode, default: []].append(pod) }
        for (node, list) in self.pods { self.pods[node] = list.sorted(by: Object.isOlder) }
    }

    private var surge: Int {
        IntOrPercent(set.value[path: "spec", "updateStrategy", "rollingUpdate", "maxSurge"])
            .map { max(0, $0.resolved(of: wanted.count, roundingUp: true)) } ?? 0
    }

    private var unavailable: Int {
        let limit = IntOrPercent(set.value[path: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]) ?? .count(1)
        let count = max(0, limit.resolved(of: wanted.count, roundingUp: true))
        return count == 0 && surge == 0 ? 1 : count
    }

    private func isAvailable(_ pod: Object) -> Bool {
        !pod.isBeingDeleted && pod.isAvailablePod(minReadySeconds: minReady, now: situation.now)
    }

    private func isNew(_ pod: Object) -> Bool { pod.label(PodLabels.revisionHash) == hash }

    mutating func run() {
        for pod in pods.values.joined() {
            if let left = pod.untilAvailable(minReadySeconds: minReady, now: situation.now) { wait = min(wait ?? left, left) }
        }
        guard !set.isBeingDeleted else { return }
        place()
        if requests.isEmpty, (set.string("spec", "updateStrategy", "type") ?? "RollingUpdate") == "RollingUpdate" { update() }
    }

    /// A pod where none is, none where none should be, one where there are two.
    private mutating func place() {
        let names = Swift.Set(wanted.map(\.name))
        for node in wanted {
            let here = pods[node.name] ?? []
            for failed in here where failed.phase == "Failed" || failed.phase == "Succeeded" { remove(failed) }
            let alive = here.filter { $0.phase != "Failed" && $0.phase != "Succeeded" }
            if alive.isEmpty { create(on: node.name) }
            // With a surge two revisions share a node for a while; two of one revision never do.
            for twins in [alive.filter(isNew), alive.filter { !isNew($0) }] {
                for extra in twins.filter({ !$0.isBeingDeleted }).dropFirst() { remove(extra) }
            }
        }
        for (node, list) in pods.sorted(by: { $0.key < $1.key }) where !names.contains(node) { list.forEach { remove($0) } }
    }

    private mutating func update() {
        var spent = 0
        var broken: [Object] = []
        var candidates: [Object] = []
        var surged = 0
        var withoutNew: [(node: String, isBroken: Bool)] = []
        for node in wanted {
            let here = pods[node.name] ?? []
            let new = here.last(where: isNew)
            let old = here.last { !isNew($0) }
            switch (old, new) {
            case (nil, let new?): if !isAvailable(new) { spent += 1 }
            case (let old?, nil):
                if surge > 0 { withoutNew.append((node.name, !isAvailable(old))) }
                if old.isBeingDeleted {
                    spent += 1
                } else if !isAvailable(old) {
                    broken.append(old)
                    spent += 1
                } else {
                    candidates.append(old)
                }
            case (let old?, let new?):
                if surge > 0 {
                    if isAvailable(new) { remove(old) } else { surged += 1 }
                } else {
                    spent += 1
                }
            case (nil, nil): spent += 1
            }
        }
        if surge > 0 {
            // Nodes whose old pod serves nobody need no budget.
            for item in withoutNew where item.isBroken { create(on: item.node) }
            for item in withoutNew.filter({ !$0.isBroken }).prefix(max(0, surge - surged)) { create(on: item.node) }
            return
        }
        for pod in broken + candidates.prefix(max(0, unavailable - spent)) { remove(pod) }
    }

    private mutating func remove(_ pod: Object) {
        if !pod.isBeingDeleted { requests.append(.delete(pod.key, uid: pod.uid)) }
    }

    private mutating func create(on node: String) {
        guard var pod = Object(podOf: set) else { return }
        var labels = pod.labels
        labels[PodLabels.revisionHash] = .string(hash)
        labels["pod-template-generation"] = .string(String(set.generation ?? 1))
        pod.labels = labels
        // The scheduler places it, on this node alone.
        pod.value[path: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"] = [
            "nodeSelectorTerms": [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]]]
        ]
        let tolerated = ["not-ready", "unreachable"].map { (name: $0, effect: "NoExecute") }
            + ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map { (name: $0, effect: "NoSchedule") }
        pod.value[path: "spec", "tolerations"] = .sequence(
            pod.sequence("spec", "tolerations")
                + tolerated.map {
                    ["key": .string("node.kubernetes.io/\($0.name)"), "operator": "Exists", "effect": .string($0.effect)]
                })
        requests.append(.create(pod))
    }

    var decision: Decision {
        var actions = history.actions
        if let update = status.update(set) { actions.append(update) }
        let live = Swift.Set(pods.values.joined().compactMap { pod in pod.label(PodLabels.revisionHash).map { "\(set.name)-\($0)" } })
        actions += history.truncation(limit: set.int("spec", "revisionHistoryLimit") ?? 10, live: live)
        return Decision(actions + requests, again: wait)
    }

    private var status: StatusFields {
        let names = Swift.Set(wanted.map(\.name))
        var scheduled = 0, updated = 0, ready = 0, available = 0
        for node in wanted {
            guard let pod = pods[node.name]?.first(where: { $0.phase != "Failed" }) else { continue }
            scheduled += 1
            if pods[node.name]?.contains(where: { isNew($0) && !$0.isBeingDeleted }) ?? false { updated += 1 }
            let here = pods[node.name] ?? [pod]
            if here.contains(where: \.isReadyPod) { ready += 1 }
            if here.contains(where: isAvailable) { available += 1 }
        }
        var status = StatusFields(observing: set)
        status.count("currentNumberScheduled", scheduled, always: true)
        status.count("numberMisscheduled", pods.keys.filter { !names.contains($0) }.count, always: true)
        status.count("desiredNumberScheduled", wanted.count, always: true)
        status.count("numberReady", ready, always: true)
        status.count("updatedNumberScheduled", updated)
        status.count("numberAvailable", available)
        status.count("numberUnavailable", max(0, wanted.count - available))
        status.count("collisionCount", history.collisions)
        status.set("conditions", Conditions(of: set).value)
        return status
    }
}

extension Object {
    /// The node a DaemonSet's pod is on, or is meant for.
    fileprivate var daemonNode: String { nodeName.isEmpty ? NodeFit(self).pinned ?? "" : nodeName }
}
