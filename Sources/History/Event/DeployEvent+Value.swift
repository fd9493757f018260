internal import Basics
package import Delivery
package import Document
package import Kubernetes

/// An event as the API, the store and the notes write it: times in RFC 3339 with milliseconds, what is not there as null.
extension DeployEvent {
    package var value: Value {
        var value = summary
        value["changes"] = .sequence(changes.map(\.value))
        return value
    }

    /// Without what was written: for lists.
    package var summary: Value {
        var value: Value = [
            "id": .string(id), "application": .string(application), "workload": workload?.value ?? .null,
            "startedAt": .string(startedAt.inMilliseconds), "endedAt": endedAt.map { .string($0.inMilliseconds) } ?? .null,
            "revision": .string(revision.description), "commit": .string(revision.commit), "previousCommit": .string(previousCommit),
            "commits": .sequence(commits.map(\.value)), "images": .sequence(images.map(\.value)), "strategy": .string(strategy),
            "steps": .sequence(steps.map(\.value)), "cause": ["kind": .string(cause.kind.rawValue), "by": .string(cause.by)],
            "outcome": .string(outcome.rawValue), "reason": .string(reason),
        ]
        // Only where it is so: what sinks were told of events of before is compared with this.
        if isDeletion { value["isDeletion"] = true }
        if isFromNote { value["isFromNote"] = true }
        return value
    }

    /// Nil for a value that is no event.
    package init?(_ value: Value) {
        guard let id = value["id"]?.string, !id.isEmpty, let application = value["application"]?.string,
            let startedAt = value["startedAt"]?.string.flatMap({ Timestamp($0) }),
            let kind = value[path: "cause", "kind"]?.string.flatMap(Cause.Kind.init(rawValue:)),
            let outcome = value["outcome"]?.string.flatMap(Outcome.init(rawValue:))
        else { return nil }
        self.init(
            id: id, application: application, workload: value["workload"].flatMap { ObjectKey($0) }, startedAt: startedAt,
            revision: SourceRevision(shown: value["revision"]?.string ?? "", commit: value["commit"]?.string ?? ""),
            previousCommit: value["previousCommit"]?.string ?? "", cause: Cause(kind, by: value[path: "cause", "by"]?.string ?? ""))
        endedAt = value["endedAt"]?.string.flatMap { Timestamp($0) }
        commits = (value["commits"]?.sequence ?? []).compactMap { CommitLine($0) }
        images = (value["images"]?.sequence ?? []).compactMap { ImageChange($0) }
        strategy = value["strategy"]?.string ?? ""
        steps = (value["steps"]?.sequence ?? []).compactMap { StepMark($0) }
        self.outcome = outcome
        reason = value["reason"]?.string ?? ""
        isDeletion = value["isDeletion"]?.bool ?? false
        isFromNote = value["isFromNote"]?.bool ?? false
        changes = (value["changes"]?.sequence ?? []).compactMap { ObjectChange($0) }
    }
}

extension DeployEvent.CommitLine {
    package var value: Value {
        ["id": .string(id), "author": .string(author), "subject": .string(subject), "time": .string(time.inMilliseconds)]
    }

    package init?(_ value: Value) {
        guard let id = value["id"]?.string, let time = value["time"]?.string.flatMap({ Timestamp($0) }) else { return nil }
        self.init(id: id, author: value["author"]?.string ?? "", subject: value["subject"]?.string ?? "", time: time)
    }
}

extension DeployEvent.ImageChange {
    package var value: Value {
        ["container": .string(container), "from": from.map(Value.string) ?? .null, "to": to.map(Value.string) ?? .null]
    }

    package init?(_ value: Value) {
        guard let container = value["container"]?.string else { return nil }
        self.init(container: container, from: value["from"]?.string, to: value["to"]?.string)
    }
}

extension DeployEvent.StepMark {
    package var value: Value {
        [
            "at": .string(at.inMilliseconds), "phase": .string(phase), "step": .int(Int64(step)), "weight": .int(Int64(weight)),
            "message": .string(message),
        ]
    }

    package init?(_ value: Value) {
        guard let at = value["at"]?.string.flatMap({ Timestamp($0) }), let phase = value["phase"]?.string else { return nil }
        self.init(
            at: at, phase: phase, step: Int(clamping: value["step"]?.int ?? 0), weight: Int(clamping: value["weight"]?.int ?? 0),
            message: value["message"]?.string ?? "")
    }
}

extension ObjectChange {
    package var value: Value {
        [
            "object": key.value, "action": .string(action.rawValue),
            "fields": .sequence(
                fields.map { field in
                    ["path": .string(field.path), "from": field.from.map(Value.string) ?? .null, "to": field.to.map(Value.string) ?? .null]
                }), "more": .int(Int64(more)),
        ]
    }

    package init?(_ value: Value) {
        guard let key = value["object"].flatMap({ ObjectKey($0) }), let action = value["action"]?.string.flatMap(Action.init(rawValue:))
        else { return nil }
        self.init(key: key, action: action, more: Int(clamping: value["more"]?.int ?? 0))
        fields = (value["fields"]?.sequence ?? []).compactMap { field in
            field["path"]?.string.map { Field(path: $0, from: field["from"]?.string, to: field["to"]?.string) }
        }
    }
}

extension ObjectKey {
    /// `{group, kind, namespace, name}`, as all of the API writes an object's identity.
    package var value: Value {
        ["group": .string(group), "kind": .string(kind), "namespace": .string(namespace), "name": .string(name)]
    }

    package init?(_ value: Value) {
        guard let kind = value["kind"]?.string, let name = value["name"]?.string else { return nil }
        self.init(group: value["group"]?.string ?? "", kind: kind, namespace: value["namespace"]?.string ?? "", name: name)
    }
}

extension SourceRevision {
    /// From `main@1a2b3c4` and the commit's full id.
    package init(shown text: String, commit: String) {
        let suffix = "@\(commit.prefix(7))"
        let reference = !commit.isEmpty && text.hasSuffix(suffix) ? String(text.dropLast(suffix.count)) : text
        self.init(reference: reference, commit: commit)
    }
}
