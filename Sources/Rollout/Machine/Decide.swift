internal import Basics
internal import Kubernetes

/// One look at a rollout: what is known goes in, what follows comes out; pure.
///
/// Each phase has a target. What differs from it becomes effects; when nothing
/// does and the phase's conditions hold, the next phase begins. So it does not
/// matter how often it is asked, nor what was lost between two looks.
///
/// - Parameter spec: nil where git no longer asks for a strategy.
package func decide(
    spec: RolloutSpec?, mode: RolloutTraffic.Mode, state: RolloutState,
    observation: RolloutObservation, times: RolloutTimes = RolloutTimes()
) -> RolloutDecision {
    var machine = Machine(spec: spec, mode: mode, state: state, seen: observation, times: times)
    return machine.run()
}

/// The work of one look.
struct Machine {
    let spec: RolloutSpec?
    let mode: RolloutTraffic.Mode
    private(set) var seen: RolloutObservation
    let times: RolloutTimes
    /// The overlay that was in force when `seen.traffic` was looked at.
    private let inForce: RolloutOverlay

    var state: RolloutState
    /// The rollout is over, and nothing of it is to be remembered.
    var isOver = false
    /// A person has seen the evidence at this look and goes on.
    var isOverruled = false
    var effects: [RolloutEffect] = []
    /// What is due in whatever phase.
    private var always: [RolloutEffect] = []
    var told: [RolloutEffect] = []
    var wake: Duration?

    init(spec: RolloutSpec?, mode: RolloutTraffic.Mode, state: RolloutState, seen: RolloutObservation, times: RolloutTimes) {
        var seen = seen
        if let set = seen.set { seen.progressDeadline = deadline(set, state, times) }
        (self.spec, self.mode, self.state, self.seen, self.times) = (spec, mode, state, seen, times)
        inForce = overlay(of: state, mode: mode)
    }

    mutating func run() -> RolloutDecision {
        followClock()
        followStable()
        followGit()
        followSize()
        state.evidence.merge(seen.evidence) { _, new in new }
        if let request = seen.request, request.id != state.handledRequest {
            state.handledRequest = request.id
            carryOut(request.verb)
        }
        if isSuperseded { supersede() }
        followSteps()
        // Every transition leads on in the lists; the bound is there for a mistake in them.
        for _ in 0..<32 where !isOver {
            let before = state
            effects = []
            wake = nil
            step()
            if state == before { break }
        }
        if isOver { return RolloutDecision(state: nil, effects: told) }
        return RolloutDecision(state: state, overlay: overlay(of: state, mode: mode), effects: always + effects + told, wake: wake)
    }

    private mutating func step() {
        switch state.phase {
        case .planned: planned()
        case .starting: starting()
        case .stepping: stepping()
        case .verifying: verifying()
        case .analysing: analysing()
        case .gated: gated()
        case .promoting: promote()
        case .aborting: abort()
        case .rejected: break
        }
    }

    // MARK: what every phase uses

    /// Goes to another phase, or to another point of a list.
    mutating func enter(_ phase: RolloutState.Phase, message: String) {
        if phase == .verifying {
            state.exposure = currentStep?.exposure
            state.matches = spec?.matches ?? []
        }
        state.phase = phase
        state.since = seen.now
        state.confirmedAt = nil
        state.message = message
    }

    /// Waits, and says for what.
    mutating func wait(_ message: String, lookAgain: Duration? = nil) {
        state.message = message
        if let lookAgain { wake = min(wake ?? lookAgain, lookAgain) }
    }

    mutating func tell(_ reason: String, _ message: String, isWarning: Bool = false) {
        told.append(.tell(isWarning: isWarning, reason: reason, message: message))
    }

    var elapsed: Duration { seen.now.duration(since: state.since) }

    /// How long until `limit` after the phase began; zero when it is over.
    func left(_ limit: Duration) -> Duration { max(.zero, limit - elapsed) }

    /// Whether the overlay of the present state is in force everywhere, for the floor time.
    ///
    /// A wait is noted where it is not.
    mutating func isConfirmed(_ what: String) -> Bool {
        guard mode != .replicas else { return true }
        guard overlay(of: state, mode: mode) == inForce else {
            wait("\(what): being written", lookAgain: .seconds(1))
            return false
        }
        switch seen.traffic {
        case .settled: break
        case .pending(let missing), .unwritten(let missing):
            state.confirmedAt = nil
            wait("\(what): \(missing)", lookAgain: .seconds(2))
            return false
        }
        guard let confirmed = state.confirmedAt else {
            state.confirmedAt = seen.now
            wait("\(what): settling", lookAgain: times.floor)
            return false
        }
        let rest = times.floor - seen.now.duration(since: confirmed)
        if rest > .zero {
            wait("\(what): settling", lookAgain: rest)
            return false
        }
        return true
    }

    /// Whether what the state says of the traffic was decided a while ago and never written: the pods may be others by now.
    var isUnwritten: Bool {
        guard mode != .replicas, overlay(of: state, mode: mode) == inForce, case .unwritten = seen.traffic else { return false }
        return true
    }

    /// Git may say other steps in the middle of one: its pods and its traffic are brought about in their order.
    private mutating func followSteps() {
        guard [.verifying, .analysing, .gated].contains(state.phase), state.exposed != nil, let step = currentStep else { return }
        guard step.exposure != state.exposure || (step.exposure == .matching && spec?.matches != state.matches) else { return }
        enter(.stepping, message: "git says another step")
    }

    /// What is written of a later time than now is of now: a clock that was put back must not stretch a wait.
    private mutating func followClock() {
        state.since = min(state.since, seen.now)
        state.startedAt = min(state.startedAt, seen.now)
        state.confirmedAt = state.confirmedAt.map { min($0, seen.now) }
        state.pausedAt = state.pausedAt.map { min($0, seen.now) }
    }

    /// A stable set that somebody deleted comes back under the name that the Deployment's controller gives it.
    private mutating func followStable() {
        guard seen.stable == nil, state.phase == .aborting, seen.stated == .other, let hash = seen.statedHash,
            let again = seen.others.first(where: { $0.hash == hash })
        else { return }
        state.stableHash = hash
        seen.stable = again
        seen.stated = .stable
        seen.others.removeAll { $0.hash == hash }
    }

    /// A new word of git's on how large the workload is, for which its manifest need not be applied.
    private mutating func followGit() {
        guard let wanted = seen.gitReplicas, wanted != state.gitReplicas else { return }
        if wanted == seen.replicas { state.gitReplicas = wanted } else { always = [.replicas(wanted)] }
    }

    /// Follows the Deployment's replicas; not downwards while both sets are full, for then an autoscaler sees half the load.
    private mutating func followSize() {
        guard seen.replicas > 0 else { return }
        if seen.replicas > state.size || seen.set != nil || !isDoubled { state.size = seen.replicas }
    }

    private var isDoubled: Bool {
        switch state.phase {
        case .planned, .rejected: false
        case .promoting, .aborting: true
        case .starting, .stepping, .verifying, .analysing, .gated:
            sizes == .both(max(1, state.size)) && sizes.next > 0
        }
    }

    /// What the step in hand needs.
    var sizes: ArmSizes {
        guard let step = currentStep else { return .both(max(1, state.size)) }
        let own = ArmSizes.of(step.exposure, size: state.size, mode: mode)
        // A candidate that serves a larger share already is not made smaller before the traffic is.
        guard state.exposed != nil, let exposure = state.exposure else { return own }
        let serving = ArmSizes.of(exposure, size: state.size, mode: mode)
        return ArmSizes(stable: own.stable, next: max(own.next, serving.next))
    }

    /// The step in hand; the last one where git has shortened the list meanwhile.
    var currentStep: RolloutSpec.Step? {
        guard let spec, !spec.steps.isEmpty else { return nil }
        return spec.steps.indices.contains(state.step) ? spec.steps[state.step] : spec.steps.last
    }

    var isLastStep: Bool { state.step + 1 >= (spec?.steps.count ?? 0) }
}
