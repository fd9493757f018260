package import Delivery
internal import Document
internal import Kubernetes
internal import Registry

/// The workloads of a rendered application: whatever has containers, with what its
/// annotations, and its application's, say about their images.
///
/// - Throws: an annotation of the application's that cannot be understood.
package func imageWorkloads(of desired: Desired) throws(AutomationError) -> [Workload] {
    var found: [Workload] = []
    for object in desired.objects {
        guard let pod = podSpec(of: object.object) else { continue }
        let containers = ["containers", "initContainers"].flatMap { list in
            (pod[list]?.sequence ?? []).compactMap { container -> Workload.Container? in
                guard let name = container["name"]?.string, let text = container["image"]?.string, let image = ImageReference(text)
                else { return nil }
                return Workload.Container(name: name, image: image, isInit: list == "initContainers")
            }
        }
        guard !containers.isEmpty else { continue }
        let policy = try AutomationPolicy(
            of: object.object, origin: object.origin, defaults: desired.spec.annotations, defaultsOrigin: desired.spec.origin)
        var key = object.object.key
        if key.namespace.isEmpty { key.namespace = desired.spec.namespace ?? "default" }
        var workload = Workload(
            application: desired.spec.name, key: key, origin: object.origin, containers: containers, policy: policy)
        workload.isOfChart = desired.reads != nil
        workload.annotations = imageAnnotations(of: object.object.annotations)
        workload.applicationAnnotations = imageAnnotations(of: desired.spec.annotations)
        workload.pullSecrets = (pod["imagePullSecrets"]?.sequence ?? []).compactMap { $0["name"]?.string }
        workload.serviceAccount = pod["serviceAccountName"]?.string ?? ""
        found.append(workload)
    }
    return found
}

/// Where an object of any kind keeps what its pods are made of: a pod's own, a template's
/// (also of kinds Martlet does not know), a cron job's.
func podSpec(of object: Object) -> Value? {
    let places = [["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]]
    return places.lazy.compactMap { object.value[path: $0] }.first { $0["containers"]?.sequence != nil }
}

private func imageAnnotations(of annotations: Mapping) -> [String: String] {
    let prefixes = [MartletAnnotations.prefix] + MartletAnnotations.fluxPrefixes
    var found: [String: String] = [:]
    for entry in annotations where prefixes.contains(where: { entry.key.hasPrefix($0) }) { found[entry.key] = entry.value.string }
    return found
}
