internal import Basics
internal import Document
internal import Kubernetes

/// The label by which pods of one template of a StatefulSet or DaemonSet are told from those of others.
package let revisionHashLabel = "controller-revision-hash"

/// StatefulSets and DaemonSets: their versions are ControllerRevisions.
extension RolloutView {
    package var isSet: Bool { workload.kind == "StatefulSet" || workload.kind == "DaemonSet" }

    package var isDaemonSet: Bool { workload.kind == "DaemonSet" }

    /// The pods' label that says which version they are of.
    package var podHashLabel: String { isSet ? revisionHashLabel : templateHashLabel }

    /// What the pods of a revision carry: a StatefulSet's its whole name, a DaemonSet's the hash in it.
    func podHash(_ revision: Object) -> String {
        guard isDaemonSet else { return revision.name }
        if let hash = revision.label(revisionHashLabel) { return hash }
        let prefix = "\(workload.name)-"
        return revision.name.hasPrefix(prefix) ? String(revision.name.dropFirst(prefix.count)) : revision.name
    }

    func revision(_ hash: String) -> Object? { revisions.first { podHash($0) == hash } }

    /// The pod template that a ControllerRevision holds as a strategic merge patch.
    func template(of revision: Object) -> Value {
        var template = revision.value[path: "data", "spec", "template"] ?? .null
        template["$patch"] = nil
        return withoutHash(template)
    }

    private var newestRevision: Object? { revisions.max { $0.revisionNumber < $1.revisionNumber } }

    /// The revision of the template that is stated.
    ///
    /// By its content, for the controller's word may be late; where a newer server writes a template otherwise than it
    /// did when the revision was made, by the controller's word.
    var statedRevision: Object? {
        let stated = withoutHash(workload.value[path: "spec", "template"] ?? .null)
        let same = revisions.filter { template(of: $0) == stated }
        // One that comes back is made the newest.
        if let found = same.max(by: { $0.revisionNumber < $1.revisionNumber }) { return found }
        guard workload.isObserved else { return nil }
        guard !isDaemonSet else { return newestRevision }
        return workload.value[path: "status", "updateRevision"]?.string.flatMap { name in revisions.first { $0.name == name } }
    }

    /// How a changed manifest of such a workload is brought in (`start`).
    func startSet(template: Value, identity: String, revision: String, now: Timestamp, id: String) -> RolloutStart {
        if withoutHash(template) == withoutHash(workload.value[path: "spec", "template"] ?? .null) {
            return .apply("the pods stay as they are")
        }
        guard replicas > 0 else { return .apply("it has no pods") }
        guard let current = statedRevision else { return .apply("no version of it runs yet") }
        let ready = isDaemonSet ? workload.count("status", "numberReady") : workload.count("status", "readyReplicas")
        guard (ready ?? 0) > 0 else {
            return .apply("no pod of the present version is ready, so there is nothing to compare with")
        }
        // Which revision the new template will be only its controller can say.
        return .begin(
            RolloutState(
                id: id, since: now, template: identity, stableHash: podHash(current), candidateHash: "",
                revision: revision, size: replicas))
    }

    /// What `decide` looks at, of a StatefulSet or DaemonSet.
    func observeSet(_ state: RolloutState, _ seen: inout RolloutObservation) {
        let stable = revision(state.stableHash)
        var stated = statedRevision.map(podHash) ?? ""
        if let stable, stated == state.stableHash, isDaemonSet,
            template(of: stable) != withoutHash(workload.value[path: "spec", "template"] ?? .null)
        {
            // The newest revision that is seen may not be the newest that there is.
            stated = ""
        }
        seen.updateStrategy = workload.value[path: "spec", "updateStrategy"] ?? .mapping([:])
        seen.isObserved = workload.isObserved
        seen.request = request
        seen.stated = stated == state.stableHash ? .stable : !stated.isEmpty && stated == state.candidateHash ? .candidate : .other

        var set = SetObservation(kind: workload.kind, statedHash: stated, knowsStable: stable != nil)
        set.partition = max(0, workload.count("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0)
        let strategy = state.originals?["strategy"] ?? seen.updateStrategy
        set.limit = max(1, share(strategy[path: "rollingUpdate", "maxUnavailable"], of: replicas) ?? 1)
        set.pods = pods.map { pod in
            SetObservation.Pod(
                name: pod.name, uid: pod.uid, hash: pod.label(revisionHashLabel) ?? "", isReady: readyCondition(pod) != nil && !pod.isBeingDeleted,
                isLeaving: pod.isBeingDeleted)
        }.sorted { $0.name < $1.name }
        set.progressedAt = pods.lazy.filter { $0.label(revisionHashLabel) == state.candidateHash }
            .compactMap { readyCondition($0)?["lastTransitionTime"]?.string.flatMap { Timestamp($0) } }.max()
        for (hash, own) in Dictionary(grouping: set.pods, by: \.hash).sorted(by: { $0.key < $1.key }) where hash != state.stableHash && hash != state.candidateHash {
            seen.others.append(version(hash, own))
        }
        if stable != nil || set.pods.contains(where: { $0.hash == state.stableHash }) {
            seen.stable = version(state.stableHash, set.pods.filter { $0.hash == state.stableHash })
        }
        if !state.candidateHash.isEmpty {
            seen.candidate = version(state.candidateHash, set.pods.filter { $0.hash == state.candidateHash })
        }
        seen.set = set
    }

    private func version(_ hash: String, _ own: [SetObservation.Pod]) -> RolloutObservation.ReplicaSet {
        let names = Set(own.map(\.name))
        return RolloutObservation.ReplicaSet(
            name: revision(hash)?.name ?? hash, hash: hash, replicas: own.count { !$0.isLeaving }, current: own.count,
            ready: own.count(where: \.isReady),
            trouble: pods.lazy.filter { names.contains($0.name) }.compactMap { trouble($0) }.first)
    }

    /// For people: the pods of one version, and the name of its revision.
    package func count(_ hash: String) -> (revision: String, pods: Int, ready: Int) {
        let own = pods.filter { $0.label(revisionHashLabel) == hash && !$0.isBeingDeleted }
        return (revision(hash)?.name ?? "", own.count, own.count { readyCondition($0) != nil })
    }

    /// `intstr.IntOrString`, rounded up.
    private func share(_ value: Value?, of total: Int) -> Int? {
        if let count = value?.int { return Int(clamping: count) }
        guard let text = value?.string else { return nil }
        guard text.hasSuffix("%"), let percent = Int32(text.dropLast()) else { return Int(text) }
        let (product, overflow) = total.multipliedReportingOverflow(by: Int(percent))
        return overflow ? total : (product &+ 99) / 100
    }
}

extension Object {
    fileprivate var revisionNumber: Int64 { value["revision"]?.int ?? 0 }
}
