package import Basics
package import Document
package import Kubernetes

/// The live objects that a rollout looks at, and what others say of it.
package struct RolloutView: Sendable {
    package var workload: Object
    /// All that the Deployment controls.
    package var replicaSets: [Object]
    package var pods: [Object]
    /// The ControllerRevisions of a StatefulSet or DaemonSet.
    package var revisions: [Object]
    /// `Endpoints` of the user's Services and of the arms, by name of the Service.
    package var endpoints: [String: Object]

    package init(
        workload: Object, replicaSets: [Object], pods: [Object] = [],
        endpoints: [String: Object] = [:], revisions: [Object] = []
    ) {
        (self.workload, self.replicaSets, self.pods, self.endpoints, self.revisions) = (
            workload, replicaSets, pods, endpoints, revisions
        )
    }

    /// The state on the live Deployment; nil where no rollout runs.
    package var state: RolloutState? {
        workload.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
    }

    package var request: RolloutRequest? {
        workload.annotation(RolloutRequest.annotation).flatMap { RolloutRequest($0) }
    }

    /// The set with a template, whatever its hash: Kubernetes compares them without it (`EqualIgnoreHash`).
    package func replicaSet(of template: Value) -> Object? {
        let wanted = withoutHash(template)
        return replicaSets.filter { withoutHash($0.value[path: "spec", "template"] ?? .null) == wanted }
            .min { ($0.creationTimestamp, $0.name) < ($1.creationTimestamp, $1.name) }
    }

    /// The set of the version that runs now.
    package var current: Object? {
        replicaSet(of: workload.value[path: "spec", "template"] ?? .null)
    }

    /// What the pods of the stable version were made of, as long as there may be some.
    package func stableTemplate(of state: RolloutState) -> Value? {
        if isSet { return revision(state.stableHash).map { template(of: $0) } }
        return replicaSets.first { $0.label(templateHashLabel) == state.stableHash && ($0.count("spec", "replicas") ?? 0) > 0 }?
            .value[path: "spec", "template"]
    }

    /// How many pods it is to have; a DaemonSet's own controller counts the nodes.
    package var replicas: Int {
        workload.kind == "DaemonSet" ? workload.count("status", "desiredNumberScheduled") ?? 0 : workload.count("spec", "replicas") ?? 1
    }
}

/// A template as Kubernetes compares it.
package func withoutHash(_ template: Value) -> Value {
    var template = template
    template[path: "metadata", "labels", templateHashLabel] = nil
    template[path: "metadata", "creationTimestamp"] = nil
    return template
}

extension RolloutView {
    /// What `decide` looks at, of what is there.
    ///
    /// - Parameters:
    ///   - services: names of the user's Services, and of the arms that lead to the candidate.
    package func observation(
        _ state: RolloutState, now: Timestamp, newID: String, template: String, services: [String],
        nextArms: [String]
    ) -> RolloutObservation {
        var seen = RolloutObservation(now: now, replicas: replicas, template: template)
        seen.newID = newID
        if isSet {
            observeSet(state, &seen)
            return seen
        }
        seen.isPaused = workload.value[path: "spec", "paused"]?.bool ?? false
        seen.updateStrategy = workload.value[path: "spec", "strategy"] ?? .mapping([:])
        seen.isObserved = workload.isObserved
        seen.progressDeadline = .seconds(max(1, workload.count("spec", "progressDeadlineSeconds") ?? 600))
        seen.request = request
        for set in replicaSets {
            let found = view(set)
            if found.hash == state.stableHash {
                seen.stable = found
            } else if found.hash == state.candidateHash {
                // On the way back it counts until its pods are gone too.
                seen.candidate = set.isBeingDeleted && state.phase != .aborting ? nil : found
                if seen.candidate == nil { seen.others.append(found) }
            } else if found.current > 0 || found.replicas > 0 {
                seen.others.append(found)
            }
        }
        let stated = replicaSet(of: workload.value[path: "spec", "template"] ?? .null)?.label(templateHashLabel)
        seen.statedHash = stated
        seen.stated = stated == state.stableHash ? .stable : stated == state.candidateHash ? .candidate : .other
        let ready = seen.candidate?.ready ?? 0
        seen.reach = .init(
            next: nextArms.allSatisfy { hasEndpoints($0, hash: state.candidateHash, count: ready) },
            services: services.allSatisfy { hasEndpoints($0, hash: state.candidateHash, count: ready) && !hasStaleEndpoint($0) })
        return seen
    }

    private func view(_ set: Object) -> RolloutObservation.ReplicaSet {
        let own = pods.filter { $0.isControlled(by: set.uid) }
        var ready = set.count("status", (set.count("spec", "minReadySeconds") ?? 0) > 0 ? "availableReplicas" : "readyReplicas") ?? 0
        // The status is behind while pods go.
        if !pods.isEmpty { ready = min(ready, own.count { !$0.isBeingDeleted && readyCondition($0) != nil }) }
        return RolloutObservation.ReplicaSet(
            name: set.name, uid: set.uid, hash: set.label(templateHashLabel) ?? "",
            replicas: set.count("spec", "replicas") ?? 1,
            current: set.count("status", "replicas") ?? 0,
            ready: ready, isObserved: set.isObserved,
            isMarkedSaturated: set.annotation(desiredReplicasAnnotation) != nil,
            trouble: own.lazy.compactMap(trouble).first)
    }

    /// Nil for a pod that is not ready.
    func readyCondition(_ pod: Object) -> Value? {
        (pod.value[path: "status", "conditions"]?.sequence ?? []).first { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
    }

    /// Why a pod will not run without somebody changing something.
    func trouble(_ pod: Object) -> String? {
        // What is left of an evicted pod, or of one whose node went, is no pod of the set any more: its controller has made another.
        guard !pod.isBeingDeleted, !["Failed", "Succeeded"].contains(pod.value[path: "status", "phase"]?.string ?? ""),
            case .degraded(let text) = health(of: pod, now: Timestamp(milliseconds: 0))
        else { return nil }
        return "pod \(pod.name): \(text)"
    }

    /// Names a pod that is gone or going: requests sent there now would be lost.
    private func hasStaleEndpoint(_ service: String) -> Bool {
        let names = Set(pods.filter { !$0.isBeingDeleted }.map(\.name))
        return (endpoints[service]?.value["subsets"]?.sequence ?? []).contains { subset in
            (subset["addresses"]?.sequence ?? []).contains { address in
                guard let pod = address[path: "targetRef", "name"]?.string else { return false }
                return !names.contains(pod)
            }
        }
    }

    /// Whether all ready pods of a version stand behind a Service: its endpoints have a controller of their own, which may be behind.
    private func hasEndpoints(_ service: String, hash: String, count: Int) -> Bool {
        guard let subsets = endpoints[service]?.value["subsets"]?.sequence else { return false }
        let names = Set(pods.filter { $0.label(templateHashLabel) == hash && !$0.isBeingDeleted }.map(\.name))
        let there = subsets.flatMap { $0["addresses"]?.sequence ?? [] }.compactMap { $0[path: "targetRef", "name"]?.string }
        // An Endpoints object has no more than 1,000 addresses.
        return Set(there).intersection(names).count >= max(1, min(count, 1000))
    }
}

/// Which pods of each version have run long enough to be measured.
extension RolloutView {
    package func pods(_ hash: String, olderThan age: Duration, now: Timestamp) -> Set<String> {
        Set(
            pods.filter { pod in
                guard pod.label(podHashLabel) == hash,
                    let text = pod.value[path: "status", "startTime"]?.string ?? pod.creationTimestamp.nonEmpty,
                    let start = Timestamp(text)
                else { return false }
                return now.duration(since: start) >= age
            }.map(\.name))
    }
}

/// The controller's mark of a finished rollout.
package let desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas"

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
