package import Document
internal import Git
internal import Kubernetes
internal import Registry

extension ChangeReport {
    /// `commit` is null where git said it already.
    package var value: Value {
        var value: Value = [
            "commit": commit.map { .string($0.description) } ?? .null, "branch": .string(branch), "message": .string(message),
            "bumps": .sequence(bumps.map(\.value)), "files": .sequence(files.map { .string($0) }),
        ]
        if !problems.isEmpty { value["problems"] = .sequence(problems.map(\.value)) }
        return value
    }
}

extension ChangeReport.Problem {
    fileprivate var value: Value {
        var value: Value = ["workload": workload.workloadValue, "error": error.value]
        if let container { value["container"] = .string(container) }
        return value
    }
}

extension Bump {
    package var value: Value {
        [
            "application": .string(application), "workload": workload.workloadValue, "container": .string(container),
            "from": .string(from.description), "to": .string(to.description), "policy": .string(policy),
        ]
    }
}
