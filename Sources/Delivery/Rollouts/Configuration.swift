internal import Document
internal import Kubernetes

/// Makes the configuration that pods read a part of their template, so that a
/// change of it is a release like any other.
///
/// Only ConfigMaps and Secrets of the same application count, for only they come
/// from git. A workload that has just been given a strategy is not restarted for
/// it: the digest goes into the template when it changes for the first time.
func withConfiguration(_ object: Object, live: Object?, among objects: [Object], digest: FingerprintKey) -> Object {
    let names = configurationNames(object.value[path: "spec", "template", "spec"] ?? .null)
    guard !names.isEmpty else { return object }
    let found = objects.filter { $0.namespace == object.namespace && names.contains(Reference(kind: $0.kind, name: $0.name)) && $0.gvk.group.isEmpty }
    guard !found.isEmpty else { return object }
    let parts = found.sorted { $0.key < $1.key }.map { part -> Value in
        [
            "key": .string(part.key.description), "data": part.value["data"] ?? .null, "binaryData": part.value["binaryData"] ?? .null,
            "stringData": part.value["stringData"] ?? .null,
        ]
    }
    let name = MartletAnnotations.configuration
    let now = digest.digest(.sequence(parts))
    var object = object
    object.value[path: "metadata", "annotations", name] = .string(now)
    let isInTemplate = live?.value[path: "spec", "template", "metadata", "annotations", name] != nil
    if isInTemplate || (live?.annotation(name)).map({ $0 != now }) == true {
        object.value[path: "spec", "template", "metadata", "annotations", name] = .string(now)
    }
    return object
}

private struct Reference: Hashable {
    var kind: String
    var name: String
}

/// What a pod's containers and volumes read.
private func configurationNames(_ pod: Value) -> Set<Reference> {
    var names: Set<Reference> = []
    func add(_ kind: String, _ name: Value?) {
        if let name = name?.string, !name.isEmpty { names.insert(Reference(kind: kind, name: name)) }
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
        for source in volume[path: "projected", "sources"]?.sequence ?? [] {
            add("ConfigMap", source[path: "configMap", "name"])
            add("Secret", source[path: "secret", "name"])
        }
    }
    return names
}
