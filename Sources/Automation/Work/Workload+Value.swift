package import Document
internal import Kubernetes
internal import Registry

/// One form for the API and for `-o json|yaml`; Documentation/openapi.yaml describes it.
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
        var value: Value = ["automated": .bool(policy.isAutomated), "locked": .bool(policy.isLocked)]
        if let lockedBy = policy.lockedBy { value["lockedBy"] = .string(lockedBy) }
        if let lockedReason = policy.lockedReason { value["lockedReason"] = .string(lockedReason) }
        value["tags"] = .mapping(Mapping(policy.tags.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.text)) }))
        if let others = policy.tagsOfOthers { value["tagsOfOthers"] = .string(others.text) }
        return value
    }
}

extension ObjectKey {
    /// The four parts of a workload's identity.
    package var workloadValue: Value {
        ["group": .string(group), "kind": .string(kind), "namespace": .string(namespace), "name": .string(name)]
    }
}

extension TagFilter {
    /// The annotation's spelling.
    package var text: String {
        switch self {
        case .semver(let range): "semver:\(range)"
        case .glob(let pattern): "glob:\(pattern)"
        case .regex(let pattern): "regex:\(pattern)"
        case .newest: "newest"
        }
    }
}
