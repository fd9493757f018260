internal import Document
package import Kubernetes

/// Fills in `protocol: TCP` where ports leave it out.
///
/// It is a key of those lists, and API servers before 1.21 refuse to merge an item
/// without it, although they default it themselves (kubernetes/kubernetes#92332).
package func withListKeys(_ object: Object) -> Object {
    var object = object
    switch (object.gvk.group, object.kind) {
    case ("", "Service"): object.value[path: "spec", "ports"] = object.value[path: "spec", "ports"].map(withProtocols)
    case ("", "Pod"): object.value = withPodPorts(object.value, at: ["spec"])
    case ("apps", _), ("batch", "Job"): object.value = withPodPorts(object.value, at: ["spec", "template", "spec"])
    case ("batch", "CronJob"): object.value = withPodPorts(object.value, at: ["spec", "jobTemplate", "spec", "template", "spec"])
    default: break
    }
    return object
}

private func withPodPorts(_ value: Value, at path: [String]) -> Value {
    var value = value
    for list in ["containers", "initContainers"] {
        guard case .sequence(let containers)? = value[path: path + [list]] else { continue }
        value[path: path + [list]] = .sequence(
            containers.map { container in
                guard let ports = container["ports"] else { return container }
                var container = container
                container["ports"] = withProtocols(ports)
                return container
            })
    }
    return value
}

private func withProtocols(_ ports: Value) -> Value {
    guard case .sequence(let items) = ports else { return ports }
    return .sequence(
        items.map { port in
            guard case .mapping = port, port["protocol"] == nil || port["protocol"]?.isNull == true else { return port }
            var port = port
            port["protocol"] = "TCP"
            return port
        })
}
