package import Cluster
package import Kubernetes
internal import Rollout

/// What to do about an apply that the server refused because other managers own fields.
package enum ConflictDecision: Sendable, Hashable {
    /// Take the fields: they were changed behind the back of git, or the user said so.
    case force
    /// Take over what `kubectl apply` owns, so that it does not keep fields alive that git drops.
    case adopt
    /// Leave `spec.replicas` to the autoscaler that set it.
    case yieldReplicas
    case report(String)
}

/// Decides about a conflict; pure.
///
/// - Parameters:
///   - isDrift: exactly this was applied before and was ours: what others hold now is drift.
///   - isKnown: some earlier form of the object was applied by us: what a person changed since by hand is drift too.
package func decide(conflict: ClusterError, isDrift: Bool, isKnown: Bool, forces: Bool) -> ConflictDecision {
    let owners = conflict.causes.map { (manager: manager(in: $0.message), field: $0.field) }
    if conflict.causes.contains(where: isScaling) { return .yieldReplicas }
    if forces || isDrift { return .force }
    let managers = Set(owners.map(\.manager))
    if isKnown, !managers.isEmpty, managers.allSatisfy({ $0.hasPrefix("kubectl") || $0 == rolloutFieldManager || $0 == fieldManager }) { return .force }
    if !managers.isEmpty, managers.isSubset(of: predecessors) { return .adopt }
    let list = owners.map { "\($0.field) is set by \"\($0.manager)\"" }.joined(separator: ", ")
    return .report("\(list.isEmpty ? conflict.message : list): remove it there or in git, or take it with \"martlet sync --force-conflicts\"")
}

/// Whether an autoscaler holds the replicas.
func isScaling(_ cause: ClusterError.Cause) -> Bool {
    cause.field == ".spec.replicas" && manager(in: cause.message) == "kube-controller-manager"
}

/// `conflict with "kubectl-edit" using apps/v1` → `kubectl-edit`.
private func manager(in message: String) -> String {
    let parts = message.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 ? String(parts[1]) : message
}

/// Kinds that hold data or other objects: never deleted to be made anew.
let neverReplaced: Set<GroupKind> = [
    GroupKind(group: "", kind: "PersistentVolumeClaim"), GroupKind(group: "", kind: "PersistentVolume"),
    GroupKind(group: "apps", kind: "StatefulSet"), GroupKind(group: "", kind: "Namespace"),
    GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"),
]

/// Whether an update was refused because the field can never change.
package func isImmutableChange(_ error: ClusterError) -> Bool {
    guard error.reason == .invalid else { return false }
    let texts = [error.message] + error.causes.map(\.message)
    // From the validation of the built-in types (k8s.io/kubernetes/pkg/apis/*/validation).
    let phrases = [
        "immutable", "updates to statefulset spec for fields other than", "may not change once set", "pod updates may not change fields",
        "cannot change roleRef", "updates to parameters are forbidden", "updates to provisioner are forbidden",
        "updates to reclaimPolicy are forbidden",
    ]
    return texts.contains { text in phrases.contains { text.contains($0) } }
}

package enum ImmutableDecision: Sendable, Hashable {
    case replace
    case report(String)
}

/// Decides about an immutable change; pure.
package func decide(immutable error: ClusterError, policy: ObjectPolicy, kind: GroupKind) -> ImmutableDecision {
    if neverReplaced.contains(kind) {
        return .report("\(error.message): \(kind) is never replaced automatically; delete it by hand if nothing in it is needed")
    }
    if policy.replaces { return .replace }
    return .report("\(error.message): the field cannot change; say martlet.dev/replace: \"true\" on the object to have it deleted and made anew")
}
