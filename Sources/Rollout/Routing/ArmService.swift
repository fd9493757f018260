import Basics
import Crypto
import Document
package import Kubernetes

/// The label of all that a rollout adds to git's objects; its value names the workload.
package let armLabel = "martlet.dev/arm-of"

/// The value of `martlet.dev/arm-of` for a workload.
package func armLabelValue(_ workload: ObjectKey) -> String { shortened(workload.name, to: 63) }

/// The name of an arm's Service: `web--stable`, `web--next`.
///
/// Long names are cut, both arms' at the same letter, and a digest keeps them apart from others that begin alike.
package func armServiceName(_ service: String, _ arm: Arm) -> String { armName(service, arm, limit: 63) }

func armName(_ name: String, _ arm: Arm, limit: Int) -> String {
    shortened(name, to: limit &- "--stable".utf8.count) + "--\(arm.rawValue)"
}

/// A name of at most so many letters, the same for the same name everywhere.
func shortened(_ name: String, to limit: Int) -> String {
    guard name.utf8.count > limit else { return name }
    let digest = hexText(SHA256.hash(data: Array(name.utf8)).prefix(4))
    var head = Substring(name)
    while head.utf8.count > limit &- 9 { head.removeLast() }
    while let last = head.last, !last.isLetter && !last.isNumber { head.removeLast() }
    return "\(head)-\(digest)"
}

/// What the selector of a Service means: nil where it selects no pods by itself.
func serviceSelector(_ object: Object) -> LabelSelector? {
    guard object.groupKind == GroupKind(group: "", kind: "Service"), object.value[path: "spec", "type"]?.string != "ExternalName",
        let labels = object.value[path: "spec", "selector"]?.mapping, !labels.isEmpty
    else { return nil }
    return LabelSelector(labels: labels)
}

/// Git's Service, made to select one version's pods only.
func pinned(_ service: Object, to hash: String) -> Object {
    var service = service
    service.value[path: "spec", "selector", templateHashLabel] = .string(hash)
    return service
}

/// What leads to one version alone: the user's Service with all its ports, inside the cluster.
///
/// Whatever makes the user's Service reachable from outside stays with the user's Service. Annotations go along
/// only where they say how its pods want to be spoken to.
///
/// - Parameter isFound: whether what looks for Services by their labels, as a ServiceMonitor does, finds this one: where
///   the user's Service leads to other pods. Then each pod is found once, and none is counted twice or not at all.
func armService(_ service: Object, _ arm: Arm, hash: String, workload: ObjectKey, isFound: Bool) -> Object? {
    var spec = service.value["spec"]?.mapping ?? [:]
    let ports = spec["ports"]?.sequence ?? []
    let isHeadless = spec["clusterIP"]?.string == "None"
    spec.removeAll { outwardFields.contains($0.key) }
    if isHeadless, ports.isEmpty { spec["clusterIP"] = "None" }
    spec["type"] = "ClusterIP"
    if !ports.isEmpty {
        spec["ports"] = .sequence(
            ports.map { port in
                var port = port
                port["nodePort"] = nil
                return port
            })
    }
    var copy: Mapping = ["apiVersion": .string(service.apiVersion), "kind": "Service"]
    var source = service
    if !isFound { source.labels = [:] }
    copy["metadata"] = companionMetadata(of: source, name: armServiceName(service.name, arm), workload: workload) {
        isBackendAnnotation($0) || isFound && $0.hasPrefix("prometheus.io/")
    }
    copy["spec"] = .mapping(spec)
    return Object(.mapping(copy)).map { pinned($0, to: hash) }
}

private let outwardFields: Set<String> = [
    "clusterIP", "clusterIPs", "externalIPs", "externalName", "externalTrafficPolicy", "healthCheckNodePort", "loadBalancerIP",
    "loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts",
]

/// Name, namespace, labels and the harmless annotations for an object that goes with the user's.
func companionMetadata(of object: Object, name: String, workload: ObjectKey, keeping isKept: (String) -> Bool = isBackendAnnotation)
    -> Value
{
    var metadata: Mapping = ["name": .string(name)]
    if !object.namespace.isEmpty { metadata["namespace"] = .string(object.namespace) }
    var labels = object.labels
    labels.removeAll { $0.key.hasPrefix(MartletAnnotations.prefix) }
    labels[armLabel] = .string(armLabelValue(workload))
    metadata["labels"] = .mapping(labels)
    var annotations = object.annotations
    annotations.removeAll { !isKept($0.key) }
    if !annotations.isEmpty { metadata["annotations"] = .mapping(annotations) }
    return .mapping(metadata)
}

/// Whether an annotation of a Service tells routers how to speak to its pods, or Martlet when to apply it. Others, such
/// as names for DNS or settings of load balancers, would make something outside appear twice.
func isBackendAnnotation(_ key: String) -> Bool {
    if key == MartletAnnotations.wave || key == MartletAnnotations.argoWave { return true }
    let prefixes = [
        "networking.istio.io/", "traefik.ingress.kubernetes.io/", "projectcontour.io/", "service.kubernetes.io/", "service.cilium.io/",
        "konghq.com/", "haproxy.org/",
    ]
    return prefixes.contains { key.hasPrefix($0) }
}
