internal import Basics
internal import Document
package import Kubernetes

/// Keeps a StatefulSet's pods, each with its ordinal, its name and its claims
/// (`pkg/controller/statefulset`).
package struct StatefulSetController: Controller {
    package let name = "statefulset-controller"
    package let kind = GroupKind.statefulSet
    package let watches: [GroupKind] = [.pod, .volumeClaim, .controllerRevision]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        switch change.object.groupKind {
        case kind: [change.object.key]
        case .volumeClaim: []
        default: change.ownerKeys(kind)
        }
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let set = situation.observed.object(key), let selector = set.podSelector else { return .nothing }
        let claim = Claim(of: set, selector: selector, .pod, in: situation.observed) { pod in
            pod.ordinal(in: set.name) != nil
        }
        if !claim.actions.isEmpty { return Decision(claim.actions, again: .zero) }
        var pass = StatefulSetPass(set, pods: claim.dependents, situation: situation)
        pass.run()
        return pass.decision
    }
}

extension Object {
    /// The number behind a StatefulSet pod's name; nil for a pod of another name.
    fileprivate func ordinal(in set: String) -> Int? {
        guard name.hasPrefix("\(set)-") else { return nil }
        let digits = name.dropFirst(set.count + 1)
        guard let number = Int32(digits), number >= 0, String(number) == digits else { return nil }
        return Int(number)
    }
}

/// One look at a StatefulSet (`updateStatefulSet`).
private struct StatefulSetPass {
    let set: Object
    let situation: Situation
    let history: RevisionHistory
    var pods: [Int: Object] = [:]
    var requests: [Action] = []
    var wait: Duration?

    let replicas: Int
    let start: Int
    let minReady: Int
    let partition: Int
    let isRolling: Bool
    let isParallel: Bool
    let currentName: String
    let updateName: String

    init(_ set: Object, pods: [Object], situation: Situation) {
        self.set = set
        self.situation = situation
        history = RevisionHistory(of: set, in: situation.observed)
        replicas = set.replicas
        start = max(0, set.int("spec", "ordinals", "start") ?? 0)
        minReady = max(0, set.int("spec", "minReadySeconds") ?? 0)
        partition = max(0, set.int("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0)
        isRolling = (set.string("spec", "updateStrategy", "type") ?? "RollingUpdate") == "RollingUpdate"
        isParallel = set.string("spec", "podManagementPolicy") == "Parallel"
        updateName = history.update?.name ?? ""
        let current = set.string("status", "currentRevision") ?? ""
        currentName = history.revision(named: current)?.name ?? updateName
        for pod in pods { if let ordinal = pod.ordinal(in: set.name) { self.pods[ordinal] = pod } }
    }

    private var now: Timestamp { situation.now }
    private var ordinals: Range<Int> { start..<(start + replicas) }

    private func isHealthy(_ pod: Object) -> Bool {
        pod.phase == "Running" && pod.isReadyPod && !pod.isBeingDeleted && pod.isAvailablePod(minReadySeconds: minReady, now: now)
    }

    mutating func run() {
        for pod in pods.values {
            if let left = pod.untilAvailable(minReadySeconds: minReady, now: now) { wait = min(wait ?? left, left) }
        }
        guard !set.isBeingDeleted else { return }
        guard grow(), shrink(), isRolling else { return }
        update()
    }

    /// From the lowest ordinal up, each only after the one before is healthy; false stops the pass.
    private mutating func grow() -> Bool {
        var made = 0
        for ordinal in ordinals {
            guard let pod = pods[ordinal] else {
                create(ordinal)
                made += 1
                if !isParallel || made >= 500 { return false }
                continue
            }
            if pod.phase == "Failed" || pod.phase == "Succeeded" {
                if !pod.isBeingDeleted { requests.append(.delete(pod.key, uid: pod.uid)) }
                if !isParallel { return false }
                continue
            }
            if !isParallel, !isHealthy(pod) { return false }
        }
        return true
    }

    /// From the highest ordinal down, one at a time; a pod that is not healthy stops all but itself.
    private mutating func shrink() -> Bool {
        let condemned = pods.keys.filter { !ordinals.contains($0) }.sorted(by: >)
        let unhealthy = pods.keys.sorted().first { ordinal in pods[ordinal].map { !isHealthy($0) } ?? false }
        for ordinal in condemned {
            guard let pod = pods[ordinal] else { continue }
            if pod.isBeingDeleted {
                if !isParallel { return false }
                continue
            }
            if !isParallel, !isHealthy(pod), ordinal != unhealthy { return false }
            requests.append(.delete(pod.key, uid: pod.uid))
            if !isParallel { return false }
        }
        return true
    }

    /// The highest pod of another revision goes, while all above it are healthy.
    private mutating func update() {
        for ordinal in ordinals.reversed() where ordinal >= start + partition {
            guard let pod = pods[ordinal] else { return }
            if pod.label(PodLabels.revisionHash) != updateName, !pod.isBeingDeleted {
                requests.append(.delete(pod.key, uid: pod.uid))
                return
            }
            if !isHealthy(pod) { return }
        }
    }

    private mutating func create(_ ordinal: Int) {
        let keepsCurrent = isRolling && ordinal < start + partition
        let name = keepsCurrent ? currentName : updateName
        guard let template = history.revision(named: name)?.templateOfRevision else { return }
        var owner = set
        owner.value[path: "spec", "template"] = template
        let podName = "\(set.name)-\(ordinal)"
        guard var pod = Object(podOf: owner, name: podName) else { return }
        var labels = pod.labels
        labels[PodLabels.revisionHash] = .string(name)
        labels["statefulset.kubernetes.io/pod-name"] = .string(podName)
        labels["apps.kubernetes.io/pod-index"] = .string(String(ordinal))
        pod.labels = labels
        pod.value[path: "spec", "hostname"] = .string(podName)
        if let service = set.string("spec", "serviceName"), !service.isEmpty { pod.value[path: "spec", "subdomain"] = .string(service) }
        var volumes = pod.sequence("spec", "volumes")
        for claim in set.sequence("spec", "volumeClaimTemplates").compactMap({ claimFor($0, ordinal) }) {
            volumes.removeAll { $0["name"]?.string == claim.volume }
            volumes.append([
                "name": .string(claim.volume), "persistentVolumeClaim": ["claimName": .string(claim.object.name)],
            ])
            if situation.observed.object(claim.object.key) == nil { requests.append(.create(claim.object)) }
        }
        if !volumes.isEmpty { pod.value[path: "spec", "volumes"] = .sequence(volumes) }
        requests.append(.create(pod))
    }

    private func claimFor(_ template: Value, _ ordinal: Int) -> (volume: String, object: Object)? {
        guard let volume = template[path: "metadata", "name"]?.string else { return nil }
        var value = template
        value["apiVersion"] = "v1"
        value["kind"] = "PersistentVolumeClaim"
        value["status"] = nil
        guard var claim = Object(value) else { return nil }
        claim.name = "\(volume)-\(set.name)-\(ordinal)"
        claim.namespace = set.namespace
        var labels = claim.labels
        for entry in set.mapping("spec", "selector", "matchLabels") { labels[entry.key] = entry.value }
        claim.labels = labels
        return (volume, claim)
    }

    var decision: Decision {
        var actions = history.actions
        if let update = status.update(set) { actions.append(update) }
        let live = Set([currentName, updateName] + pods.values.compactMap { $0.label(PodLabels.revisionHash) })
        actions += history.truncation(limit: set.int("spec", "revisionHistoryLimit") ?? 10, live: live)
        return Decision(actions + requests, again: wait)
    }

    private var status: StatusFields {
        let all = Array(pods.values)
        let ready = all.filter { $0.phase == "Running" && $0.isReadyPod }
        func count(_ revision: String) -> Int { all.filter { !$0.isBeingDeleted && $0.label(PodLabels.revisionHash) == revision }.count }
        let updated = count(updateName)
        let isDone = isRolling && updated == replicas && ready.count == replicas && all.count == replicas
        var status = StatusFields(observing: set)
        status.count("replicas", all.count, always: true)
        status.count("readyReplicas", ready.count)
        status.count("availableReplicas", ready.filter { $0.isAvailablePod(minReadySeconds: minReady, now: now) }.count, always: true)
        status.count("currentReplicas", isDone ? updated : count(currentName))
        status.count("updatedReplicas", updated)
        status.set("currentRevision", isDone ? updateName : currentName)
        status.set("updateRevision", updateName)
        status.count("collisionCount", history.collisions, always: true)
        status.set("conditions", Conditions(of: set).value)
        return status
    }
}
