internal import Basics

/// The ordered list that makes the candidate the version of all.
extension Machine {
    mutating func promote() {
        if let set = seen.set, state.finishing != .clean { return promote(set) }
        switch state.finishing ?? .fullSize {
        case .fullSize where hasNoWayBack && isSuperseded, .trafficToNext where hasNoWayBack && isSuperseded: go(.unpin)
        case .fullSize:
            guard holds(), !isTooLate() else { return }
            var full = ArmSizes.both(max(1, state.size))
            // Without routes the old pods need not come back.
            if mode == .replicas { full.stable = min(full.stable, seen.stable?.replicas ?? 0) }
            guard isSized(full) else { return }
            if state.pausedAt != nil { return wait("paused") }
            guard mode == .replicas || seen.reach.next else {
                return wait("the new version's Service has no endpoints yet", lookAgain: .seconds(1))
            }
            go(mode == .routes ? .trafficToNext : .unpin)
        case .trafficToNext:
            if isUnwritten, (seen.candidate?.ready ?? 0) < state.size { return go(.fullSize) }
            guard holds(), !isTooLate() else { return }
            guard isConfirmed("all traffic to the new version") else { return }
            if state.pausedAt != nil { return wait("paused") }
            go(.unpin)
        case .unpin:
            guard holds(), !isTooLate(), isConfirmed("the Service") else { return }
            if state.pausedAt != nil { return wait("paused") }
            go(.template)
        case .template:
            switch seen.stated {
            case .candidate: go(.resume)
            // What the server made of the manifest is not what was tried: its own controller rolls it out, under the Service.
            // Nor is what git says by now, which must not be written in its place.
            case .other where state.confirmedAt != nil && (elapsed > times.floor || isSuperseded): go(.routesBack)
            // Git is back at the version none of whose pods is ready: its controller keeps the others until some are.
            case .stable where state.confirmedAt != nil && elapsed > times.floor && hasNoWayBack && isSuperseded: go(.routesBack)
            case .stable, .other:
                guard holds() else { return }
                // Others may have edited the template meanwhile: git's word is written once in any case.
                state.confirmedAt = state.confirmedAt ?? seen.now
                effects.append(.applyTemplate)
                wait("writing the new version into the Deployment", lookAgain: times.floor)
            }
        case .resume:
            guard isResumed() else { return }
            go(.oldSetDown)
        case .oldSetDown:
            let old = seen.stable?.current ?? 0
            // The new version broke down under everybody: the Service has the old pods that its controller has kept.
            if mode == .routes, (seen.candidate?.ready ?? 0) == 0, (seen.stable?.ready ?? 0) > 0 { return go(.routesBack) }
            if old > 0 || (seen.stable?.replicas ?? 0) > 0, left(seen.progressDeadline) > .zero {
                return wait("\(old) pods of the old version are left", lookAgain: left(seen.progressDeadline))
            }
            // Where the new version is gone, or nobody wants pods, there is nothing to wait for: the Service has what there is.
            let isHopeless =
                isSuperseded || (seen.candidate?.ready ?? 0) == 0 || seen.replicas == 0 || left(seen.progressDeadline) == .zero
            guard mode == .replicas || seen.reach.services || isHopeless else {
                return wait("the Service has no endpoints of the new version yet", lookAgain: .seconds(1))
            }
            go(.routesBack)
        case .routesBack:
            guard isConfirmed("routes as git says") else { return }
            go(.drain)
        case .drain:
            guard isResumed() else { return }
            let rest = mode == .replicas ? .zero : left(times.drain)
            guard rest == .zero else {
                return wait("requests under way come to their end", lookAgain: rest)
            }
            go(.clean)
        case .clean:
            guard isConfirmed("cleaning up") || left(seen.progressDeadline) == .zero else { return }
            let time = durationText(seen.now.duration(since: state.startedAt))
            if hasNoWayBack, isSuperseded {
                tell("RolloutSuperseded", "\(state.revision) makes way for what git says now, after \(time)")
            } else {
                tell("RolloutSucceeded", "\(state.revision) is the version of all, after \(time)")
            }
            isOver = true
        }
    }

    private mutating func go(_ next: RolloutState.Finishing) {
        state.finishing = next
        enter(.promoting, message: "becoming the version of all")
    }

    /// Before the template is written the way back is open, and taken when it must be.
    mutating func isTooLate() -> Bool {
        if hasNoWayBack { return false }
        if hasFailed() { return true }
        if (seen.candidate?.ready ?? 0) == 0, state.exposed != nil,
            seen.candidate != nil || elapsed > times.floor
        {
            fail("the new version has lost all its pods\(seen.candidate?.trouble.map { ": \($0)" } ?? "")")
            return true
        }
        guard left(seen.progressDeadline) == .zero, state.pausedAt == nil else { return false }
        fail("not finished after \(durationText(seen.progressDeadline)): \(state.message)")
        return true
    }

    /// Whether the Deployment still states the old template, so that going back changes nothing.
    var canGoBack: Bool {
        guard state.phase == .promoting else { return true }
        if hasNoWayBack { return false }
        if let set = seen.set { return (state.finishing ?? .fullSize) == .fullSize && set.knowsStable }
        switch state.finishing ?? .fullSize {
        case .fullSize, .trafficToNext, .unpin: return true
        // What others wrote, or nobody: ours is still to come.
        case .template: return seen.stated == .stable || (seen.stated == .other && state.confirmedAt == nil)
        case .resume, .oldSetDown, .routesBack, .drain, .clean: return false
        }
    }
}
