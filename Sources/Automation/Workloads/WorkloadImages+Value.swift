package import Document
internal import Basics
internal import Registry

extension WorkloadImages {
    package var value: Value {
        ["workload": workload.value, "containers": .sequence(containers.map(\.value))]
    }
}

extension WorkloadImages.Container {
    fileprivate var value: Value {
        var value: Value = [
            "name": .string(name), "image": .string(image.description), "policy": .string(policy), "verdict": .string(verdict),
            "candidates": .sequence(candidates.map(\.value)),
        ]
        if let error { value["error"] = .string(error) }
        return value
    }
}

extension WorkloadImages.Candidate {
    fileprivate var value: Value {
        var value: Value = ["tag": .string(tag.name), "current": .bool(isCurrent), "passes": .bool(passes)]
        if let digest = tag.digest { value["digest"] = .string(digest) }
        if let builtAt = tag.builtAt { value["builtAt"] = .string(builtAt.description) }
        return value
    }
}
