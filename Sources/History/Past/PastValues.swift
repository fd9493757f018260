internal import Automation
internal import Basics
internal import Delivery
package import Document
internal import Kubernetes

/// The forms of the API and of `-o json|yaml`.
extension BlameReport {
    package var value: Value {
        [
            "workload": workload.workloadValue, "application": .string(application), "revision": .string(revision.description),
            "commit": .string(revision.commit), "fields": .sequence(fields.map(\.value)), "notes": .sequence(notes.map { .string($0) }),
        ]
    }
}

extension BlameReport.Field {
    package var value: Value {
        [
            "path": .string(path), "value": .string(text), "commit": commit.map(\.value) ?? .null,
            "manager": manager.map { .string($0) } ?? .null, "managedAt": managedAt.map { .string($0) } ?? .null, "origin": .string(origin),
        ]
    }
}

extension PastRevision {
    package var value: Value {
        var value: Value = [
            "revision": .string(revision.description), "commit": .string(revision.commit), "committedAt": .string(committedAt.inMilliseconds),
        ]
        if let time { value["time"] = .string(time.inMilliseconds) }
        return value
    }
}

extension ObjectDifference {
    package var value: Value {
        [
            "object": key.workloadValue, "application": .string(application), "action": .string(action.rawValue),
            "fields": .sequence(
                fields.map { field in
                    [
                        "path": .string(field.path), "from": field.from.map { .string($0) } ?? .null,
                        "to": field.to.map { .string($0) } ?? .null,
                    ]
                }), "diff": .string(diff),
        ]
    }
}

extension Comparison {
    package var value: Value {
        [
            "from": from.value, "to": to.value, "objects": .sequence(objects.map(\.value)),
            "problems": .sequence(problems.map { .string($0) }), "notes": .sequence(notes.map { .string($0) }),
        ]
    }
}

extension PastObjects {
    package var value: Value { value(isBrief: false) }

    /// - Parameter isBrief: without the objects' texts.
    func value(isBrief: Bool) -> Value {
        var value = revision.value
        if !revisions.isEmpty {
            value["applications"] = .sequence(
                revisions.sorted { $0.key < $1.key }.map { name, revision in
                    var value = revision.value
                    value["application"] = .string(name)
                    return value
                })
        }
        value["objects"] = .sequence(
            objects.map { item in
                var value: Value = [
                    "object": item.object.key.workloadValue, "application": .string(item.application), "origin": .string(item.origin.description),
                ]
                if let policy = item.policy { value["policy"] = policy.value }
                if !isBrief { value["yaml"] = .string(YAML.write(item.object.value)) }
                return value
            })
        value["problems"] = .sequence(problems.map { .string($0) })
        return value
    }
}
