internal import Document
internal import Kubernetes

/// One template replaced by another.
extension DeploymentPass {
    /// `rolloutRolling`: the new set up as far as the surge allows, or else the
    /// old ones down as far as availability allows; one of both per pass.
    mutating func roll() {
        if newName == nil { syncRevision(creating: true) }
        guard let new = newSet else { return }
        let target = new.replicas > spec.replicas ? spec.replicas : wantedOfNew()
        if new.replicas != spec.replicas, target != new.replicas { return resize(new.name, to: target) }
        if shrinkOld(new) { return }
        if isComplete { cleanUp() }
    }

    /// `NewRSNewReplicas`.
    func wantedOfNew() -> Int {
        let own = newSet?.replicas ?? 0
        guard spec.isRolling else { return spec.replicas }
        let room = spec.replicas + spec.maxSurge - total(sets)
        return room <= 0 ? own : own + max(0, min(room, spec.replicas - own))
    }

    /// `reconcileOldReplicaSets`: pods that are not available go first, they serve nobody.
    private mutating func shrinkOld(_ new: Object) -> Bool {
        guard total(oldSets) > 0 else { return false }
        let least = spec.replicas - spec.maxUnavailable
        let unavailableNew = new.replicas - available(new)
        let most = total(sets) - least - unavailableNew
        guard most > 0 else { return false }
        let before = sets.map(\.replicas)
        var taken = 0
        for old in oldSets where old.replicas > 0 && taken < most {
            let broken = max(0, old.replicas - available(old))
            let cut = min(most - taken, broken)
            if cut > 0 {
                resize(old.name, to: old.replicas - cut)
                taken += cut
            }
        }
        var room = min(sets.reduce(0) { $0 + available($1) } - least, most - taken)
        for old in oldSets where old.replicas > 0 && room > 0 {
            let cut = min(old.replicas, room)
            resize(old.name, to: old.replicas - cut)
            room -= cut
        }
        return sets.map(\.replicas) != before
    }

    /// `rolloutRecreate`: no new pod before the last old one is gone.
    mutating func recreate() {
        let running = oldSets.filter { $0.replicas > 0 }
        if !running.isEmpty {
            for old in running { resize(old.name, to: 0) }
            return
        }
        let remains = oldSets.contains { old in
            situation.observed.owned(by: old.uid, .pod).contains { $0.phase != "Succeeded" && $0.phase != "Failed" }
        }
        if remains { return }
        if newName == nil { syncRevision(creating: true) }
        guard let new = newSet else { return }
        resize(new.name, to: spec.replicas)
        if isComplete { cleanUp() }
    }

    func total(_ sets: [Object]) -> Int { sets.reduce(0) { $0 + $1.replicas } }

    /// No more than the set is to have: the status of one that was just made smaller still counts the pods
    /// that go. (The real controller trusts it, and can take one pod too many where pods start very fast.)
    private func available(_ set: Object) -> Int { min(max(0, set.int("status", "availableReplicas") ?? 0), set.replicas) }

    /// `DeploymentComplete` on the status that stands.
    private var isComplete: Bool {
        let status = deployment.value["status"]
        func count(_ name: String) -> Int { clamped(status?[name]?.int ?? 0) }
        return count("updatedReplicas") == spec.replicas && count("replicas") == spec.replicas
            && count("availableReplicas") == spec.replicas && (status?["observedGeneration"]?.int ?? 0) >= deployment.generation ?? 0
    }
}
