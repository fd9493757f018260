import Document
import Kubernetes

/// Cluster addresses and node ports for Services (registry/core/service).
extension ClusterState {
    /// Gives a Service what it needs and takes back what it no longer has. A dry run gives nothing away.
    mutating func allocate(_ object: inout Object, old: Object?, type: ResourceType, isDryRun: Bool) throws(APIFailure) {
        guard type.id == ResourceID(group: "", plural: "services") else { return }
        let kept = addresses
        do {
            try allocateAddress(&object, old: old)
            try allocateNodePorts(&object, old: old)
        } catch {
            addresses = kept
            throw error
        }
        if isDryRun { addresses = kept }
    }

    private mutating func allocateAddress(_ object: inout Object, old: Object?) throws(APIFailure) {
        let before = old?.value[path: "spec", "clusterIP"]?.string ?? ""
        if object.value[path: "spec", "type"] == "ExternalName" {
            if let old { addresses.releaseAddress(of: old) }
            for field in ["clusterIP", "clusterIPs"] { object.value[path: "spec", field] = nil }
            return
        }
        let asked = object.value[path: "spec", "clusterIP"]?.string
            ?? object.value[path: "spec", "clusterIPs"]?[0]?.string ?? ""
        if asked == before, !asked.isEmpty { return }
        var address = asked
        if asked.isEmpty {
            guard let free = addresses.address() else { throw .internalError("failed to allocate a serviceIP: range is full") }
            address = free
        } else if asked != "None" {
            let isFree = addresses.take(asked)
            guard isFree else {
                let why =
                    ServiceAddresses.isInRange(asked)
                    ? "failed to allocate IP \(asked): provided IP is already allocated"
                    : "failed to allocate IP \(asked): the provided IP (\(asked)) is not in the valid range. The range of valid IPs is 10.96.0.0/16"
                throw .invalid(
                    group: "", kind: "Service", name: object.name,
                    [.invalid("spec.clusterIPs", shown: "[]string{\"\(asked)\"}", why)])
            }
        }
        object.value[path: "spec", "clusterIP"] = .string(address)
        object.value[path: "spec", "clusterIPs"] = [.string(address)]
    }

    private mutating func allocateNodePorts(_ object: inout Object, old: Object?) throws(APIFailure) {
        let type = object.value[path: "spec", "type"]?.string
        let wantsPorts =
            type == "NodePort"
            || type == "LoadBalancer" && object.value[path: "spec", "allocateLoadBalancerNodePorts"]?.bool != false
        let before = Set((old?.value[path: "spec", "ports"]?.sequence ?? []).compactMap { $0["nodePort"]?.int })
        var ports = object.value[path: "spec", "ports"]?.sequence ?? []
        var now: Set<Int64> = []
        for index in ports.indices {
            if let number = ports[index]["nodePort"]?.int, number != 0 {
                now.insert(number)
                if before.contains(number) { continue }
                let isFree = (30_000...32_767).contains(number) && addresses.takeNodePort(number)
                guard isFree else {
                    let why =
                        (30_000...32_767).contains(number)
                        ? "provided port is already allocated"
                        : "provided port is not in the valid range. The range of valid ports is 30000-32767"
                    throw .invalid(
                        group: "", kind: "Service", name: object.name,
                        [.invalid("spec.ports[\(index)].nodePort", .int(number), why)])
                }
            } else if wantsPorts {
                guard let number = addresses.nodePort() else { throw .internalError("failed to allocate a nodePort: range is full") }
                now.insert(number)
                ports[index]["nodePort"] = .int(number)
            }
        }
        addresses.giveBack(before.subtracting(now))
        if !ports.isEmpty { object.value[path: "spec", "ports"] = .sequence(ports) }
    }
}
