package import Basics
internal import Document
internal import Kubernetes
internal import Registry

/// What a commit of Martlet's did, for programs: the git note beside it on
/// `refs/notes/martlet`, as JSON of documented fields.
///
/// `version` 1; `kind` automated, release, rollback, automate, deautomate, lock
/// or unlock; `time` in RFC 3339; `requester` where a person asked; `bumps`, each
/// with `application`, `workload` (`deployment.apps/front-end`), `namespace`,
/// `container`, `from`, `to` (whole images), `digest` (of the new one, where
/// known) and `policy`.
package struct CommitNote: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case automated, release, rollback, automate, deautomate, lock, unlock
    }

    package var kind: Kind
    package var time: Timestamp
    package var requester: String?
    package var bumps: [Bump]

    package init(_ kind: Kind, at time: Timestamp, requester: String? = nil, bumps: [Bump]) {
        (self.kind, self.time, self.requester, self.bumps) = (kind, time, requester, bumps)
    }

    /// The note's text: one line, and the same bytes for the same commit.
    package var text: String {
        var note: Value = ["version": 1, "kind": .string(kind.rawValue), "time": .string(time.description)]
        if let requester { note["requester"] = .string(requester) }
        note["bumps"] = .sequence(
            bumps.map { bump in
                let key = bump.workload
                var entry: Value = [
                    "application": .string(bump.application),
                    "workload": .string(ObjectKey(group: key.group, kind: key.kind, namespace: "", name: key.name).description),
                    "namespace": .string(key.namespace), "container": .string(bump.container),
                    "from": .string(bump.from.description), "to": .string(bump.to.description),
                ]
                if let digest = bump.to.digest { entry["digest"] = .string(digest) }
                entry["policy"] = .string(bump.policy)
                return entry
            })
        return JSON.text(note) + "\n"
    }
}
