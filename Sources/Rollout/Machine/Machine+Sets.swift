internal import Document

/// Keeping the Deployment paused and both sets at their sizes.
extension Machine {
    /// What a Deployment looks like whose sets are ours to size.
    var isHeld: Bool {
        if let set = seen.set { return isHeld(set) }
        return seen.isPaused && seen.updateStrategy["type"]?.string == "Recreate"
            && seen.updateStrategy["rollingUpdate"]?.mapping == nil
    }

    /// Whether the Deployment is paused and its controller knows; an effect where it is not.
    mutating func holds() -> Bool {
        if state.originals == nil {
            // Held already: an earlier state was lost, and with it what stood there before; git's word is applied at the end.
            var originals: Value = ["strategy": isHeld ? ["type": "RollingUpdate"] : seen.updateStrategy]
            if seen.isPaused, !isHeld { originals["paused"] = true }
            state.originals = originals
        }
        guard isHeld else {
            effects.append(.pause)
            wait("taking it over from its controller")
            return false
        }
        guard seen.isObserved else {
            wait("its controller has not seen that it waits", lookAgain: .seconds(1))
            return false
        }
        if let set = seen.set { return statesCandidate(set) }
        return true
    }

    /// Whether the Deployment is its own controller's again; an effect where it is not.
    mutating func isResumed() -> Bool {
        guard let originals = state.originals else { return true }
        let strategy = originals["strategy"] ?? .null
        let wasPaused = originals["paused"]?.bool ?? false
        let isAsBefore =
            strategy["rollingUpdate"] == nil
            ? strategy["type"] == nil || strategy["type"] == seen.updateStrategy["type"] : strategy == seen.updateStrategy
        guard seen.isPaused == wasPaused, isAsBefore else {
            effects.append(.resume)
            wait("giving it back to its controller")
            return false
        }
        state.originals = nil
        return true
    }

    /// Brings both sets to their sizes: what grows first, so that there is never less than before.
    ///
    /// - Returns: Whether both are there, ready.
    mutating func isSized(_ sizes: ArmSizes) -> Bool {
        if let set = seen.set { return isSized(set, sizes.next) }
        guard let candidate = seen.candidate else {
            unmark()
            effects.append(.create(replicas: max(1, sizes.next)))
            wait("making the new version's pods")
            return false
        }
        // One that ran before: by what its controller wanted of it then, it would be scaled down as soon as it is given back.
        if candidate.isMarkedSaturated { effects.append(.unmark(set: candidate.name)) }
        // Without pods it is only an old set to the controller, which scales the other one.
        if candidate.replicas != sizes.next {
            if candidate.replicas == 0 { unmark() }
            effects.append(.scale(set: candidate.name, uid: candidate.uid, to: max(1, sizes.next)))
        }
        guard let stable = seen.stable else { return isReady(candidate, sizes.next) }
        if stable.isMarkedSaturated { unmark() }
        let ready = candidate.isObserved ? min(candidate.ready, sizes.next) : 0
        let most = max(sizes.stable, mode == .replicas ? max(0, state.size - ready) : sizes.stable)
        // Only what the candidate makes up for is given up.
        let target = stable.replicas > most ? most : max(stable.replicas, sizes.stable)
        if stable.replicas != target {
            effects.append(.scale(set: stable.name, uid: stable.uid, to: target))
        }
        return isReady(candidate, sizes.next) && stable.replicas == target && target == sizes.stable
    }

    private mutating func isReady(_ set: RolloutObservation.ReplicaSet, _ count: Int) -> Bool {
        if set.isMarkedSaturated {
            wait("the new version's set still has the mark of an earlier time", lookAgain: .seconds(1))
            return false
        }
        guard set.replicas == count, set.isObserved, set.ready >= count else {
            let trouble = set.trouble.map { ": \($0)" } ?? ""
            wait("\(set.ready) of \(count) pods of the new version are ready\(trouble)")
            return false
        }
        return true
    }

    mutating func unmark() {
        guard let stable = seen.stable, stable.isMarkedSaturated,
            !effects.contains(.unmark(set: stable.name))
        else { return }
        effects.append(.unmark(set: stable.name))
    }
}
