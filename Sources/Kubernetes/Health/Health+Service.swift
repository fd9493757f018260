internal import Document

/// A Service: one of type LoadBalancer waits for the address it is reached at.
func serviceHealth(_ status: ObjectStatus) -> Health {
    guard status.spec["type"]?.string == "LoadBalancer" else { return .healthy }
    let ingress = status.status["loadBalancer"]?["ingress"]?.sequence ?? []
    return ingress.isEmpty ? .progressing("waits for the load balancer's address") : .healthy
}

/// A Namespace: there, and not on its way out.
func namespaceHealth(_ status: ObjectStatus) -> Health {
    status.status["phase"]?.string == "Terminating" ? .progressing("is being deleted") : .healthy
}
