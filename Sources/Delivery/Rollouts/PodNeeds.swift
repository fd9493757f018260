internal import Document
internal import Kubernetes
internal import Rollout

/// What the pods of a rollout are started with, those of the version that goes among them: its controller may have to
/// make them again at any time, and they are what users are sent back to.
func podNeeds(of view: RolloutView, state: RolloutState?) -> Set<ObjectKey> {
    var specs = view.pods.filter { !["Failed", "Succeeded"].contains($0.value[path: "status", "phase"]?.string ?? "") }.compactMap { $0.value["spec"] }
    var templates = view.replicaSets.filter { ($0.count("spec", "replicas") ?? 1) > 0 }.compactMap { $0.value[path: "spec", "template"] }
    if let live = view.workload.value[path: "spec", "template"] { templates.append(live) }
    if let stable = state.flatMap({ view.stableTemplate(of: $0) }) { templates.append(stable) }
    specs += templates.compactMap { $0["spec"] }
    let namespace = view.workload.namespace
    var needs: Set<ObjectKey> = []
    for spec in specs {
        for reference in podReferences(spec) { needs.insert(ObjectKey(group: "", kind: reference.kind, namespace: namespace, name: reference.name)) }
        var secrets = (spec["imagePullSecrets"]?.sequence ?? []).map { $0["name"] }
        secrets += (spec["volumes"]?.sequence ?? []).map { $0[path: "csi", "nodePublishSecretRef", "name"] }
        for secret in secrets { if let name = secret?.string { needs.insert(ObjectKey(group: "", kind: "Secret", namespace: namespace, name: name)) } }
        if let account = spec["serviceAccountName"]?.string { needs.insert(ObjectKey(group: "", kind: "ServiceAccount", namespace: namespace, name: account)) }
        // Without its class no pod is let in.
        if let name = spec["priorityClassName"]?.string { needs.insert(ObjectKey(group: "scheduling.k8s.io", kind: "PriorityClass", namespace: "", name: name)) }
        if let name = spec["runtimeClassName"]?.string { needs.insert(ObjectKey(group: "node.k8s.io", kind: "RuntimeClass", namespace: "", name: name)) }
    }
    return needs
}
