package import Basics
package import Document
package import Kubernetes

/// Short ways to the fields controllers read. Numbers come clamped to 32 bits,
/// which is what Kubernetes' own types hold, so that sums of them cannot overflow.
extension Object {
    package func int(_ path: String...) -> Int? { value[path: path]?.int.map(clamped) }
    package func string(_ path: String...) -> String? { value[path: path]?.string }
    package func bool(_ path: String...) -> Bool { value[path: path]?.bool ?? false }
    package func mapping(_ path: String...) -> Mapping { value[path: path]?.mapping ?? [:] }
    package func sequence(_ path: String...) -> [Value] { value[path: path]?.sequence ?? [] }
    package func time(_ path: String...) -> Timestamp? { value[path: path]?.string.flatMap { Timestamp($0) } }

    package var created: Timestamp { time("metadata", "creationTimestamp") ?? Timestamp(milliseconds: 0) }

    /// `spec.replicas`, 1 where it is not said.
    package var replicas: Int { max(0, int("spec", "replicas") ?? 1) }

    /// The object with another status; `resourceVersion` stays, as the fence.
    package func with(status: Value) -> Object {
        var copy = self
        copy.value["status"] = status
        return copy
    }

    /// By age, then by name: the order every "oldest first" of the controllers means.
    package static func isOlder(_ left: Object, _ right: Object) -> Bool {
        (left.created, left.name) < (right.created, right.name)
    }
}

/// A 64-bit number held to 32 bits.
package func clamped(_ number: Int64) -> Int {
    Int(max(Int64(Int32.min), min(Int64(Int32.max), number)))
}

extension Value {
    /// A count as a value.
    package static func count(_ number: Int) -> Value { .int(Int64(number)) }
}

extension GroupKind {
    package static let pod = GroupKind(group: "", kind: "Pod")
    package static let node = GroupKind(group: "", kind: "Node")
    package static let lease = GroupKind(group: "coordination.k8s.io", kind: "Lease")
    package static let service = GroupKind(group: "", kind: "Service")
    package static let endpoints = GroupKind(group: "", kind: "Endpoints")
    package static let endpointSlice = GroupKind(group: "discovery.k8s.io", kind: "EndpointSlice")
    package static let namespace = GroupKind(group: "", kind: "Namespace")
    package static let serviceAccount = GroupKind(group: "", kind: "ServiceAccount")
    package static let volumeClaim = GroupKind(group: "", kind: "PersistentVolumeClaim")
    package static let volume = GroupKind(group: "", kind: "PersistentVolume")
    package static let deployment = GroupKind(group: "apps", kind: "Deployment")
    package static let replicaSet = GroupKind(group: "apps", kind: "ReplicaSet")
    package static let statefulSet = GroupKind(group: "apps", kind: "StatefulSet")
    package static let daemonSet = GroupKind(group: "apps", kind: "DaemonSet")
    package static let controllerRevision = GroupKind(group: "apps", kind: "ControllerRevision")
    package static let job = GroupKind(group: "batch", kind: "Job")
    package static let cronJob = GroupKind(group: "batch", kind: "CronJob")
    package static let ingress = GroupKind(group: "networking.k8s.io", kind: "Ingress")
    package static let disruptionBudget = GroupKind(group: "policy", kind: "PodDisruptionBudget")
}
