package import Basics
internal import Document
package import Kubernetes

/// What to do about a new template of a workload that asks for a strategy.
package enum RolloutStart: Sendable, Hashable {
    /// Applied as git says: there is nothing that must be protected, or nothing new; with the reason.
    case apply(String)
    case begin(RolloutState)
}

extension RolloutView {
    /// Decides how a changed manifest is brought in.
    ///
    /// - Parameters:
    ///   - merged: what the server would make of the manifest, from a dry run: its template has all defaults.
    ///   - identity: of the template as git writes it.
    package func start(merged: Object, identity: String, revision: String, now: Timestamp, id: String)
        -> RolloutStart
    {
        let template = merged.value[path: "spec", "template"] ?? .null
        if isSet { return startSet(template: template, identity: identity, revision: revision, now: now, id: id) }
        if withoutHash(template) == withoutHash(workload.value[path: "spec", "template"] ?? .null) {
            return .apply("the pods stay as they are")
        }
        guard replicas > 0 else { return .apply("it has no pods") }
        guard let current, let stableHash = current.label(templateHashLabel) else {
            return .apply("no version of it runs yet")
        }
        guard (current.count("status", "readyReplicas") ?? 0) > 0 else {
            return .apply("no pod of the present version is ready, so there is nothing to compare with")
        }
        let ready = current.count("status", "readyReplicas") ?? 0
        if isStuck, ready < replicas, replicaSets.contains(where: { $0.uid != current.uid && ($0.count("status", "readyReplicas") ?? 0) > 0 }) {
            return .apply("an earlier change is stuck with \(ready) of \(replicas) pods, so there is no one version to go back to")
        }
        // A template that ran before has a set already, which the controller would take for the new one.
        let hash = replicaSet(of: template)?.label(templateHashLabel) ?? templateHash(withoutHash(template))
        return .begin(
            RolloutState(
                id: id, since: now, template: identity, stableHash: stableHash, candidateHash: hash,
                revision: revision, size: replicas))
    }

    /// The Deployment's own controller has given up on an earlier change.
    private var isStuck: Bool {
        (workload.value[path: "status", "conditions"]?.sequence ?? []).contains {
            $0["type"] == "Progressing" && $0["status"] == "False" && $0["reason"] == "ProgressDeadlineExceeded"
        }
    }
}
