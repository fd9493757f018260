internal import Document
package import Kubernetes
package import Rollout

/// A rollout as people are told of it: what `martlet rollout status` prints and the API answers.
package struct RolloutReport: Sendable, Hashable {
    /// The pods of one version.
    package struct Version: Sendable, Hashable {
        package var hash: String
        /// The ReplicaSet's name; "" while there is none.
        package var set: String
        /// As asked for, and those that are ready.
        package var pods: Int
        package var ready: Int

        package init(hash: String, set: String = "", pods: Int = 0, ready: Int = 0) {
            (self.hash, self.set, self.pods, self.ready) = (hash, set, pods, ready)
        }
    }

    package var workload: ObjectKey
    /// Nil: no rollout runs, and none was rejected.
    package var state: RolloutState?
    /// What the live object's annotations ask for; nil where they do not, or not yet.
    package var spec: RolloutSpec?
    package var versions: [Arm: Version]
    /// Of the whole workload.
    package var pods: Int
    package var ready: Int
    /// What somebody asked for last, carried out or not.
    package var request: RolloutRequest?

    package init(
        workload: ObjectKey, state: RolloutState? = nil, spec: RolloutSpec? = nil, versions: [Arm: Version] = [:], pods: Int = 0, ready: Int = 0,
        request: RolloutRequest? = nil
    ) {
        (self.workload, self.state, self.spec, self.versions) = (workload, state, spec, versions)
        (self.pods, self.ready, self.request) = (pods, ready, request)
    }

    /// From a live workload and the ReplicaSets, or the pods and ControllerRevisions, that it may own.
    package init(_ object: Object, parts: [Object] = []) {
        self.init(workload: object.key)
        state = object.annotation(MartletAnnotations.rollout).flatMap(RolloutState.init(text:))
        // What a rollout does to it is not what its owner asks for.
        var asked = object
        asked.value[path: "spec", "paused"] = nil
        if object.kind != "Deployment", let strategy = state?.originals?["strategy"] { asked.value[path: "spec", "updateStrategy"] = strategy }
        spec = (try? policy(of: object)).flatMap { try? RolloutSpec.of(asked, $0) }
        let isDaemon = object.kind == "DaemonSet"
        pods = isDaemon ? object.count("status", "desiredNumberScheduled") ?? 0 : object.count("spec", "replicas") ?? 1
        ready = object.count("status", isDaemon ? "numberReady" : "readyReplicas") ?? 0
        request = object.annotation(RolloutRequest.annotation).flatMap(RolloutRequest.init)
        guard let state else { return }
        for (arm, hash) in [(Arm.stable, state.stableHash), (.next, state.candidateHash)] where !hash.isEmpty {
            guard object.kind == "Deployment" else {
                versions[arm] = version(hash, of: object, parts: parts)
                continue
            }
            let set = parts.first { $0.label(templateHashLabel) == hash && $0.isControlled(by: object.uid) }
            versions[arm] = Version(
                hash: hash, set: set?.name ?? "", pods: set?.count("spec", "replicas") ?? 0, ready: set?.count("status", "readyReplicas") ?? 0)
        }
    }

    /// Of a StatefulSet or DaemonSet: counted by its pods.
    private func version(_ hash: String, of object: Object, parts: [Object]) -> Version {
        let view = RolloutView(
            workload: object, replicaSets: [], pods: parts.filter { $0.kind == "Pod" && $0.isControlled(by: object.uid) },
            revisions: parts.filter { $0.kind == "ControllerRevision" })
        let count = view.count(hash)
        return Version(hash: hash, set: count.revision, pods: count.pods, ready: count.ready)
    }

    /// The step whose traffic is written or flows; nil before the first one and on the way back.
    package var step: RolloutSpec.Step? {
        guard let state, let spec, spec.steps.indices.contains(state.step) else { return nil }
        switch state.phase {
        case .stepping, .verifying, .analysing, .gated: return spec.steps[state.step]
        case .planned, .starting, .promoting, .aborting, .rejected: return nil
        }
    }

    /// What the evidence on a metric says so far; nil for what is no comparison of counts.
    package static func verdict(of evidence: Evidence) -> Verdict? {
        evidence.against.isEmpty || evidence.lastValue != nil ? nil : SequentialTest().verdict(evidence)
    }

    /// What a person may ask for now.
    package var possible: [RolloutRequest.Verb] {
        RolloutRequest.Verb.allCases.filter { $0.refusal(in: state) == nil }
    }
}
