/// What a rollout adds to git's Services and routes at a point of its way: a
/// function of what is persisted alone, so that a restart changes nothing.
package func overlay(of state: RolloutState, mode: RolloutTraffic.Mode) -> RolloutOverlay {
    guard mode != .replicas else { return .none }
    let arms = RolloutOverlay.Arms(stable: state.stableHash, next: state.candidateHash)
    let pinned = RolloutOverlay(pin: state.stableHash, arms: arms)
    switch state.phase {
    case .planned, .rejected: return .none
    case .starting: return pinned
    case .stepping, .verifying, .analysing, .gated: return exposing(pinned, state, mode)
    case .promoting:
        switch state.finishing ?? .fullSize {
        case .fullSize: return exposing(pinned, state, mode)
        case .trafficToNext: return toNext(pinned, state, mode)
        case .unpin, .template, .resume, .oldSetDown:
            // Where the Service itself is the switch, it would lead to the old pods again if it were not pinned.
            if mode == .selector { return toNext(pinned, state, mode) }
            return RolloutOverlay(arms: arms, routes: .all(.next))
        case .routesBack, .drain: return RolloutOverlay(arms: arms)
        case .clean: return .none
        }
    case .aborting:
        switch state.aborting ?? .stableSize {
        case .stableSize, .stranded: return exposing(pinned, state, mode)
        case .trafficToStable, .drain, .deleteCandidate, .resume: return pinned
        case .clean, .commitBack: return .none
        }
    }
}

private func exposing(_ pinned: RolloutOverlay, _ state: RolloutState, _ mode: RolloutTraffic.Mode) -> RolloutOverlay {
    guard state.exposed != nil, let exposure = state.exposure else { return pinned }
    var overlay = pinned
    switch (exposure, mode) {
    case (.preview, _): break
    case (.weight(100), _): return toNext(pinned, state, mode)
    case (.weight(let percent), .routes): overlay.routes = .weight(percent)
    case (.matching, .routes): overlay.routes = .matching(state.matches)
    case (.mirror(let percent), .routes): overlay.routes = .mirror(percent)
    case (.weight, _), (.matching, _), (.mirror, _): break
    }
    return overlay
}

private func toNext(_ pinned: RolloutOverlay, _ state: RolloutState, _ mode: RolloutTraffic.Mode) -> RolloutOverlay {
    var overlay = pinned
    if mode == .routes { overlay.routes = .all(.next) } else { overlay.pin = state.candidateHash }
    return overlay
}
