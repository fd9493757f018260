internal import Basics
package import Document
package import Kubernetes

/// Says behind each Service which pods serve it: Endpoints and, where the
/// server has the kind, one EndpointSlice (`pkg/controller/endpoint`, `endpointslice`).
package struct EndpointsController: Controller {
    package let name = "endpoint-controller"
    package let kind = GroupKind.service
    package let watches: [GroupKind] = [.pod, .endpoints, .endpointSlice]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        let object = change.object
        switch object.groupKind {
        case .service: return [object.key]
        case .endpoints: return [serviceKey(object.namespace, object.name)]
        case .endpointSlice:
            return (object.label(serviceLabel)).map { [serviceKey(object.namespace, $0)] } ?? []
        default:
            let sides = change.sides.map(\.labels)
            return observed.objects(.service, namespace: object.namespace)
                .filter { service in sides.contains { service.selects($0) } }.map(\.key)
        }
    }

    private func serviceKey(_ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(group: "", kind: "Service", namespace: namespace, name: name)
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        let observed = situation.observed
        let endpoints = observed.object(.endpoints, namespace: key.namespace, name: key.name)
        let slices = observed.objects(.endpointSlice, namespace: key.namespace).filter {
            $0.label(serviceLabel) == key.name && $0.label(managedLabel) == sliceController
        }
        guard let service = observed.object(key), !service.isBeingDeleted else {
            return Decision(([endpoints].compactMap { $0 } + slices).filter { !$0.isBeingDeleted }.map { .delete($0.key, uid: $0.uid) })
        }
        // Without a selector the endpoints are someone else's.
        guard !service.mapping("spec", "selector").isEmpty, service.string("spec", "type") != "ExternalName" else { return .nothing }
        let backends = observed.objects(.pod, namespace: key.namespace)
            .filter { service.selects($0.labels) && $0.phase != "Succeeded" && $0.phase != "Failed" && $0.string("status", "podIP") != nil }
            .map { Backend($0, of: service) }
        var actions: [Action] = []
        if let desired = self.endpoints(service, backends) {
            if let endpoints {
                if endpoints.value["subsets"] ?? [] != desired.value["subsets"] ?? [] || endpoints.labels != desired.labels {
                    var copy = endpoints
                    copy.value["subsets"] = desired.value["subsets"]
                    copy.labels = desired.labels
                    actions.append(.update(copy))
                }
            } else {
                actions.append(.create(desired))
            }
        }
        if let desired = slice(service, backends) {
            if let slice = slices.first {
                let fields = ["endpoints", "ports", "addressType"]
                // In an older version some fields are missing for good: nothing of ours.
                if slice.apiVersion == desired.apiVersion, fields.contains(where: { slice.value[$0] ?? [] != desired.value[$0] ?? [] }) {
                    var copy = slice
                    for field in fields { copy.value[field] = desired.value[field] }
                    actions.append(.update(copy))
                }
                actions += slices.dropFirst().map { .delete($0.key, uid: $0.uid) }
            } else {
                actions.append(.create(desired))
            }
        }
        return Decision(actions)
    }

    private func endpoints(_ service: Object, _ backends: [Backend]) -> Object? {
        // Pods whose named ports differ stand in subsets of their own.
        var subsets: [Value] = []
        let usable = backends.filter { !$0.isTerminating || $0.publishes }
        for ports in usable.map(\.ports).uniqued() {
            let group = usable.filter { $0.ports == ports }
            var subset: Value = [:]
            let ready = group.filter(\.isReady), waiting = group.filter { !$0.isReady }
            if !ready.isEmpty { subset["addresses"] = .sequence(ready.map(\.address)) }
            if !waiting.isEmpty { subset["notReadyAddresses"] = .sequence(waiting.map(\.address)) }
            if !ports.isEmpty { subset["ports"] = .sequence(ports) }
            subsets.append(subset)
        }
        var value: Value = [
            "apiVersion": "v1", "kind": "Endpoints",
            "metadata": ["name": .string(service.name), "namespace": .string(service.namespace)],
        ]
        var labels = service.labels
        labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
        if service.string("spec", "clusterIP") == "None" { labels["service.kubernetes.io/headless"] = "" }
        value[path: "metadata", "labels"] = .mapping(labels)
        if !subsets.isEmpty { value["subsets"] = .sequence(subsets) }
        return Object(value)
    }

    private func slice(_ service: Object, _ backends: [Backend]) -> Object? {
        var value: Value = [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": [
                "generateName": .string("\(service.name)-"), "namespace": .string(service.namespace),
                "labels": [serviceLabel: .string(service.name), managedLabel: .string(sliceController)],
                "ownerReferences": [service.asController],
            ],
            "addressType": "IPv4",
            "endpoints": .sequence(backends.prefix(1000).map(\.endpoint)),
        ]
        if let ports = backends.first?.ports, !ports.isEmpty { value["ports"] = .sequence(ports) }
        return Object(value)
    }
}

private let serviceLabel = "kubernetes.io/service-name"
private let managedLabel = "endpointslice.kubernetes.io/managed-by"
private let sliceController = "endpointslice-controller.k8s.io"

/// One pod behind a Service.
private struct Backend {
    let pod: Object
    let ports: [Value]
    let publishes: Bool

    init(_ pod: Object, of service: Object) {
        self.pod = pod
        publishes = service.bool("spec", "publishNotReadyAddresses")
        ports = service.sequence("spec", "ports").compactMap { port in
            guard let number = pod.number(of: port["targetPort"] ?? port["port"] ?? .null) else { return nil }
            var entry: Value = [:]
            if let name = port["name"], !name.isNull { entry["name"] = name }
            entry["port"] = .count(number)
            entry["protocol"] = .string(port["protocol"]?.string ?? "TCP")
            if let application = port["appProtocol"], !application.isNull { entry["appProtocol"] = application }
            return entry
        }
    }

    var isTerminating: Bool { pod.isBeingDeleted }
    var isReady: Bool { publishes || (pod.isReadyPod && !isTerminating) }

    private var reference: Value {
        ["kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid)]
    }

    var address: Value {
        var value: Value = ["ip": .string(pod.string("status", "podIP") ?? "")]
        if let hostname = pod.string("spec", "hostname") { value["hostname"] = .string(hostname) }
        value["nodeName"] = .string(pod.nodeName)
        value["targetRef"] = reference
        return value
    }

    var endpoint: Value {
        var value: Value = [
            "addresses": [.string(pod.string("status", "podIP") ?? "")],
            "conditions": ["ready": .bool(isReady), "serving": .bool(pod.isReadyPod || publishes), "terminating": .bool(isTerminating)],
        ]
        if let hostname = pod.string("spec", "hostname") { value["hostname"] = .string(hostname) }
        value["nodeName"] = .string(pod.nodeName)
        value["targetRef"] = reference
        return value
    }
}

extension Object {
    /// Whether a Service's plain selector names a pod with these labels; an empty one names none.
    package func selects(_ labels: Mapping) -> Bool {
        let selector = mapping("spec", "selector")
        return !selector.isEmpty && selector.allSatisfy { labels[$0.key]?.string == $0.value.string }
    }

    /// A target port of this pod, by number or by a container port's name.
    fileprivate func number(of target: Value) -> Int? {
        if let number = target.int { return clamped(number) }
        guard let name = target.string else { return nil }
        for container in sequence("spec", "containers") + sequence("spec", "initContainers") {
            for port in container["ports"]?.sequence ?? [] where port["name"]?.string == name {
                return port["containerPort"]?.int.map(clamped)
            }
        }
        return nil
    }
}

extension Sequence where Element: Hashable {
    /// Each once, in the order they first come.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
