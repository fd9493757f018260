import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// A moment all tables count from.
let noon = Timestamp("2026-01-01T12:00:00Z") ?? Timestamp(milliseconds: 0)

extension Timestamp {
    func after(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + seconds * 1000) }
}

/// An object from YAML, with the fields a server would have set.
func object(_ yaml: String, uid: String? = nil, age: Int64 = 0) throws -> Object {
    var object = try #require(Object(try YAML.parse(yaml)))
    if object.namespace.isEmpty, object.kind != "Node" { object.namespace = "shop" }
    if object.uid.isEmpty { object.value[path: "metadata", "uid"] = .string(uid ?? "\(object.kind)/\(object.name)") }
    if object.value[path: "metadata", "creationTimestamp"] == nil {
        object.value[path: "metadata", "creationTimestamp"] = .string(noon.after(-age).description)
    }
    return object
}

/// A pod of an owner, in some state.
func pod(_ name: String, of owner: Object? = nil, ready: Bool = true, phase: String = "Running", labels: Mapping = ["app": "web"], node: String = "node-1", readyFor: Int64 = 3600, age: Int64 = 3600, deleting: Bool = false) throws -> Object {
    var pod = try object("{apiVersion: v1, kind: Pod, metadata: {name: \(name)}, spec: {containers: [{name: web, image: 'web:1'}]}}", age: age)
    pod.labels = labels
    if !node.isEmpty { pod.value[path: "spec", "nodeName"] = .string(node) }
    pod.value["status"] = [
        "phase": .string(phase), "podIP": "10.244.0.1",
        "conditions": [["type": "Ready", "status": ready ? "True" : "False", "lastTransitionTime": .string(noon.after(-readyFor).description)]],
    ]
    if deleting {
        pod.value[path: "metadata", "deletionTimestamp"] = .string(noon.description)
        pod.value[path: "metadata", "deletionGracePeriodSeconds"] = 30
    }
    return owner.map(pod.adopted) ?? pod
}

extension Decision {
    var creates: [Object] { actions.compactMap { if case .create(let object) = $0 { object } else { nil } } }
    var updates: [Object] { actions.compactMap { if case .update(let object) = $0 { object } else { nil } } }
    var deletes: [String] { actions.compactMap { if case .delete(let key, _, _) = $0 { key.name } else { nil } } }
    var status: Object? { actions.compactMap { if case .updateStatus(let object) = $0 { object } else { nil } }.last }
}
