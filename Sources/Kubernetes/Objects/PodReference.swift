package import Document

/// What a pod reads by name in its own namespace: a ConfigMap, a Secret or a PersistentVolumeClaim.
package struct PodReference: Sendable, Hashable {
    package var kind: String
    package var name: String

    package init(kind: String, name: String) { (self.kind, self.name) = (kind, name) }
}

/// What the containers and volumes of a pod's specification read; pull secrets are none of it, for the kubelet reads them.
package func podReferences(_ pod: Value) -> Set<PodReference> {
    var found: Set<PodReference> = []
    func add(_ kind: String, _ name: Value?) {
        if let name = name?.string, !name.isEmpty { found.insert(PodReference(kind: kind, name: name)) }
    }
    for list in ["containers", "initContainers"] {
        for container in pod[list]?.sequence ?? [] {
            for source in container["envFrom"]?.sequence ?? [] {
                add("ConfigMap", source[path: "configMapRef", "name"])
                add("Secret", source[path: "secretRef", "name"])
            }
            for variable in container["env"]?.sequence ?? [] {
                add("ConfigMap", variable[path: "valueFrom", "configMapKeyRef", "name"])
                add("Secret", variable[path: "valueFrom", "secretKeyRef", "name"])
            }
        }
    }
    for volume in pod["volumes"]?.sequence ?? [] {
        add("ConfigMap", volume[path: "configMap", "name"])
        add("Secret", volume[path: "secret", "secretName"])
        add("PersistentVolumeClaim", volume[path: "persistentVolumeClaim", "claimName"])
        for source in volume[path: "projected", "sources"]?.sequence ?? [] {
            add("ConfigMap", source[path: "configMap", "name"])
            add("Secret", source[path: "secret", "name"])
        }
    }
    return found
}
