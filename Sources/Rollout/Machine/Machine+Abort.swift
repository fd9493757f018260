internal import Basics
internal import Document
internal import Kubernetes

/// The ordered list of the way back.
extension Machine {
    mutating func abort() {
        if let set = seen.set, state.aborting != .commitBack { return abort(set) }
        growStable()
        switch state.aborting ?? .stableSize {
        case .stableSize:
            guard let stable = seen.stable else {
                // Somebody deleted it: the Deployment still states its template, and makes it anew when it is let,
                // also where a person had paused it before.
                state.originals?["paused"] = nil
                if isResumed() { wait("waits for the stable version's pods", lookAgain: .seconds(5)) }
                return
            }
            if stable.ready == 0, isServing { return strand(stable) }
            // A candidate that serves nobody is not missed.
            // Pods counted before its controller has seen the size may be those it was about to take away.
            let isFull = stable.replicas >= state.size && stable.isObserved && stable.ready >= state.size
            let isEnough = isFull || left(seen.progressDeadline) == .zero || seen.candidate == nil
            guard isEnough || !reachesUsers else {
                return wait(
                    "\(stable.ready) of \(state.size) pods of the stable version are ready", lookAgain: max(.seconds(1), left(seen.progressDeadline)))
            }
            go(.trafficToStable)
        case .stranded:
            guard let stable = seen.stable, stable.ready == 0, isServing else { return go(.stableSize) }
            if isSuperseded { return goForward("git has a newer version, and no pod of the stable one is ready") }
            _ = isSized(.both(max(1, state.size)))
            wait(strandedText(stable), lookAgain: .seconds(15))
        case .trafficToStable:
            let hadTraffic = state.exposed != nil
            guard isConfirmed("all traffic to the stable version") || (!hadTraffic && left(seen.progressDeadline) == .zero) else { return }
            state.exposed = nil
            go(hadTraffic && mode != .replicas ? .drain : .deleteCandidate)
        case .drain:
            guard left(times.drain) == .zero else {
                return wait("requests under way come to their end", lookAgain: left(times.drain))
            }
            go(.deleteCandidate)
        case .deleteCandidate:
            if let candidate = seen.candidate, left(seen.progressDeadline) > .zero {
                effects.append(.delete(set: candidate.name, uid: candidate.uid))
                return wait("deleting the new version's pods", lookAgain: .seconds(5))
            }
            go(.resume)
        case .resume:
            guard isResumed() else { return }
            go(.clean)
        case .clean:
            guard isConfirmed("cleaning up") || left(seen.progressDeadline) == .zero else { return }
            go(.commitBack)
        case .commitBack:
            if state.cause == .failed, spec?.onFailure == .revert, !isSuperseded {
                switch seen.revert {
                case .none:
                    effects.append(.revert)
                    return wait("reverting the commit", lookAgain: .seconds(30))
                case .delayed(let why): return wait("the commit is not reverted yet, and it is tried again: \(why)", lookAgain: .seconds(30))
                case .done(let commit): tell("RolloutReverted", "reverted by \(commit)")
                case .impossible(let why): tell("RolloutNotReverted", why, isWarning: true)
                }
            }
            end()
        }
    }

    /// The stable set has all pods, also those that an autoscaler asks for on the way back, until its controller has it again.
    private mutating func growStable() {
        switch state.aborting ?? .stableSize {
        case .stableSize, .stranded, .trafficToStable, .drain, .deleteCandidate: break
        case .resume, .clean, .commitBack: return
        }
        guard state.originals != nil, let stable = seen.stable else { return }
        if seen.candidate != nil, stable.isMarkedSaturated { unmark() }
        if stable.replicas < state.size { effects.append(.scale(set: stable.name, uid: stable.uid, to: state.size)) }
    }

    private mutating func go(_ next: RolloutState.Aborting) {
        state.aborting = next
        enter(.aborting, message: state.reason)
    }

    mutating func end() {
        let cause = state.cause ?? .aborted
        guard cause != .superseded, !isSuperseded else {
            tell("RolloutSuperseded", "\(state.revision) was taken back for what git says now")
            isOver = true
            return
        }
        tell("RolloutRejected", "\(state.revision) is not tried again: \(state.reason)", isWarning: true)
        state.aborting = nil
        state.evidence = [:]
        enter(.rejected, message: state.reason)
    }

    /// Git says something else than what this rollout brings.
    var isSuperseded: Bool { spec == nil || seen.template != state.template }

    mutating func supersede() {
        switch state.phase {
        case .planned, .rejected: isOver = true
        case .aborting: break
        case .promoting where !canGoBack: break
        case .starting, .stepping, .verifying, .analysing, .gated, .promoting:
            goBack(.superseded, spec == nil ? "git no longer asks for a strategy" : "git has a newer version")
        }
    }

    // MARK: what people ask

    mutating func carryOut(_ verb: RolloutRequest.Verb) {
        switch verb {
        case .promote: promoteNow()
        case .pause:
            guard state.phase != .rejected, state.phase != .aborting, canGoBack else {
                return remark("there is nothing to pause")
            }
            if state.pausedAt == nil { state.pausedAt = seen.now }
            tell("RolloutPaused", "paused by a person")
        case .abort, .restore:
            guard state.phase != .rejected else { return remark("it is rejected already") }
            guard canGoBack else {
                return remark("too late to go back: it states the new version; revert the commit instead")
            }
            let cause: RolloutState.Cause = verb == .abort ? .aborted : .restored
            let reason = verb == .abort ? "aborted by a person" : "given back to its controller by a person"
            switch state.phase {
            case .planned:
                // Nothing was changed, and so there is no way back to go.
                (state.cause, state.reason) = (cause, reason)
                end()
            case .aborting: break
            case .starting, .stepping, .verifying, .analysing, .gated, .promoting, .rejected: goBack(cause, reason)
            }
        case .retry:
            guard state.phase == .rejected else { return remark("nothing was rejected") }
            let handled = state.handledRequest
            var again = RolloutState(
                id: seen.newID, since: seen.now, template: state.template, stableHash: state.stableHash,
                candidateHash: state.candidateHash,
                revision: state.revision, size: seen.replicas)
            again.handledRequest = handled
            (again.mode, again.gitReplicas) = (state.mode, state.gitReplicas)
            (again.commit, again.previousCommit) = (state.commit, state.previousCommit)
            state = again
        }
    }

    private mutating func promoteNow() {
        if let paused = state.pausedAt {
            // Time stood still, and what was found so far is overruled.
            state.pausedAt = nil
            state.since = Timestamp(milliseconds: state.since.milliseconds &+ (seen.now.milliseconds &- paused.milliseconds))
            state.evidence = [:]
            isOverruled = true
            return tell("RolloutResumed", "goes on")
        }
        switch state.phase {
        case .analysing: nextStep()
        case .gated: goOn()
        case .aborting where state.aborting == .stranded: goForward("promoted by a person, for no pod of the stable version is ready")
        case .rejected: remark("it was rejected: \"martlet retry\" tries it again")
        case .planned, .starting, .stepping, .verifying, .promoting, .aborting:
            remark("nothing waits for it now")
        }
    }

    private mutating func remark(_ message: String) { tell("RolloutRequest", message) }
}
