package import Document
package import Kubernetes

/// The pod templates a StatefulSet or DaemonSet has had, each in a
/// ControllerRevision (`pkg/controller/history`).
package struct RevisionHistory: Sendable {
    /// Oldest first, the current template's own last.
    package private(set) var revisions: [Object]
    /// The revision of the template as it is now.
    package private(set) var update: Object?
    package private(set) var actions: [Action] = []
    package private(set) var collisions: Int

    package init(of owner: Object, in observed: Observed) {
        collisions = max(0, owner.int("status", "collisionCount") ?? 0)
        revisions = observed.owned(by: owner.uid, .controllerRevision)
            .sorted { ($0.revisionNumber, $0.created, $0.name) < ($1.revisionNumber, $1.created, $1.name) }
        let template = owner.value[path: "spec", "template"] ?? [:]
        let wanted = CanonicalTemplate(template)
        let next = (revisions.last?.revisionNumber ?? 0) + 1
        if let index = revisions.lastIndex(where: { $0.revisionTemplate == wanted }) {
            var known = revisions.remove(at: index)
            if index < revisions.count {
                // Back to an older template: its revision becomes the newest.
                known.value["revision"] = .count(next)
                actions.append(.update(known))
            }
            revisions.append(known)
            update = known
            return
        }
        var hash = wanted.hash(collisions: collisions)
        for _ in 0..<16 where observed.object(.controllerRevision, namespace: owner.namespace, name: "\(owner.name)-\(hash)") != nil {
            collisions += 1
            hash = wanted.hash(collisions: collisions)
        }
        var labels = template[path: "metadata", "labels"]?.mapping ?? [:]
        labels[PodLabels.revisionHash] = .string(hash)
        var data = template
        data["$patch"] = "replace"
        let value: Value = [
            "apiVersion": .string(owner.apiVersion), "kind": "ControllerRevision",
            "metadata": [
                "name": .string("\(owner.name)-\(hash)"), "namespace": .string(owner.namespace), "labels": .mapping(labels),
                "ownerReferences": [owner.asController],
            ],
            "data": ["spec": ["template": data]], "revision": .count(next),
        ]
        guard let revision = Object(value) else { return }
        actions.append(.create(revision))
        revisions.append(revision)
        update = revision
    }

    package func revision(named name: String) -> Object? { revisions.first { $0.name == name } }

    /// Deletes what is over the limit and that no pod and no status names.
    package func truncation(limit: Int, live: Set<String>) -> [Action] {
        let idle = revisions.filter { !live.contains($0.name) && $0.name != update?.name && !$0.uid.isEmpty }
        return idle.prefix(max(0, idle.count - max(0, limit))).map { .delete($0.key, uid: $0.uid) }
    }
}

extension Object {
    fileprivate var revisionNumber: Int { int("revision") ?? 0 }

    fileprivate var revisionTemplate: CanonicalTemplate {
        var template = value[path: "data", "spec", "template"] ?? [:]
        template["$patch"] = nil
        return CanonicalTemplate(template)
    }

    /// The pod template a ControllerRevision holds.
    package var templateOfRevision: Value {
        var template = value[path: "data", "spec", "template"] ?? [:]
        template["$patch"] = nil
        return template
    }

    /// The hash in a ControllerRevision's name.
    package var revisionHash: String { label(PodLabels.revisionHash) ?? "" }
}
