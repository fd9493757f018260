package import Document
package import Kubernetes

/// An entry of `metadata.ownerReferences`.
package struct OwnerReference: Sendable, Hashable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var isController: Bool

    package init?(_ value: Value) {
        guard let kind = value["kind"]?.string, let name = value["name"]?.string, let uid = value["uid"]?.string else { return nil }
        apiVersion = value["apiVersion"]?.string ?? ""
        self.kind = kind
        self.name = name
        self.uid = uid
        isController = value["controller"]?.bool ?? false
    }

    package var groupKind: GroupKind { GroupVersionKind(apiVersion: apiVersion, kind: kind).groupKind }
}

extension Object {
    package var ownerReferences: [OwnerReference] { sequence("metadata", "ownerReferences").compactMap(OwnerReference.init) }

    /// The one owner that manages the object.
    package var controllerReference: OwnerReference? { ownerReferences.first(where: \.isController) }

    /// What a dependent carries to name this object as its controller.
    package var asController: Value {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": true, "blockOwnerDeletion": true,
        ]
    }

    /// The object with this owner in front.
    package func adopted(by owner: Object) -> Object {
        var copy = self
        let others = sequence("metadata", "ownerReferences").filter { $0["uid"]?.string != owner.uid }
        copy.value[path: "metadata", "ownerReferences"] = .sequence([owner.asController] + others)
        return copy
    }

    /// The object without this owner.
    package func released(by owner: Object) -> Object {
        var copy = self
        let others = sequence("metadata", "ownerReferences").filter { $0["uid"]?.string != owner.uid }
        copy.value[path: "metadata", "ownerReferences"] = others.isEmpty ? nil : .sequence(others)
        return copy
    }
}

/// An owner's dependents, and what must be done to have exactly those its selector names.
///
/// The rules of client-go's `ControllerRefManager`: an orphan that matches is
/// adopted, a dependent that no longer matches is released, and an owner that
/// is being deleted adopts nothing.
package struct Claim: Sendable {
    package var dependents: [Object] = []
    package var actions: [Action] = []

    package init(
        of owner: Object, selector: LabelSelector, _ kind: GroupKind, in observed: Observed,
        eligible: (Object) -> Bool = { _ in true }
    ) {
        for dependent in observed.owned(by: owner.uid, kind) where eligible(dependent) {
            if selector.matches(dependent.labels) {
                dependents.append(dependent)
            } else if !owner.isBeingDeleted, !dependent.isBeingDeleted {
                actions.append(.update(dependent.released(by: owner)))
            }
        }
        guard !owner.isBeingDeleted else { return }
        for orphan in observed.orphans(kind, namespace: owner.namespace)
        where !orphan.isBeingDeleted && eligible(orphan) && selector.matches(orphan.labels) {
            let adopted = orphan.adopted(by: owner)
            dependents.append(adopted)
            actions.append(.update(adopted))
        }
    }
}
