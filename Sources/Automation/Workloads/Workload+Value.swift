package import Document
internal import Kubernetes
internal import Registry

/// One form for the API and for `-o json|yaml`; the server's openapi.yaml describes it.
extension Workload {
    package var value: Value {
        var value: Value = key.workloadValue
        value["application"] = .string(application)
        value["origin"] = .string(origin.description)
        value["containers"] = .sequence(
            containers.map { ["name": .string($0.name), "image": .string($0.image.description), "init": .bool($0.isInit)] })
        value["policy"] = policyValue
        return value
    }

    /// Only what concerns images.
    private var policyValue: Value {
        var value: Value = ["automated": .bool(policy.isAutomated), "locked": .bool(policy.lock != nil)]
        if let by = policy.lock?.by { value["lockedBy"] = .string(by) }
        if let reason = policy.lock?.reason { value["lockedReason"] = .string(reason) }
        value["tags"] = .mapping(
            Mapping(containers.map { ($0.name, .string(policy.filter(of: $0.name).filter.text)) }.sorted { $0.0 < $1.0 }))
        return value
    }
}

extension ObjectKey {
    /// The four parts of a workload's identity.
    package var workloadValue: Value {
        ["group": .string(group), "kind": .string(kind), "namespace": .string(namespace), "name": .string(name)]
    }
}
