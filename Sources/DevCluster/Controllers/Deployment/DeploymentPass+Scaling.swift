internal import Document
internal import Kubernetes

/// Another number of replicas without another template: each ReplicaSet keeps its share.
extension DeploymentPass {
    /// A set that was scaled for another number of replicas than the Deployment
    /// asks for now. A set without the annotation never counts.
    var isScalingEvent: Bool {
        sets.contains { set in
            guard set.replicas > 0, let desired = set.count(DeploymentAnnotations.desiredReplicas) else { return false }
            return desired != spec.replicas
        }
    }

    mutating func scale() {
        let active = sets.filter { $0.replicas > 0 }
        // While one set alone has pods, it follows the Deployment; while none has, the newest does.
        if active.count <= 1 {
            guard let only = active.first ?? newSet ?? oldSets.last else { return }
            if only.replicas != spec.replicas { resize(only.name, to: spec.replicas) }
            return
        }
        // A saturated new set is the end of a rollout: the old ones go.
        if let new = newSet, new.replicas == spec.replicas, new.count(DeploymentAnnotations.desiredReplicas) == spec.replicas,
            new.int("status", "availableReplicas") ?? 0 == spec.replicas
        {
            for old in oldSets where old.replicas > 0 { resize(old.name, to: 0) }
            return
        }
        guard spec.isRolling else { return }
        let allowed = spec.replicas > 0 ? spec.replicas + spec.maxSurge : 0
        let change = allowed - active.reduce(0) { $0 + $1.replicas }
        // The largest first; of two alike the newer grows and the older shrinks.
        let ordered = active.sorted { left, right in
            if left.replicas != right.replicas { return left.replicas > right.replicas }
            return change > 0 ? Object.isOlder(right, left) : Object.isOlder(left, right)
        }
        var spread = 0
        var sizes: [Int] = []
        for set in ordered {
            let share = proportion(of: set, change: change, spread: spread)
            sizes.append(set.replicas + share)
            spread += share
        }
        for (index, set) in ordered.enumerated() {
            // What rounding left over goes to the largest.
            let leftover = index == 0 ? change - spread : 0
            resize(set.name, to: max(0, sizes[index] + leftover))
        }
    }

    /// `GetReplicaSetProportion`.
    private func proportion(of set: Object, change: Int, spread: Int) -> Int {
        guard change != 0, change != spread else { return 0 }
        let fraction: Int
        if spec.replicas == 0 {
            fraction = -set.replicas
        } else {
            let base = set.count(DeploymentAnnotations.maxReplicas) ?? deployment.int("status", "replicas") ?? 0
            guard base > 0 else { return 0 }
            let size = Double(set.replicas) * Double(spec.replicas + spec.maxSurge) / Double(base)
            fraction = clamped(Int64(min(size.rounded(), Double(Int32.max)))) - set.replicas
        }
        return change > 0 ? min(fraction, change - spread) : max(fraction, change - spread)
    }

    /// `scaleReplicaSet`: also writes down what the Deployment wanted.
    mutating func resize(_ name: String, to count: Int) {
        guard let before = sets.first(where: { $0.name == name })?.replicas else { return }
        let desired = spec.replicas, most = spec.replicas + spec.maxSurge
        edit(name) { set in
            if before != count { set.value[path: "spec", "replicas"] = .count(count) }
            set.setAnnotations(desired: desired, most: most)
        }
        if before != count {
            tell("ScalingReplicaSet", "Scaled \(count > before ? "up" : "down") replica set \(name) from \(before) to \(count)")
        }
    }
}

extension Object {
    /// An annotation that holds a count.
    func count(_ annotation: String) -> Int? { self.annotation(annotation).flatMap { Int32($0) }.map { Int($0) } }
}
