internal import Document
internal import Kubernetes

/// Makes the configuration that pods read a part of their template, so that a
/// change of it is a release like any other.
///
/// Only ConfigMaps and Secrets of the same application count, for only they come
/// from git. A workload that has just been given a strategy is not restarted for
/// it: the digest goes into the template when it changes for the first time.
func withConfiguration(_ object: Object, live: Object?, among objects: [Object], digest: FingerprintKey) -> Object {
    let names = podReferences(object.value[path: "spec", "template", "spec"] ?? .null).filter { $0.kind == "ConfigMap" || $0.kind == "Secret" }
    guard !names.isEmpty else { return object }
    let found = objects.filter { $0.namespace == object.namespace && names.contains(PodReference(kind: $0.kind, name: $0.name)) && $0.gvk.group.isEmpty }
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
