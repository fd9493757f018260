internal import Document
internal import Kubernetes

/// Managers that applied the same manifests before Martlet did.
let predecessors: Set<String> = ["kubectl-client-side-apply", "before-first-apply"]

/// A merge patch that hands the fields of `kubectl apply` to Martlet's own entry,
/// so that a field dropped in git is dropped in the cluster too; nil where there is nothing to take over.
///
/// The same move as client-go's `csaupgrade` (KEP-555, "Upgrading from client-side to server-side apply").
func adoptedFields(_ live: Object) -> Value? {
    guard var managed = try? ManagedFields(of: live) else { return nil }
    let taken = managed.entries.filter { predecessors.contains($0.manager) && $0.operation == .update && $0.subresource.isEmpty }
    guard !taken.isEmpty,
        let own = managed.entries.firstIndex(where: { $0.manager == fieldManager && $0.operation == .apply && $0.subresource.isEmpty })
    else { return nil }
    for entry in taken { managed.entries[own].fields = managed.entries[own].fields.union(entry.fields) }
    managed.entries.removeAll { entry in taken.contains(entry) }
    guard let value = managed.value else { return nil }
    return ["metadata": ["managedFields": value, "resourceVersion": .string(live.resourceVersion)]]
}
