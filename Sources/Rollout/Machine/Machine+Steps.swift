internal import Basics
internal import Kubernetes

/// From the intent to the last step.
extension Machine {
    mutating func planned() {
        guard let stable = seen.stable else {
            // Deleted meanwhile, and nothing is changed yet: how it is brought in is decided anew.
            isOver = true
            return
        }
        if let other = seen.others.first {
            if left(seen.progressDeadline) > .zero {
                return wait("an earlier change is not finished: \(other.name) still has \(other.current) pods", lookAgain: .seconds(5))
            }
            // It is stuck half way. Led to one of the two alone, requests would lose the pods of the other.
            guard stable.ready >= state.size else {
                isOver = true
                return
            }
        }
        guard stable.ready > 0 else {
            // Nothing to protect or to compare with: how it is brought in is decided anew.
            isOver = true
            return
        }
        if state.pausedAt != nil { return wait("paused") }
        tell("RolloutStarted", "rolling out \(state.revision) by \(spec?.strategy.rawValue ?? "")")
        if let spec, !spec.metrics.isEmpty {
            // Who expects a verdict should know what it takes before the minutes are gone.
            tell("RolloutTraffic", spec.steps.map { SequentialTest().trafficNeededText($0) }.joined(separator: "; "))
        }
        enter(.starting, message: "preparing")
    }

    mutating func starting() {
        if let set = seen.set { return starting(set) }
        guard holds(), !hasLostStable() else { return }
        guard isOnTime("not prepared", for: seen.progressDeadline) else { return }
        // The Service is pinned to the stable version before there are pods of another.
        guard isConfirmed("preparing the traffic") else { return }
        if seen.candidate == nil || seen.candidate?.replicas == 0 {
            _ = isSized(sizes)
            return
        }
        state.step = 0
        enter(.stepping, message: "making the new version's pods")
    }

    mutating func stepping() {
        guard holds(), !hasLostStable() else { return }
        guard !hasFailed() else { return }
        guard isSized(sizes) else {
            if state.pausedAt != nil { return wait("paused") }
            if let trouble = seen.candidate?.trouble, elapsed > .seconds(60) {
                return fail("a pod of the new version cannot run: \(trouble)")
            }
            guard left(seen.progressDeadline) > .zero else {
                return fail("the new version was not ready after \(durationText(seen.progressDeadline)): \(state.message)")
            }
            wake = min(wake ?? .seconds(600), left(seen.progressDeadline), seen.candidate?.trouble == nil ? .seconds(600) : .seconds(15))
            return
        }
        if state.pausedAt != nil { return wait("paused") }
        // Nothing may lead to a Service without endpoints.
        guard mode == .replicas || seen.reach.next else {
            wait("the new version's Service has no endpoints yet", lookAgain: .seconds(1))
            _ = isOnTime("not reachable", for: seen.progressDeadline)
            return
        }
        state.exposed = min(state.step, max(0, (spec?.steps.count ?? 1) - 1))
        enter(.verifying, message: "writing the traffic of step \(state.step + 1)")
    }

    mutating func verifying() {
        if isUnwritten, (seen.candidate?.ready ?? 0) < sizes.next || !seen.reach.next {
            state.exposed = nil
            return enter(.stepping, message: "waits for pods of the new version before the traffic is written")
        }
        guard holds(), !hasLostStable() else { return }
        guard !hasFailed(), !hasLostPods() else { return }
        _ = isSized(sizes)
        guard isConfirmed("traffic of step \(state.step + 1)") else {
            if left(seen.progressDeadline) == .zero, state.pausedAt == nil {
                fail("the traffic could not be set: \(state.message)")
            }
            return
        }
        if state.pausedAt != nil { return wait("paused") }
        let step = currentStep
        tell(
            "RolloutStep",
            "step \(state.step + 1) of \(spec?.steps.count ?? 0): \(step.map { $0.exposure.description } ?? "") for \(durationText(step?.duration ?? .zero))"
        )
        enter(.analysing, message: "gathering evidence")
    }

    mutating func analysing() {
        guard holds(), !hasLostStable() else { return }
        guard !hasFailed(), !hasLostPods() else { return }
        _ = isSized(sizes)
        if state.pausedAt != nil { return wait("paused") }
        let rest = left(currentStep?.duration ?? .zero)
        guard rest == .zero else {
            let findings = seen.findings.isEmpty ? "" : ": \(seen.findings.joined(separator: "; "))"
            return wait(
                "step \(state.step + 1) of \(spec?.steps.count ?? 0)\(findings)",
                lookAgain: min(rest, spec?.metrics.isEmpty == false ? times.tick : rest))
        }
        if let metric = seen.verdicts.filter({ $0.value == .unavailable }).keys.sorted().first {
            return wait(
                "waiting: \"\(metric)\" cannot be measured now, and nothing is decided without it; \"martlet promote\" goes on",
                lookAgain: times.tick)
        }
        nextStep()
    }

    /// Past the step in hand: to the gate where it comes now, to the next step, or to the end.
    mutating func nextStep() {
        let open = seen.verdicts.filter { $0.value == .inconclusive }.keys.sorted()
        if !open.isEmpty {
            tell(
                "RolloutInconclusive",
                "step \(state.step + 1) ended without enough traffic to judge \(open.joined(separator: ", ")): the pods are healthy, so it goes on"
            )
        }
        if spec?.gate != nil, state.step == gatedStep {
            tell("RolloutGated", "waits for \"martlet promote\"")
            return enter(.gated, message: "waits for a decision")
        }
        goOn()
    }

    /// The gate stands before everybody gets the new version: in blue-green before the switch, else before the promotion.
    private var gatedStep: Int {
        spec?.strategy == .blueGreen ? 0 : max(0, (spec?.steps.count ?? 1) - 1)
    }

    mutating func goOn() {
        guard isLastStep else {
            state.step += 1
            return enter(.stepping, message: "going on")
        }
        state.finishing = .fullSize
        enter(.promoting, message: "becoming the version of all")
    }

    mutating func gated() {
        guard holds(), !hasLostStable() else { return }
        guard !hasFailed(), !hasLostPods() else { return }
        _ = isSized(sizes)
        if state.pausedAt != nil { return wait("paused") }
        guard let gate = spec?.gate else { return goOn() }
        if seen.gateAnswer == .open { return goOn() }
        guard let limit = gate.limit else {
            return wait("waits for \"martlet promote\"", lookAgain: times.tick)
        }
        guard left(limit) == .zero else {
            let end = state.since.adding(limit)
            return wait(
                "waits for \"martlet promote\" until \(end), then it \(gate.expiry == .promote ? "goes on" : "goes back")",
                lookAgain: min(left(limit), times.tick))
        }
        switch gate.expiry {
        case .promote: goOn()
        case .reject: fail("nobody promoted it within \(durationText(limit))")
        }
    }

    // MARK: what goes wrong

    /// Evidence against the candidate ends the rollout wherever it has traffic.
    mutating func hasFailed() -> Bool {
        guard state.exposed != nil, !isOverruled,
            let metric = seen.verdicts.filter({ $0.value == .fail }).keys.sorted().first
        else { return false }
        let finding =
            seen.findings.first { $0.hasPrefix("\(metric):") || $0.hasPrefix("\(metric) ") } ?? "\"\(metric)\" is worse than before"
        if spec?.onFailure == .pause {
            guard state.pausedAt == nil else { return false }
            tell("RolloutPaused", finding, isWarning: true)
            state.pausedAt = seen.now
            state.message = finding
            return false
        }
        fail(finding)
        return true
    }

    /// Without a ready pod the candidate must not have traffic: it goes back to the stable version until there are some.
    mutating func hasLostPods() -> Bool {
        guard state.exposed != nil, (seen.candidate?.ready ?? 0) == 0 else { return false }
        state.retreats += 1
        let trouble = seen.candidate?.trouble
        guard state.retreats < times.retreats, trouble == nil else {
            fail("the new version has lost all its pods\(trouble.map { ": \($0)" } ?? "")")
            return true
        }
        tell("RolloutRetreat", "no pod of the new version is ready: its traffic goes back until there is one", isWarning: true)
        state.exposed = nil
        enter(.stepping, message: "waits for pods of the new version")
        return true
    }

    /// Without the stable set there is no way back, and a paused Deployment does not make it anew: back to its controller, and then anew.
    private mutating func hasLostStable() -> Bool {
        guard seen.stable == nil else { return false }
        goBack(.superseded, "the stable version's ReplicaSet is gone")
        return true
    }

    mutating func isOnTime(_ what: String, for limit: Duration) -> Bool {
        guard left(limit) == .zero else { return true }
        fail("\(what) after \(durationText(limit)): \(state.message)")
        return false
    }

    mutating func fail(_ reason: String) {
        tell("RolloutFailed", reason, isWarning: true)
        goBack(.failed, reason)
    }

    mutating func goBack(_ cause: RolloutState.Cause, _ reason: String) {
        if state.phase == .promoting, let point = state.finishing, point != .fullSize { exposeToAll() }
        state.cause = cause
        state.pausedAt = nil
        state.finishing = nil
        state.aborting = .stableSize
        enter(.aborting, message: reason)
        state.reason = reason
    }
}
