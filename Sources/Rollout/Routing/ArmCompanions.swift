import Document
import Kubernetes

/// Objects that name a Service to say how, or by whom, its pods may be reached.
///
/// They would not hold for the arms, which are Services of their own: requests would go out without TLS, past a
/// policy, or nowhere. So while there are arms, what names the Service names its arms too, or is doubled for them.
struct ArmCompanions {
    let services: [ObjectKey]
    let workload: ObjectKey

    /// The object as it must be while there are arms, and doubles of it.
    func of(_ object: Object) -> [Object] {
        switch (object.gvk.group, object.kind) {
        case (istioGroup, "DestinationRule"): [object] + doubles(ofRule: object)
        case (gatewayGroup, "ReferenceGrant"): [granted(object)]
        default: targeted(object)
        }
    }

    /// A DestinationRule is for one host.
    private func doubles(ofRule rule: Object) -> [Object] {
        guard let host = Self.host(of: rule), services.contains(where: { $0.name == host.name && $0.namespace == host.namespace }) else {
            return []
        }
        return Arm.allCases.compactMap { arm in
            double(rule, arm) { $0[path: "spec", "host"] = .string(host.renamed(armServiceName(host.name, arm))) }
        }
    }

    static func host(of rule: Object) -> IstioHost? { IstioHost(rule.value[path: "spec", "host"]?.string ?? "", namespace: rule.namespace) }

    /// A grant that names the Service lets routes of other namespaces come to it alone.
    private func granted(_ grant: Object) -> Object {
        var grant = grant
        if let targets = grant.value[path: "spec", "to"]?.sequence, targets.contains(where: { service($0, in: grant.namespace) != nil }) {
            grant.value[path: "spec", "to"] = .sequence(withArms(targets, in: grant.namespace))
        }
        return grant
    }

    /// Policies that are attached by `targetRefs` or `targetRef` (GEP-713).
    private func targeted(_ object: Object) -> [Object] {
        if let targets = object.value[path: "spec", "targetRefs"]?.sequence,
            targets.contains(where: { service($0, in: object.namespace) != nil })
        {
            var object = object
            object.value[path: "spec", "targetRefs"] = .sequence(withArms(targets, in: object.namespace))
            return [object]
        }
        guard let target = object.value[path: "spec", "targetRef"], let name = service(target, in: object.namespace) else {
            return [object]
        }
        return [object]
            + Arm.allCases.compactMap { arm in
                double(object, arm) { $0[path: "spec", "targetRef", "name"] = .string(armServiceName(name, arm)) }
            }
    }

    /// The name of the Service of ours that a reference means.
    private func service(_ reference: Value, in namespace: String) -> String? {
        guard ["", "core"].contains(reference["group"]?.string ?? ""), reference["kind"]?.string == "Service",
            let name = reference["name"]?.string
        else { return nil }
        let namespace = reference["namespace"]?.string ?? namespace
        return services.contains { $0.name == name && $0.namespace == namespace } ? name : nil
    }

    private func withArms(_ references: [Value], in namespace: String) -> [Value] {
        references.flatMap { reference in
            guard let name = service(reference, in: namespace) else { return [reference] }
            return [reference]
                + Arm.allCases.map { arm in
                    var reference = reference
                    reference["name"] = .string(armServiceName(name, arm))
                    return reference
                }
        }
    }

    private func double(_ object: Object, _ arm: Arm, _ change: (inout Value) -> Void) -> Object? {
        let metadata = companionMetadata(of: object, name: armName(object.name, arm, limit: 253), workload: workload)
        var value: Value = ["apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "metadata": metadata]
        value["spec"] = object.value["spec"]
        change(&value)
        return Object(value)
    }
}
