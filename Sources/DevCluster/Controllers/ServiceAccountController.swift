internal import Document
package import Kubernetes

/// Makes the ServiceAccount `default` in every namespace (`pkg/controller/serviceaccount`).
package struct ServiceAccountController: Controller {
    package let name = "serviceaccount-controller"
    package let kind = GroupKind.namespace
    package let watches: [GroupKind] = [.serviceAccount]

    package init() {}

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        let object = change.object
        if object.groupKind == kind { return [object.key] }
        guard object.name == "default" else { return [] }
        return [ObjectKey(group: "", kind: "Namespace", namespace: "", name: object.namespace)]
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let namespace = situation.observed.object(key), !namespace.isBeingDeleted,
            namespace.string("status", "phase") != "Terminating",
            situation.observed.object(.serviceAccount, namespace: key.name, name: "default") == nil,
            let account = Object([
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default", "namespace": .string(key.name)],
            ])
        else { return .nothing }
        return Decision([.create(account)])
    }
}
