/// The part of an application an object belongs to, in the order in which parts
/// are applied: what others need comes first.
package enum ApplyPhase: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// Namespaces and custom resource definitions.
    case definitions
    case classes
    /// RBAC and service accounts.
    case access
    /// Quotas, limits, budgets, network policies.
    case limits
    /// Config, secrets and storage.
    case configuration
    case services
    case workloads
    /// Custom resources and scalers: what refers to workloads, or to an operator among them.
    case custom
    case routes
    /// Webhooks and aggregated APIs: they may refuse everything else.
    case extensions

    package static func < (left: ApplyPhase, right: ApplyPhase) -> Bool { left.rawValue < right.rawValue }

    package init(_ kind: GroupKind) {
        self =
            switch (kind.group, kind.kind) {
            case ("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition"): .definitions
            case ("rbac.authorization.k8s.io", _), ("", "ServiceAccount"): .access
            case ("", "ResourceQuota"), ("", "LimitRange"), ("policy", _), ("networking.k8s.io", "NetworkPolicy"): .limits
            case ("", "ConfigMap"), ("", "Secret"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim"), ("storage.k8s.io", "CSIDriver"):
                .configuration
            case ("", "Service"), ("", "Endpoints"), ("discovery.k8s.io", "EndpointSlice"): .services
            case ("", "Pod"), ("", "ReplicationController"), ("apps", _), ("batch", _): .workloads
            case ("networking.k8s.io", "Ingress"), ("extensions", "Ingress"): .routes
            case ("admissionregistration.k8s.io", _), ("apiregistration.k8s.io", _): .extensions
            case (_, let name) where name.hasSuffix("Class"): .classes
            case ("gateway.networking.k8s.io", _), ("networking.istio.io", _), ("traefik.io", _): .routes
            default: .custom
            }
    }
}

/// Objects in the order they are applied: a stage may start when the one before it
/// is accepted, and its objects go at once.
///
/// Waves come first, as Argo CD's do: all of wave −1, in its phases, before
/// anything of wave 0. Inside a stage by kind, namespace and name.
package func applyOrder(_ objects: [Object]) -> [[Object]] {
    let ranked = objects.map { (object: $0, wave: wave(of: $0), phase: ApplyPhase($0.groupKind), key: $0.key) }
    let sorted = ranked.sorted { left, right in
        if left.wave != right.wave { return left.wave < right.wave }
        if left.phase != right.phase { return left.phase < right.phase }
        return (left.key.kind, left.key.group, left.key.namespace, left.key.name)
            < (right.key.kind, right.key.group, right.key.namespace, right.key.name)
    }
    var stages: [[Object]] = []
    var last: (Int, ApplyPhase)?
    for item in sorted {
        if let last, last == (item.wave, item.phase) {
            stages[stages.count - 1].append(item.object)
        } else {
            stages.append([item.object])
        }
        last = (item.wave, item.phase)
    }
    return stages
}

/// Keys in the order they are deleted: the phases backwards.
package func deleteOrder(_ keys: [ObjectKey]) -> [[ObjectKey]] {
    Dictionary(grouping: keys) { ApplyPhase($0.groupKind) }
        .sorted { $0.key > $1.key }
        .map { $0.value.sorted() }
}

/// `martlet.dev/wave`, else Argo CD's; 0 where it is absent or no integer, which `policy(of:)` reports.
private func wave(of object: Object) -> Int {
    let text = object.annotation(MartletAnnotations.wave) ?? object.annotation(MartletAnnotations.argoWave)
    return text.flatMap { Int($0) } ?? 0
}
