package import Document
package import Kubernetes

/// Refuses a Service that leads to other ports together with a new version of the pods.
///
/// Git's Service is what both versions stand behind while they run side by side. So the version that runs must be
/// reached by what git says now, or requests are lost for as long as the rollout takes.
///
/// - Parameters:
///   - service: as git says, and as it is in the cluster.
///   - template: of the pods that run.
package func refuseMovedPorts(_ service: (git: Object, live: Object), workload: ObjectKey, template: Value) throws(RolloutError) {
    let before = ports(service.live), now = ports(service.git)
    func refuse(_ index: Int, _ field: String, _ text: String) -> RolloutError {
        RolloutError(
            "Service \"\(service.git.name)\": \(text)", workload: workload,
            place: RolloutError.Place(object: service.git.key, field: "spec.ports[\(index)].\(field)"))
    }
    for (index, port) in now.enumerated() {
        guard let old = before.first(where: { $0.number == port.number }) ?? before.first(where: { $0.name == port.name && now.count == before.count })
        else { continue }
        if old.number != port.number, !now.contains(where: { $0.number == old.number }) {
            throw refuse(
                index, "port",
                "its port \(old.number) becomes \(port.number) in the same commit as a new version of \"\(workload.name)\", and who still asks for \(old.number) would find nobody: add the new port beside the old one, and take the old one away in a later commit"
            )
        }
        guard old.target != port.target, !serves(template, port.target, insteadOf: old.target) else { continue }
        throw refuse(
            index, "targetPort",
            "its port \(port.number) leads to \(port.target) instead of \(old.target) in the same commit as a new version of \"\(workload.name)\", whose running pods do not listen there: give the container's port a name and let targetPort say that name in a commit before, or let the new version listen on both and change the Service in a commit after it"
        )
    }
}

private struct Port {
    var name: String
    var number: Int64
    var target: Target
}

private enum Target: Equatable, CustomStringConvertible {
    case number(Int64)
    case name(String)

    var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .name(let name): "\"\(name)\""
        }
    }
}

private func ports(_ service: Object) -> [Port] {
    (service.value[path: "spec", "ports"]?.sequence ?? []).compactMap { port in
        guard let number = port["port"]?.int else { return nil }
        let target: Target
        if let name = port["targetPort"]?.string, Int64(name) == nil {
            target = .name(name)
        } else {
            target = .number(port["targetPort"]?.int ?? port["targetPort"]?.string.flatMap { Int64($0) } ?? number)
        }
        return Port(name: port["name"]?.string ?? "", number: number, target: target)
    }
}

/// Whether pods say that they listen there too, or the new word means the port that the old one did.
private func serves(_ template: Value, _ target: Target, insteadOf old: Target) -> Bool {
    let declared = (template[path: "spec", "containers"]?.sequence ?? []).flatMap { $0["ports"]?.sequence ?? [] }
    func number(_ target: Target) -> Int64? {
        switch target {
        case .number(let number): number
        case .name(let name): declared.first { $0["name"]?.string == name }?["containerPort"]?.int
        }
    }
    guard let wanted = number(target) else { return false }
    return wanted == number(old) || declared.contains { $0["containerPort"]?.int == wanted }
}
