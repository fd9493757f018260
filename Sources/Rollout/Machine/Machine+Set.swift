internal import Basics
internal import Document

/// StatefulSets and DaemonSets: their own controller replaces the pods, as far as it is let.
extension Machine {
    /// Whether the controller waits for us.
    func isHeld(_ set: SetObservation) -> Bool {
        if set.isDaemon {
            return seen.updateStrategy["type"]?.string == "OnDelete" && seen.updateStrategy["rollingUpdate"]?.mapping == nil
        }
        guard seen.updateStrategy["type"]?.string == "RollingUpdate" else { return false }
        // Before the new template is stated no pod may be beyond the partition.
        return state.phase != .starting || set.partition >= state.size
    }

    /// Whether the workload states the new template, which it does from the start on; an effect where somebody changed it.
    mutating func statesCandidate(_ set: SetObservation) -> Bool {
        guard state.phase != .starting, set.statedHash != state.candidateHash else { return true }
        if state.phase == .analysing || state.phase == .gated {
            enter(.stepping, message: "its template was changed")
        }
        guard left(seen.progressDeadline) > .zero else {
            fail("the \(set.kind) does not state the version that was tried: somebody else changes its template")
            return false
        }
        if !set.statedHash.isEmpty { effects.append(.applyTemplate) }
        wait("its template was changed: writing the new version again", lookAgain: .seconds(2))
        return false
    }

    /// The new template is written while no pod may have it, and the controller says which revision it is.
    mutating func starting(_ set: SetObservation) {
        guard isOnTime("not prepared", for: seen.progressDeadline) else { return }
        guard holds() else { return }
        let began = state.confirmedAt ?? seen.now
        state.confirmedAt = began
        guard seen.stated != .stable, began < seen.now else {
            if seen.stated == .stable, seen.now.duration(since: began) > times.floor {
                // What the server makes of the manifest is what runs already.
                state.finishing = .resume
                return enter(.promoting, message: "the pods stay as they are")
            }
            effects.append(.applyTemplate)
            return wait("writing the new version into the \(set.kind)", lookAgain: .seconds(1))
        }
        guard !set.statedHash.isEmpty else {
            return wait("the \(set.kind)'s controller has not seen the new version yet", lookAgain: .seconds(2))
        }
        state.candidateHash = set.statedHash
        state.step = 0
        enter(.stepping, message: "making the new version's pods")
    }

    /// Lets as many pods be replaced as the step has.
    ///
    /// - Returns: Whether so many of the new version are ready.
    mutating func isSized(_ set: SetObservation, _ wanted: Int) -> Bool {
        let size = max(1, state.size)
        let wanted = max(1, min(size, wanted))
        if set.isDaemon {
            replace(set, by: state.candidateHash, upTo: wanted)
        } else if set.partition != size - wanted {
            effects.append(.partition(size - wanted))
        }
        let ready = seen.candidate?.ready ?? 0
        guard ready >= wanted else {
            let trouble = seen.candidate?.trouble.map { ": \($0)" } ?? ""
            wait("\(ready) of \(wanted) pods of the new version are ready\(trouble)")
            return false
        }
        return true
    }

    /// A DaemonSet's controller makes a pod of the stated template where one is deleted.
    ///
    /// Pods that are not ready serve nobody; of the others no more go than may be away at once.
    private mutating func replace(_ set: SetObservation, by hash: String, upTo wanted: Int) {
        let old = set.pods.filter { $0.hash != hash && !$0.isLeaving }
        // A node without a pod gets the new one.
        let missing = wanted - max(0, state.size - old.count)
        guard missing > 0 else { return }
        let away = max(0, state.size - set.pods.count(where: \.isReady))
        let broken = old.filter { !$0.isReady }
        let due = broken + old.filter(\.isReady).prefix(max(0, set.limit - away))
        for pod in due.prefix(missing) { effects.append(.deletePod(name: pod.name, uid: pod.uid)) }
    }

    // MARK: the end

    mutating func promote(_ set: SetObservation) {
        switch state.finishing ?? .fullSize {
        case .fullSize, .trafficToNext, .unpin, .template:
            guard holds(), !isTooLate() else { return }
            guard isSized(.both(max(1, state.size))) else { return }
            if state.pausedAt != nil { return wait("paused") }
            state.finishing = .resume
            enter(.promoting, message: "giving it back to its controller")
        case .resume, .oldSetDown, .routesBack, .drain, .clean:
            guard isResumed() else { return }
            state.finishing = .clean
            enter(.promoting, message: "becoming the version of all")
        }
    }

    // MARK: the way back

    /// The template first: whatever pod is made from then on is of the stable version.
    mutating func abort(_ set: SetObservation) {
        let rest = left(seen.progressDeadline)
        switch state.aborting ?? .stableSize {
        case .stableSize:
            if seen.stated != .stable {
                guard set.knowsStable, rest > .zero else {
                    tell("RolloutNotReverted", "the \(set.kind) cannot be given its former template: revert the commit", isWarning: true)
                    return back(.resume)
                }
                effects.append(.templateBack(isForced: elapsed > times.floor))
                return wait("putting the stable version back", lookAgain: .seconds(2))
            }
            back(.deleteCandidate)
        case .stranded, .trafficToStable, .drain: back(.deleteCandidate)
        case .deleteCandidate:
            state.exposed = nil
            guard seen.isObserved || rest == .zero else {
                return wait("the \(set.kind)'s controller has not seen that the stable version is back", lookAgain: .seconds(1))
            }
            guard !isBack(set) else { return back(.resume) }
            guard rest > .zero else {
                tell("RolloutNotReverted", "not all pods are of the stable version yet: \(state.message)", isWarning: true)
                return back(.resume)
            }
            wait(
                "\(seen.stable?.ready ?? 0) of \(state.size) pods are of the stable version and ready",
                lookAgain: max(.seconds(1), min(rest, .seconds(15))))
        case .resume:
            guard isResumed() else { return }
            back(.commitBack)
        case .clean, .commitBack: break
        }
    }

    /// Whether every pod is of the stable version; effects where one is not.
    private mutating func isBack(_ set: SetObservation) -> Bool {
        if state.originals != nil {
            if set.isDaemon {
                replace(set, by: state.stableHash, upTo: state.size)
            } else {
                if set.partition > 0 { effects.append(.partition(0)) }
                // In order, the controller waits for a broken pod to get well before it looks at its revision.
                for pod in set.pods where pod.hash != state.stableHash && !pod.isReady && !pod.isLeaving {
                    effects.append(.deletePod(name: pod.name, uid: pod.uid))
                }
            }
        }
        return set.pods.allSatisfy { $0.hash == state.stableHash } && (seen.stable?.ready ?? 0) >= state.size
    }

    private mutating func back(_ next: RolloutState.Aborting) {
        state.aborting = next
        enter(.aborting, message: state.reason)
    }
}

/// These kinds state no deadline of their own: it runs from the last pod that became ready.
func deadline(_ set: SetObservation, _ state: RolloutState, _ times: RolloutTimes) -> Duration {
    let gained = set.progressedAt.map { max(.zero, $0.duration(since: state.since)) } ?? .zero
    return min(times.progress + gained, times.progress * max(1, state.size))
}
