internal import Document
package import Kubernetes

/// Gives an address to what waits for one from a cloud: Services of type
/// LoadBalancer, and Ingresses.
package struct LoadBalancerController: Controller {
    package let name: String
    package let kind: GroupKind
    /// The address everything gets.
    private let address: String

    package init(_ kind: GroupKind, address: String = "127.0.0.1") {
        self.kind = kind
        self.address = address
        name = kind == .service ? "service-controller" : "ingress-controller"
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard let object = situation.observed.object(key), !object.isBeingDeleted else { return .nothing }
        let waits = kind == .ingress || object.string("spec", "type") == "LoadBalancer"
        let has = !object.sequence("status", "loadBalancer", "ingress").isEmpty
        if waits == has { return .nothing }
        let status: Value = waits ? ["loadBalancer": ["ingress": [["ip": .string(address)]]]] : ["loadBalancer": ["ingress": nil]]
        return Decision([.patchStatus(key, ["status": status])])
    }
}
