internal import Basics
internal import Document
internal import Kubernetes

/// StatefulSets and DaemonSets: the way back of the machine itself, taken from here.
extension Restoration {
    func nextOfSet(_ state: RolloutState) -> Step {
        let view = RolloutView(workload: workload, replicaSets: [], pods: pods, revisions: revisions)
        var state = state
        let times = RolloutTimes()
        if state.phase == .promoting, state.finishing ?? .fullSize != .fullSize {
            // All pods are of the new version: nothing is left but its controller to be let.
            guard state.originals != nil, let resume = view.write(.resume, state, manifest: workload, template: .null) else {
                return forget(restoring: nil)
            }
            return .write([resume, forgetting], "its own controller has it again")
        }
        (state.phase, state.aborting, state.cause, state.finishing, state.pausedAt) = (.aborting, .stableSize, .restored, nil, nil)
        // Git is not known here: what differs is put back by a patch, which is what the machine does a moment later.
        let now = state.since.adding(times.floor * 2)
        let seen = view.observation(state, now: now, newID: state.id, template: "", services: [], nextArms: [])
        let decision = decide(spec: nil, mode: .replicas, state: state, observation: seen, times: times)
        guard let after = decision.state else { return forget(restoring: nil) }
        let writes = decision.effects.compactMap { view.write($0, after, manifest: workload, template: .null) }
        if !writes.isEmpty { return .write(writes, after.message) }
        guard isForced, let resume = view.write(.resume, state, manifest: workload, template: .null), state.originals != nil else {
            return .wait(after.message)
        }
        return .write([resume, forgetting], "its own controller has it again")
    }
}
