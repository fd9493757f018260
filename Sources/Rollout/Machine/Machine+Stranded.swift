internal import Basics

/// The way back leads to a version none of whose pods is ready: nothing is won by sending requests there.
extension Machine {
    /// Whether users' requests come to the candidate: copies and previews are not theirs.
    var reachesUsers: Bool {
        if mode == .replicas { return true }
        guard state.exposed != nil else { return false }
        switch state.exposure {
        case .weight, .matching: return true
        case .preview, .mirror, nil: return false
        }
    }

    /// Whether it answers some of them.
    var isServing: Bool { reachesUsers && (seen.candidate?.ready ?? 0) > 0 }

    /// The candidate serves all until somebody helps; it has been serving users, and what went to the stable version is
    /// lost as long as it has no pod.
    mutating func strand(_ stable: RolloutObservation.ReplicaSet) {
        state.aborting = .stranded
        exposeToAll()
        enter(.aborting, message: strandedText(stable))
        tell("RolloutStranded", strandedText(stable), isWarning: true)
    }

    func strandedText(_ stable: RolloutObservation.ReplicaSet) -> String {
        let trouble = stable.trouble.map { " (\($0))" } ?? ""
        return
            "\(state.revision) is taken back (\(state.reason)), but no pod of the stable version is ready\(trouble), so all requests go to the new version: mend the stable version's pods, commit a version that works, or take the new one by \"martlet promote\""
    }

    /// There is no way back to wait for: the Deployment states what git says, and its pods replace those of the broken version.
    mutating func goForward(_ reason: String) {
        tell("RolloutForward", reason)
        state.reason = reason
        state.aborting = nil
        // What git has by now need not be waited for: the candidate goes too.
        state.finishing = isSuperseded ? .unpin : .fullSize
        enter(.promoting, message: reason)
    }

    /// All requests go to the candidate, also on a way back that has not come to the stable version yet.
    mutating func exposeToAll() {
        guard mode != .replicas else { return }
        state.exposed = state.exposed ?? max(0, state.step)
        state.exposure = .weight(100)
    }

    /// A promotion with the cause of an abort is one from which nothing leads back.
    var hasNoWayBack: Bool { state.phase == .promoting && state.cause != nil }
}
